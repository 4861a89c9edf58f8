import { autocomplete, confirm, multiselect, text } from '@clack/prompts';

/** Asks at a terminal, and tells Esc from Ctrl-C, which the library takes for the same. */

/** Esc at a question: one step back. */
export class SteppedBack extends Error {}

/** Ctrl-C: whoever sits there wants out. */
export class LeftTool extends Error {}

export type Keyboard = ReturnType<typeof createKeyboard>;

export interface Choice<Value> {
  value: Value;
  label: string;
  hint?: string;
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

    /** One of a list; what is typed narrows it. */
    async choose<Value>(message: string, choices: readonly Choice<Value>[]): Promise<Value> {
      const options = choices.map(({ label, hint }, index) => ({ value: index, label, ...(hint && { hint }) }));
      const answer = await autocomplete<number>({
        message,
        options,
        placeholder: 'type to filter; Esc goes back',
        maxItems: MOST_SHOWN,
        filter: (typed, { label = '', hint = '' }) => fits(typed, label, hint, choices),
        validate: (chosen) => (chosen === undefined ? 'Nothing in the list fits.' : undefined),
      });
      return (choices[answerOf(answer)] as Choice<Value>).value;
    },

    /** One of what is offered, or what is typed. */
    async chooseOrType(
      message: string,
      offers: readonly { value: string; hint?: string }[],
      check: (text: string) => string | undefined,
    ): Promise<string> {
      const labelled = offers.map(({ value, hint }) => ({ value, label: value, ...(hint && { hint }) }));
      const answer = await autocomplete<string>({
        message,
        options() {
          const typed = this.userInput.trim();
          const isNew = typed !== '' && offers.every(({ value }) => value !== typed);
          return isNew ? [...labelled, { value: typed, label: typed, hint: 'as typed' }] : labelled;
        },
        maxItems: MOST_SHOWN,
        filter: (typed, { label = '', hint = '' }) => fits(typed, label, hint, labelled),
        validate: (chosen) => check(typeof chosen === 'string' ? chosen : ''),
      });
      return answerOf(answer).trim();
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

/** Every word that was typed occurs. What is typed in full is meant, whatever else it occurs in. */
function fits(typed: string, label: string, hint: string, all: readonly { label: string }[]): boolean {
  const wanted = typed.trim().toLowerCase();
  if (all.some((choice) => choice.label.toLowerCase() === wanted)) return label.toLowerCase() === wanted;
  const text = `${label} ${hint}`.toLowerCase();
  return wanted.split(/\s+/).every((word) => text.includes(word));
}
