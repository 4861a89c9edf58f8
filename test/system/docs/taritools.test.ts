import { describe, expect, it } from 'vitest';
import { describedCommands } from '#test/docs/described-commands.ts';
import { DOCUMENTS, documentText, shellCommands } from '#test/docs/documents.ts';

describe('the description of taritools', () => {
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
    const typed = DOCUMENTS.flatMap((path) =>
      shellCommands(documentText(path))
        .map((line) => /(?:^|\s)(?:npm run -s taritools --|taritools) (.*)$/.exec(line)?.[1])
        .filter((line) => line !== undefined),
    );
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
