import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DOCUMENTS, documentText, shellCommands } from '#test/docs/documents.ts';
import { describedCommands, withCommands } from '../../../scripts/docs/taritools.ts';

describe('the description of taritools', () => {
  it('is what docs/taritools.md holds; npm run taritools-docs writes it', async () => {
    const document = readFileSync(new URL('../../../docs/taritools.md', import.meta.url), 'utf8');
    expect(document).toBe(await withCommands(document));
  });

  it('gives an example of every command', async () => {
    const commands = await describedCommands();
    expect(commands.length).toBeGreaterThan(60);
    for (const { name, help } of commands) expect(help, name).toMatch(new RegExp(`\\$ .*${name}`));
  });

  it('shows nobody how to type a secret key into a command', async () => {
    for (const { name, help } of await describedCommands()) {
      expect(help, name).not.toMatch(/\$ taritools .* (?:-s [^-"1]|--seckey)/);
    }
  });

  it.each(DOCUMENTS)('%s shows nobody how to leave a secret in the history or the list of processes', (path) => {
    const secret = /\w*(?:SECRET|KEY|TOKEN|LOGIN|PASSWORD)\w*/;
    for (const command of shellCommands(documentText(path))) {
      expect(command).not.toMatch(new RegExp(`${secret.source}=(?!\\$\\()`));
      expect(command).not.toMatch(/(?:token|memo|payment|confirm) .*(?:-s|--seckey)[ =](?!-(?:\s|$))/);
      // What the shell itself prints into a pipe is no argument of a process.
      for (const process of command.split('|').filter((part) => !part.startsWith('printf '))) {
        expect(process).not.toMatch(new RegExp(`\\$\\{?${secret.source}`));
      }
    }
  });

  it('has the commands and options that documents tell to type', async () => {
    const commands = await describedCommands();
    const typed = DOCUMENTS.flatMap((path) => {
      // The tool's own help is what this is compared with.
      const [text = ''] = documentText(path).split('<!-- commands:start -->');
      return shellCommands(text)
        .map((line) => /(?:^|\s)(?:npm run -s taritools --|taritools) (.*)$/.exec(line)?.[1])
        .filter((line) => line !== undefined);
    });
    expect(typed.length).toBeGreaterThan(10);
    for (const line of typed) {
      const command = commands.find(({ name }) => `taritools ${line} `.startsWith(`${name} `));
      expect(command, line).toBeDefined();
      for (const option of line.match(/(?<=\s)(?:--[a-z][\w-]+|-[a-z](?=\s|$))/g) ?? []) {
        expect(command?.help, line).toContain(option);
      }
    }
  });
});
