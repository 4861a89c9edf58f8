import { autocomplete, confirm, multiselect, text } from '@clack/prompts';
import { bestMatches, type Findable } from './best-match.ts';

/** Asks at a terminal, and tells Esc from Ctrl-C, which the library takes for the same. */

/** Esc at a question: one step back. */
export class SteppedBack extends Error {}

/** Ctrl-C: the user wants out. */
export class LeftTool extends Error {}

export type Keyboard = ReturnType<typeof createKeyboard>;

export interface Choice<Value> extends Findable {
  value: Value;
}

interface Key {
  name?: string;
  ctrl?: boolean;
}

/** So many entries are shown at once, that what was printed above them stays in sight. */
const MOST_SHOWN = 12;

export function createKeyboard(stdin: NodeJS.ReadStream) {
  let lastKey: Key = {};
  stdin.on('keypress', (_: string, key: Key) => {
    lastKey = key;
  });
  const left = () => {
    if (isCtrlC(lastKey)) return new LeftTool();
    return lastKey.name === 'escape' ? new SteppedBack() : undefined;
  };
  const answerOf = <Answer>(answer: Answer): Exclude<Answer, symbol> => {
    if (typeof answer !== 'symbol') return answer as Exclude<Answer, symbol>;
    throw left() ?? new SteppedBack();
  };

  return {
    /** How the last question was left, if it was not answered; for questions that a command asks by itself. */
    left,

    /** One of a list; what is typed narrows it, and Enter takes what fits best. */
    async choose<Value>(message: string, choices: readonly Choice<Value>[]): Promise<Value> {
      const narrowed = narrowing<Value>();
      const answer = await autocomplete<string>({
        message,
        options() {
          return narrowed.options(this.userInput, bestMatches(this.userInput, choices), choices);
        },
        placeholder: PLACEHOLDER,
        maxItems: MOST_SHOWN,
        filter: narrowed.isMatch,
        validate: (chosen) => (chosen === undefined ? 'Nothing in the list fits.' : undefined),
      });
      return (choices[indexIn(answerOf(answer))] as Choice<Value>).value;
    },

    /** One of what is offered, or what is typed, which comes first if it can be meant as it stands. */
    async chooseOrType(
      message: string,
      offers: readonly { value: string; hint?: string }[],
      check: (text: string) => string | undefined,
    ): Promise<string> {
      const labelled = offers.map(({ value, hint }) => ({ value, label: value, ...(hint && { hint }) }));
      let known: readonly Choice<string>[] = labelled;
      const narrowed = narrowing<string>();
      const answer = await autocomplete<string>({
        message,
        options() {
          const typed = this.userInput.trim();
          const isNew = typed !== '' && offers.every(({ value }) => value !== typed);
          const asTyped = { value: typed, label: typed, hint: 'as typed' };
          known = isNew ? [...labelled, asTyped] : labelled;
          const matches = bestMatches<Choice<string>>(typed, labelled);
          if (!isNew) return narrowed.options(this.userInput, matches, known);
          const isUsable = check(typed) === undefined;
          return narrowed.options(this.userInput, isUsable ? [asTyped, ...matches] : [...matches, asTyped], known);
        },
        maxItems: MOST_SHOWN,
        filter: narrowed.isMatch,
        validate: (chosen) => check(typeof chosen === 'string' ? (known[indexIn(chosen)]?.value ?? '') : ''),
      });
      return (known[indexIn(answerOf(answer))]?.value ?? '').trim();
    },

    async several(message: string, choices: readonly string[], usual: readonly string[]): Promise<string[]> {
      const options = choices.map((value) => ({ value, label: value }));
      return answerOf(await multiselect<string>({ message, options, initialValues: [...usual], required: true }));
    },

    async type(
      message: string,
      { usual, check }: { usual: string | undefined; check: (text: string) => string | undefined },
    ): Promise<string> {
      const answer = await text({
        message,
        ...(usual !== undefined && { placeholder: usual, defaultValue: usual }),
        validate: (given) => check(given?.trim() || (usual ?? '')),
      });
      return (answerOf(answer) ?? usual ?? '').trim();
    },

    /** No, unless yes is chosen. */
    async yes(message: string): Promise<boolean> {
      return answerOf(await confirm({ message, initialValue: false }));
    },

    /** Waits until what was shown is read. */
    pause(): Promise<void> {
      return new Promise((resolve, reject) => {
        const heard = (_: string, key: Key) => {
          if (!['return', 'enter', 'escape'].includes(key.name ?? '') && !isCtrlC(key)) return;
          stdin.off('keypress', heard);
          stdin.setRawMode(false);
          stdin.pause();
          if (isCtrlC(key)) reject(new LeftTool());
          else resolve();
        };
        stdin.on('keypress', heard);
        stdin.setRawMode(true);
        stdin.resume();
      });
    },
  };
}

function isCtrlC({ ctrl, name }: Key): boolean {
  return ctrl === true && name === 'c';
}

const PLACEHOLDER = 'type to filter; Esc goes back';

/**
 * Options with the best first, under keys that are new for each text that is typed: the library would keep the entry in
 * focus that was in focus before, rather than go to what fits best.
 */
function narrowing<Value>() {
  let matching: ReadonlySet<string> = new Set();
  return {
    options(typed: string, matches: readonly Choice<Value>[], all: readonly Choice<Value>[]) {
      const keyOf = (choice: Choice<Value>) => `${all.indexOf(choice)} ${typed}`;
      matching = new Set(matches.map(keyOf));
      const others = all.filter((choice) => !matches.includes(choice));
      return [...matches, ...others].map((choice) => ({
        value: keyOf(choice),
        label: choice.label,
        ...(choice.hint && { hint: choice.hint }),
      }));
    },
    /** The library also asks whether Tab may take the placeholder for an answer. */
    isMatch: (typed: string, { value }: { value: string }) => typed !== PLACEHOLDER && matching.has(value),
  };
}

function indexIn(key: string): number {
  return Number(key.split(' ', 1)[0]);
}
