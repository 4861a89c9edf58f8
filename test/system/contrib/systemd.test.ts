import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SERVICE_SETTINGS_FILE } from '#platform/config/environment.ts';
import { CONTRIB, canAsk, outputOf } from '#test/processes/contrib-program.ts';

const UNIT = join(CONTRIB, 'systemd/tari-payment-server.service');
const unit = readFileSync(UNIT, 'utf8');
const value = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(unit)?.[1];

/** What the whole of the server's rights may be graded: 0 is none of them, 10 is all. */
const MAX_EXPOSURE = 4;

describe('the unit of systemd', () => {
  it('starts what is built, with the settings where taritools looks for them', () => {
    expect(value('ExecStart')).toBe('/usr/bin/node dist/tari-payment-server.js');
    expect(value('EnvironmentFile')).toBe(SERVICE_SETTINGS_FILE);
  });

  it('gives the server longer to end than it takes', () => {
    const main = readFileSync(new URL('../../../src/main.ts', import.meta.url), 'utf8');
    const closeWithinMs = Number(/CLOSE_WITHIN_MS = ([\d_]+)/.exec(main)?.[1]?.replaceAll('_', ''));
    expect(Number(value('TimeoutStopSec')) * 1000).toBeGreaterThan(closeWithinMs);
  });

  it('lets it have as many open files as it takes connections', () => {
    const server = readFileSync(new URL('../../../src/platform/http/listener/fastify.ts', import.meta.url), 'utf8');
    const connections = Number(/(?:MOST|MAX)_CONNECTIONS = ([\d_]+)/.exec(server)?.[1]?.replaceAll('_', ''));
    expect(Number(value('LimitNOFILE'))).toBeGreaterThan(connections + 1000);
  });

  it.runIf(canAsk('systemd-analyze'))('is graded 4 or better, and has nothing that systemd does not know', () => {
    const graded = outputOf('systemd-analyze', 'security', '--offline=true', `--threshold=${MAX_EXPOSURE * 10}`, UNIT);
    const [, exposure] = /Overall exposure level for \S+: ([\d.]+)/.exec(graded) ?? [];
    expect(Number(exposure)).toBeLessThanOrEqual(MAX_EXPOSURE);
    expect(outputOf('systemd-analyze', 'verify', '--man=no', UNIT)).toBe('');
  });
});
