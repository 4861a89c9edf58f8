import { silentLog } from '#platform/logging/logger.ts';
import type { Ports } from '#platform/module.ts';
import { type App, createApp } from '#server.ts';
import { openCore } from '#services.ts';
import { publicKeyOf } from '#tari/schnorr.ts';
import { parseSettings } from '#test/settings.ts';
import { scanHere } from '#test/tari-chain/scan.ts';
import { ROOT } from './documents.ts';

const SIGNING_KEY = new Uint8Array(32).fill(7, 0, 31);

/** The access tokens' public key of the server below. */
export const VERIFICATION_KEY = publicKeyOf(SIGNING_KEY);

/** The real server over a database in memory, at the hour that the documents' examples name. */
export async function serverOfDocuments(
  environment: Record<string, string>,
  now: () => Date,
  more: Ports = {},
): Promise<App> {
  const parsed = parseSettings({ TPG_DATABASE_URL: 'sqlite://:memory:', TPG_RATE_LIMIT: '0', ...environment });
  if (!parsed.ok) throw new Error(parsed.problems.join(' '));
  const ports = {
    settings: parsed.settings,
    clock: { now },
    randomBytes: (length: number) => new Uint8Array(length).fill(1),
    random: () => 0.5,
    fetch: () => Promise.reject(new Error('the documents need no network')),
    log: silentLog,
    folder: ROOT,
    ports: { startScan: scanHere, ...more },
  };
  const keys = { signingKey: SIGNING_KEY, verificationKey: VERIFICATION_KEY };
  return createApp({ ...ports, keys, core: await openCore(ports) });
}
