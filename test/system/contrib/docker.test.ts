import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { plainFetch } from '#test/openapi-contract/plain-fetch.ts';
import { spawn } from '#test/processes/child-process.ts';
import { CONTRIB, canAsk, programPath } from '#test/processes/contrib-program.ts';
import { freePort } from '#test/processes/server-process.ts';
import { settingDescriptions } from '#test/settings.ts';
import packageJson from '../../../package.json' with { type: 'json' };

const FOLDER = join(CONTRIB, 'docker');
const read = (name: string) => readFileSync(join(FOLDER, name), 'utf8');

interface Service {
  image?: string;
  build?: { context: string; dockerfile: string };
  environment?: Record<string, string | number>;
  volumes?: string[];
  depends_on?: string[] | Record<string, object>;
}

interface Compose {
  services: Record<string, Service>;
  volumes: Record<string, null>;
}

const SETTINGS = settingDescriptions.map(({ name }) => name);

describe.each(['compose.sqlite.yml', 'compose.postgres.yml'])('%s', (name) => {
  const { services, volumes } = parse(read(name), { merge: true }) as Compose;

  it('names what there is: files, services, volumes, settings', () => {
    for (const service of Object.values(services)) {
      if (service.build) {
        expect(existsSync(join(FOLDER, service.build.context, service.build.dockerfile))).toBe(true);
      }
      const others = Array.isArray(service.depends_on) ? service.depends_on : Object.keys(service.depends_on ?? {});
      for (const other of others) expect(Object.keys(services)).toContain(other);
      for (const volume of service.volumes ?? []) {
        const [source = ''] = volume.split(':');
        const isThere = source.startsWith('.') ? existsSync(join(FOLDER, source)) : source in volumes;
        expect(isThere, volume).toBe(true);
      }
      const settings = Object.keys(service.environment ?? {}).filter((variable) => variable.startsWith('TPG_'));
      for (const setting of settings) expect(SETTINGS).toContain(setting);
    }
  });

  it('opens no port to others, and runs the server with few rights', () => {
    const text = read(name);
    for (const [, port = ''] of text.matchAll(/^ +- ([\d.:]+:\d+)$/gm)) expect(port).toMatch(/^127\.0\.0\.1:/);
    for (const service of Object.values(services).filter(({ build }) => build !== undefined)) {
      expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'], init: true, stop_grace_period: '15s' });
    }
  });
});

describe('the Dockerfile', () => {
  const dockerfile = read('Dockerfile');

  it('copies what there is and starts what is built', () => {
    for (const script of dockerfile.matchAll(/npm run (\w+)/g)) expect(packageJson.scripts).toHaveProperty(script[1]!);
    expect(dockerfile).toContain(`CMD ["node", "${packageJson.bin['tari-payment-server']}"]`);
    expect(dockerfile).toContain(`/app/${packageJson.bin.taritools} /usr/local/bin/taritools`);
  });

  it('runs without root, and takes no settings into the image', () => {
    expect(dockerfile).toMatch(/^USER node$/m);
    const ignored = readFileSync(new URL('../../../.dockerignore', import.meta.url), 'utf8').split('\n');
    expect(ignored).toEqual(expect.arrayContaining(['.env', '.git', 'data', 'node_modules']));
  });

  it('uses a Node that the program allows', () => {
    const [, major] = /^FROM node:(\d+)-/m.exec(dockerfile) ?? [];
    expect(packageJson.engines.node).toMatch(new RegExp(`^>=${major}\\.`));
  });
});

describe.runIf(canAsk('nginx'))('nginx.conf', () => {
  const closers: (() => unknown)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
  });

  /** A server that answers with what reached it. */
  async function upstream(status: () => number): Promise<{ port: number; seen: IncomingMessage[]; server: Server }> {
    const seen: IncomingMessage[] = [];
    const server = createServer((request, response) => {
      seen.push(request);
      request.resume().on('end', () => response.writeHead(status()).end());
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    closers.push(() => server.close());
    return { port: (server.address() as AddressInfo).port, seen, server };
  }

  /** nginx with the example, between a free port and the two servers. */
  async function startNginx(first: number, second: number): Promise<string> {
    const folder = mkdtempSync(join(tmpdir(), 'nginx-'));
    const port = await freePort();
    const example = read('nginx.conf')
      .replace('server-1:8360', `127.0.0.1:${first}`)
      .replace('server-2:8360', `127.0.0.1:${second}`)
      .replace('listen 80;', `listen 127.0.0.1:${port};`);
    const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
    for (const path of paths) mkdirSync(join(folder, path));
    const around = [
      // Its workers write large bodies into the folder, which belongs to the user of the test.
      process.getuid?.() === 0 ? 'user root;' : '',
      `pid ${folder}/nginx.pid; error_log ${folder}/error.log; events {}`,
      `http { access_log off; ${paths.map((path) => `${path}_temp_path ${folder}/${path};`).join(' ')}\n${example}\n}`,
    ];
    writeFileSync(join(folder, 'nginx.conf'), around.join('\n'));
    const nginx = spawn(programPath('nginx') ?? 'nginx', ['-p', folder, '-c', 'nginx.conf', '-g', 'daemon off;'], {
      stdio: 'ignore',
    });
    const ended = once(nginx, 'exit');
    closers.push(async () => {
      nginx.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true });
    });
    const url = `http://127.0.0.1:${port}`;
    for (let tries = 0; tries < 100 && nginx.exitCode === null; tries += 1) {
      if (await plainFetch(`${url}/metrics`).catch(() => undefined)) return url;
      await sleep(50);
    }
    throw new Error(readFileSync(join(folder, 'error.log'), 'utf8'));
  }

  it('passes tokens, large webhooks and the address of the client on, and keeps the metrics to itself', async () => {
    const [one, other] = [await upstream(() => 200), await upstream(() => 200)];
    const url = await startNginx(one.port, other.port);
    const headers = { tpg_access_token: 'a', tpg_auth_token: 'b', 'x-forwarded-for': '192.0.2.1' };
    const body = 'x'.repeat(1.5 * 1024 * 1024);
    expect((await plainFetch(`${url}/shopify/webhook/checkout_create`, { method: 'POST', headers, body })).status).toBe(
      200,
    );
    const [request] = [...one.seen, ...other.seen];
    expect(request?.headers).toMatchObject({
      tpg_access_token: 'a',
      tpg_auth_token: 'b',
      'x-forwarded-for': '192.0.2.1, 127.0.0.1',
    });
    expect((await plainFetch(`${url}/metrics`)).status).toBe(404);
  });

  it.each([
    ['/order/claim', 'what is recognised when it repeats, to the other server', { status: 200, requests: 2 }],
    ['/api/credit', 'a change of money to one server only', { status: 503, requests: 1 }],
  ])('sends %s, %s', async (path, _, expected) => {
    let refusals = 0;
    const refuse = () => (refusals++ === 0 ? 503 : 200);
    const [one, other] = [await upstream(refuse), await upstream(refuse)];
    const url = await startNginx(one.port, other.port);
    const { status } = await plainFetch(`${url}${path}`, { method: 'POST', body: '{}' });
    expect({ status, requests: one.seen.length + other.seen.length }).toEqual(expected);
  });
});
