import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { describedCommands, withCommands } from '../../scripts/taritools-document.ts';

describe('the description of taritools', () => {
  it('is what docs/taritools.md holds; npm run taritools-docs writes it', async () => {
    const document = readFileSync(new URL('../../docs/taritools.md', import.meta.url), 'utf8');
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
});
