import pty from '@lydell/node-pty';
import xterm from '@xterm/headless';
import jsqr from 'jsqr';
import { endWithThisProcess } from '#test/processes/child-process.ts';
import { type Home, TOOL } from './tool.ts';

/** A program in a pseudo-terminal, most often the built tool, and what its screen shows. */

const ROWS = 50;
const LONGEST_WAIT_MS = 15_000;
/** What people scroll back to. */
const SCROLLBACK = 5000;

export const KEYS = { enter: '\r', escape: '\u001b', ctrlC: '\u0003', down: '\u001b[B', space: ' ' };

export interface ScreenOptions {
  columns?: number;
  environment?: Record<string, string>;
}

export class Screen {
  readonly #terminal;
  readonly #process;
  /** All that the program ever wrote. */
  written = '';
  /** Undefined while it runs. */
  exitCode: number | undefined;
  /** The line from which on `text` and `waitFor` look. */
  #from = 0;
  /** Told when the screen shows something else, and when the program has ended. */
  #onChange: () => void = () => undefined;

  constructor(
    command: readonly [string, ...string[]],
    home: Home,
    { columns = 150, environment = {} }: ScreenOptions = {},
  ) {
    const [program, ...given] = command;
    this.#terminal = new xterm.Terminal({ cols: columns, rows: ROWS, scrollback: SCROLLBACK, allowProposedApi: true });
    const env = { ...home.fullEnvironment, TERM: 'xterm-256color', LANG: 'C.UTF-8', CI: '', ...environment };
    this.#process = pty.spawn(program, given, { cols: columns, rows: ROWS, env });
    this.#process.onData((text) => {
      this.written += text;
      this.#terminal.write(text, () => this.#onChange());
    });
    const ended = endWithThisProcess(this.#process.pid);
    this.#process.onExit(({ exitCode }) => {
      ended();
      this.exitCode = exitCode;
      this.#onChange();
    });
  }

  /** The lines since `forget`, without what is behind them. */
  get lines(): string[] {
    const { active } = this.#terminal.buffer;
    const length = Math.max(0, active.length - this.#from);
    return Array.from({ length }, (_, row) => active.getLine(this.#from + row)?.translateToString(true) ?? '');
  }

  get text(): string {
    return this.lines.join('\n').trimEnd();
  }

  /** Looks from here on only at what comes, and at the question that waits for its answer. */
  forget(): void {
    const { active } = this.#terminal.buffer;
    const question = this.lines.findLastIndex((line) => line.startsWith('◆'));
    this.#from = question === -1 ? active.baseY + active.cursorY : this.#from + question;
  }

  type(text: string): void {
    this.#process.write(text);
  }

  /** Waits until the screen fits, and answers it. */
  async waitFor(expected: string | RegExp): Promise<string> {
    const fits = (text: string) => (typeof expected === 'string' ? text.includes(expected) : expected.test(text));
    return this.#until(() => (fits(this.text) ? this.text : undefined), `for ${expected}`);
  }

  async ended(): Promise<number> {
    return this.#until(() => this.exitCode, 'for the end');
  }

  async #until<Answer>(look: () => Answer | undefined, what: string): Promise<Answer> {
    const end = performance.now() + LONGEST_WAIT_MS;
    for (;;) {
      const answer = look();
      if (answer !== undefined) return answer;
      const leftMs = end - performance.now();
      if (leftMs <= 0) throw new Error(`Waited in vain ${what}; the screen shows:\n${this.text}`);
      await this.#change(leftMs);
    }
  }

  #change(longestMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, longestMs);
      this.#onChange = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  get pid(): number {
    return this.#process.pid;
  }

  close(): void {
    if (this.exitCode === undefined) this.#process.kill();
    this.#terminal.dispose();
  }
}

/** The tool without a command: its menus. */
export class ToolScreen extends Screen {
  constructor(home: Home, options?: ScreenOptions) {
    super([process.execPath, TOOL], home, options);
  }
}

/** The text of a QR code that was printed in half blocks, light blocks on dark. */
export function decodeQr(lines: readonly string[]): string | undefined {
  const rows = lines.flatMap((line) => {
    const cells = [...line];
    const top = cells.map((cell) => cell === '█' || cell === '▀');
    const bottom = cells.map((cell) => cell === '█' || cell === '▄');
    return [top, bottom];
  });
  const scale = 4;
  const margin = 4;
  const width = ((rows[0]?.length ?? 0) + 2 * margin) * scale;
  const height = (rows.length + 2 * margin) * scale;
  const pixels = new Uint8ClampedArray(width * height * 4);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const row = rows[Math.floor(y / scale) - margin];
      const isLight = row?.[Math.floor(x / scale) - margin] ?? true;
      pixels.fill(isLight ? 255 : 0, (y * width + x) * 4, (y * width + x) * 4 + 3);
      pixels[(y * width + x) * 4 + 3] = 255;
    }
  }
  const decode = jsqr as unknown as (data: Uint8ClampedArray, width: number, height: number) => { data: string } | null;
  return decode(pixels, width, height)?.data;
}

export const isQrLine = (line: string) => /^[█▀▄ ]{20,}$/.test(line) && /[█▀▄]/.test(line);
