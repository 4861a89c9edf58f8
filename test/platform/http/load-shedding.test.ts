import Fastify, { type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HttpError } from '#platform/http/errors.ts';
import { MAX_IN_FLIGHT, refuseBeyondCapacity } from '#platform/http/load-shedding.ts';
import { eventually } from '#test/server.ts';

const LOG = { debug() {}, info() {}, warn() {}, error() {} };

let app: FastifyInstance;
/** Of those whose handlers wait. */
let release: (() => void)[];
/** How many bodies were begun to be read. */
let bodies: number;

beforeEach(() => {
  [release, bodies] = [[], 0];
  app = Fastify();
  refuseBeyondCapacity(app, LOG);
  app.setErrorHandler((error, _request, reply) =>
    reply.code(error instanceof HttpError && error.code === 'unavailable' ? 503 : 500).send(),
  );
  app.addHook('preParsing', async () => {
    bodies += 1;
  });
  const wait = async () => {
    await new Promise<void>((resolve) => release.push(resolve));
    return 'done';
  };
  app.get('/held', wait);
  app.post('/held', wait);
  app.get('/quick', async () => 'done');
  app.get('/health/live', async () => 'done');
  app.post('/fails', async () => {
    throw new Error('A bug');
  });
});

afterEach(async () => {
  for (const letGo of release) letGo();
  await app.close();
});

const statusOf = async (method: 'GET' | 'POST', url: string) =>
  (await app.inject({ method, url, ...(method === 'POST' && { payload: {} }) })).statusCode;

const hold = async (method: 'GET' | 'POST') => {
  const held = Array.from({ length: MAX_IN_FLIGHT }, () => statusOf(method, '/held'));
  await eventually(() => expect(release).toHaveLength(MAX_IN_FLIGHT));
  return held;
};

describe('the requests that are worked on at once', () => {
  it('are 256 that change something, and no more; what only reads is answered', async () => {
    const held = await hold('POST');
    expect(held).toHaveLength(256);
    const read = bodies;
    expect([await statusOf('POST', '/held'), await statusOf('POST', '/fails')]).toEqual([503, 503]);
    expect(bodies).toBe(read);
    expect([await statusOf('GET', '/quick'), await statusOf('GET', '/health/live')]).toEqual([200, 200]);
    release.shift()?.();
    expect(await Promise.race(held)).toBe(200);
    expect(await statusOf('POST', '/fails')).toBe(500);
  });

  it('are 256 that read, and no more; changes are taken, and supervisors answered', async () => {
    await hold('GET');
    expect([await statusOf('GET', '/quick'), await statusOf('GET', '/held')]).toEqual([503, 503]);
    expect([await statusOf('POST', '/fails'), await statusOf('GET', '/health/live')]).toEqual([500, 200]);
  });

  it('are no more where many come at once, and their bodies later than the limit is reached', async () => {
    const statuses: number[] = [];
    const asked = Array.from({ length: MAX_IN_FLIGHT + 44 }, async () =>
      statuses.push(await statusOf('POST', '/held')),
    );
    await eventually(() => expect(statuses).toHaveLength(44));
    // All of them were let in before, and turned away only when their bodies had come.
    expect(bodies).toBe(MAX_IN_FLIGHT + 44);
    expect(new Set(statuses)).toEqual(new Set([503]));
    expect(release).toHaveLength(MAX_IN_FLIGHT);
    for (const letGo of release) letGo();
    await Promise.all(asked);
    expect(statuses.filter((status) => status === 200)).toHaveLength(MAX_IN_FLIGHT);
  });

  it('leave their room when they fail', async () => {
    for (let index = 0; index < MAX_IN_FLIGHT + 1; index += 1) expect(await statusOf('POST', '/fails')).toBe(500);
  });
});
