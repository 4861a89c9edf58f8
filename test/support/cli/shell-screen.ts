import { dirname } from 'node:path';
import { KEYS, Screen } from './screens.ts';
import type { Home } from './tool.ts';

/** A shell in a pseudo-terminal, in which somebody types one command after another. */

/** Shows how the last command ended. */
const PROMPT = '[$?]>';
const WAITS = /^\[(\d+)\]>$/m;
const SHORT = 20;

export class ShellScreen extends Screen {
  /** Nothing of this process's environment is there, but where programs are. */
  constructor(home: Home, folder: string) {
    const { PATH = '' } = process.env;
    const node = dirname(process.execPath);
    const settings = [
      `HOME=${home.folder}`,
      `PATH=${node}:${PATH}`,
      'TERM=xterm-256color',
      'LANG=C.UTF-8',
      `PS1=${PROMPT}`,
    ];
    super(['env', '-i', ...settings, 'sh', '-c', 'cd "$1" && exec sh -i', 'sh', folder], home);
  }

  /**
   * Types a command, answers its questions, and waits for its end.
   * @returns what it showed.
   * @throws {Error} where it ended with another exit code than 0.
   */
  async run(command: string, answers: readonly (readonly [question: string, answer: string])[] = []): Promise<string> {
    await this.waitFor(WAITS);
    this.forget();
    this.type(`${command}${KEYS.enter}`);
    await this.waitFor(`]>${command.slice(0, SHORT)}`);
    for (const [question, answer] of answers) {
      await this.waitFor(`◆  ${question}`);
      this.type(`${answer}${KEYS.enter}`);
    }
    const shown = await this.waitFor(WAITS);
    const code = WAITS.exec(shown)?.[1];
    if (code !== '0') throw new Error(`${command} ended with ${code}:\n${shown}`);
    return shown;
  }
}
