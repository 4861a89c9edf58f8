import { CommandError, EXIT_CODES } from '#platform/cli/exit.ts';
import type { Questions } from '#platform/cli/ports.ts';

/**
 * Asks people at a terminal. The library is loaded for the first question: most commands ask nothing.
 * @param beforeAsking called right before a prompt is drawn.
 */
export function terminalQuestions(canAsk: boolean, beforeAsking: () => void = () => undefined): Questions {
  /** Ctrl-C at a question ends the tool. */
  const answerOf = <Answer>(answer: Answer): Exclude<Answer, symbol> => {
    if (typeof answer === 'symbol') throw new CommandError('Left without doing anything.', EXIT_CODES.wrongUse);
    return answer as Exclude<Answer, symbol>;
  };
  const library = async () => {
    if (!canAsk)
      throw new CommandError('There is no terminal to ask at: give everything by options.', EXIT_CODES.wrongUse);
    const prompts = await import('@clack/prompts');
    beforeAsking();
    return prompts;
  };
  return {
    async hidden(question) {
      const { password } = await library();
      return answerOf(await password({ message: question })) ?? '';
    },
    async text(question, { usual, check } = {}) {
      const { text } = await library();
      const answer = await text({
        message: question,
        ...(usual !== undefined && { placeholder: usual, defaultValue: usual }),
        validate: (given) => check?.(given === undefined || given === '' ? (usual ?? '') : given),
      });
      return answerOf(answer) ?? usual ?? '';
    },
    async yes(question) {
      const { confirm } = await library();
      return answerOf(await confirm({ message: question }));
    },
    async choice(question, options) {
      const { select } = await library();
      return answerOf(
        await select<string>({ message: question, options: [...options] }),
      ) as (typeof options)[number]['value'];
    },
  };
}
