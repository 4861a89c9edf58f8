import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { CONTRIB } from '#test/processes/contrib-program.ts';

it('the log that goes to a file is rotated where the note on top has it written', () => {
  const text = readFileSync(join(CONTRIB, 'logrotate/tari-payment-server'), 'utf8');
  const [, written] = /StandardOutput=append:(\S+)/.exec(text) ?? [];
  const [, rotated] = /^(\/\S+) \{$/m.exec(text) ?? [];
  expect(rotated).toBe(written);
  // The server never opens its log again, so that a file which is moved away would take all that follows with it.
  expect(text).toMatch(/^ {4}copytruncate$/m);
});
