import { systemClock } from '#platform/clock.ts';
import { silentLog } from '#platform/logging/logger.ts';
import { createApp } from '#server.ts';
import { openCore } from '#services.ts';
import { generateSecretKey, publicKeyOf } from '#tari/schnorr.ts';
import { parseSettings } from '#test/settings.ts';

export interface DescribedOperation {
  summary?: string;
  description?: string;
  tags?: string[];
}

export interface DescribedServer {
  tags: { name: string; description: string }[];
  paths: Record<string, Record<string, DescribedOperation>>;
}

/** The OpenAPI description of a server with everything switched on. */
export async function describeServer(): Promise<DescribedServer> {
  const parsed = parseSettings({
    TPG_DATABASE_URL: 'sqlite://:memory:',
    TPG_METRICS: 'on',
    TPG_CONSOLE: 'true',
    TPG_PUBLIC_URL: 'http://localhost',
  });
  if (!parsed.ok) throw new Error(parsed.problems.join('\n'));
  const signingKey = generateSecretKey((length) => new Uint8Array(length).fill(1));
  const ports = {
    settings: parsed.settings,
    clock: systemClock,
    randomBytes: (length: number) => new Uint8Array(length),
    random: () => 0,
    fetch: globalThis.fetch,
    log: silentLog,
    folder: '.',
  };
  const keys = { signingKey, verificationKey: publicKeyOf(signingKey) };
  const app = await createApp({ ...ports, keys, core: await openCore(ports) });
  await app.server.ready();
  const description = app.server.swagger() as unknown as DescribedServer;
  await app.close();
  return description;
}
