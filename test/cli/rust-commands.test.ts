import { describe, expect, it } from 'vitest';
import { runHere } from '#test/cli/here.ts';
import { documentText } from '#test/docs/documents.ts';

/** Whoever used the Rust tool finds each command, option and short form of it in ours. */

interface RustCommand {
  /** As it is typed. */
  words: readonly string[];
  /** How many values follow. */
  values: number;
  options: readonly RustOption[];
}

interface RustOption {
  name: string;
  /** Whether it takes several values. */
  isList: boolean;
}

const COMMANDS = rustCommands();

describe('the commands of the Rust tool', () => {
  it('are all read from the reference', () => {
    expect(COMMANDS.map(({ words }) => words.join(' '))).toEqual([
      'address',
      'token',
      'memo',
      'payment',
      'confirm',
      'shopify orders get',
      'shopify orders open',
      'shopify orders cancel',
      'shopify orders pay',
      'shopify rates get',
      'shopify rates set',
      'shopify products all',
      'shopify products get',
      'shopify products update-price',
      'shopify webhooks install',
      'shopify webhooks list',
      'wallet received',
      'wallet confirmed',
      'setup add-user',
      'setup migrate',
    ]);
    const options = COMMANDS.flatMap((command) => command.options);
    expect(options.length).toBeGreaterThan(25);
    expect(options).toContainEqual({ name: '--payment_id', isList: false });
    expect(options).toContainEqual({ name: '-r', isList: true });
  });

  it.each(COMMANDS.map((command) => [command.words.join(' '), command] as const))('%s', async (name, command) => {
    const { words, values, options } = command;
    const { code, stdout } = await runHere([...words, '--help'], { environment: {}, toolFolder: '', input: '' });
    expect(code).toBe(0);
    const [usage = ''] = stdout.split('\n');
    expect(usage).toMatch(new RegExp(`^Usage: taritools ${name} \\[options\\]`));
    // `rates set` takes its rates as one word; the reference does not say how the Rust tool took them.
    if (name !== 'shopify rates set') expect(usage.match(/<\w+>/g) ?? []).toHaveLength(values);
    for (const { name: option, isList } of options) {
      const shown = new RegExp(`^  (?:-\\w, )?${option}(?:, --[\\w-]+)? <\\w+${isList ? '\\.\\.\\.' : ''}>`, 'm');
      expect(stdout, option).toMatch(shown);
    }
  });
});

/** From the line of the reference that has them, such as `wallet confirmed -p PROFILE -t TXID`; a bar stands between names. */
function rustCommands(): RustCommand[] {
  const [, behind = ''] = documentText('docs/reference/http-api.md').split('## 6. The command line, `taritools`\n');
  const [text = ''] = behind.split('Without a command: menus.');
  const spans = [...text.matchAll(/`([^`]+)`/g)].map(([, span = '']) => span);
  return spans.flatMap((span) => {
    const [first = '', ...others] = span.split('|');
    const command = readCommand(first);
    const group = command.words.slice(0, -1);
    return [command, ...others.map((other) => readCommand([...group, other].join(' ')))];
  });
}

function readCommand(text: string): RustCommand {
  const option = /(?<!\w)(--?\w+) [A-Z]+( …)?/g;
  const options = [...text.matchAll(option)].map(([, name = '', more]) => ({ name, isList: more !== undefined }));
  const rest = text.replaceAll(option, '').match(/[\w-]+/g) ?? [];
  const words = rest.filter((word) => word === word.toLowerCase());
  return { words, values: rest.length - words.length, options };
}
