import { systemClock } from '#platform/clock.ts';
import { parseSettings } from '#platform/config/read-settings.ts';
import { silentLog } from '#platform/logging/logger.ts';
import { createApp } from '#server.ts';
import { openCore } from '#services.ts';
import { generateSecretKey, publicKeyOf } from '#tari/schnorr.ts';

/** docs/api.md: every route with who may call it and what it is for, made from the routes' own schemas. */

interface Operation {
  summary?: string;
  description?: string;
  tags?: string[];
}

interface ApiDescription {
  tags: { name: string; description: string }[];
  paths: Record<string, Record<string, Operation>>;
}

/** The OpenAPI description of a server with everything switched on. */
export async function describeServer(): Promise<ApiDescription> {
  const parsed = parseSettings({ TPG_DATABASE_URL: 'sqlite://:memory:', TPG_METRICS: 'on' });
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
    startScan: () => {
      throw new Error('The description needs no chain');
    },
  };
  const keys = { signingKey, verificationKey: publicKeyOf(signingKey) };
  const app = await createApp({ ...ports, keys, core: await openCore(ports) });
  await app.server.ready();
  const description = app.server.swagger() as unknown as ApiDescription;
  await app.close();
  return description;
}

export async function apiDocument(): Promise<string> {
  const { tags, paths } = await describeServer();
  const rows = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );
  const sections = tags.map(({ name, description }) => {
    const own = rows.filter(({ operation }) => operation.tags?.includes(name));
    const lines = own.map(
      ({ path, method, operation }) =>
        `| \`${method} ${path}\` | ${operation.description ?? 'Takes no access token.'} | ${operation.summary}. |`,
    );
    return `## ${name}\n\n${description}\n\n| route | access | purpose |\n| --- | --- | --- |\n${lines.join('\n')}\n`;
  });
  return `# The HTTP interface

Every route, made by \`npm run api\` from the routes' own schemas. A running server describes itself in full at
\`/api/openapi.json\`, and shows it to people at \`/docs\`.

${sections.join('\n')}`;
}
