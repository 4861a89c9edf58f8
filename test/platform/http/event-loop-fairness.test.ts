import { setImmediate as nextTurn } from 'node:timers/promises';
import Fastify from 'fastify';
import { describe, expect, it } from 'vitest';
import { yieldBetweenRequests } from '#platform/http/event-loop-fairness.ts';

const IN_A_TURN = 256;

/** A server that answers at once, and the urls that it has answered so far. */
async function quickServer() {
  const app = Fastify();
  yieldBetweenRequests(app);
  const answered: string[] = [];
  app.get('/*', async (request) => {
    answered.push(request.url);
    return 'done';
  });
  await app.ready();
  return { app, answered };
}

describe('requests that are answered at once', () => {
  it('leave everything else its turn, however many come, and are all answered in their order', async () => {
    const { app, answered } = await quickServer();
    const urls = Array.from({ length: 3 * IN_A_TURN }, (_, index) => `/${index}`);
    const answers = urls.map((url) => app.inject({ url }));
    await nextTurn();
    expect(answered).toHaveLength(IN_A_TURN);
    expect(new Set((await Promise.all(answers)).map(({ statusCode }) => statusCode))).toEqual(new Set([200]));
    expect(answered).toEqual(urls);
    await app.close();
  });

  it('wait for nothing while they are few', async () => {
    const { app, answered } = await quickServer();
    for (let turn = 1; turn <= 3; turn += 1) {
      const answers = Array.from({ length: IN_A_TURN }, () => app.inject({ url: '/' }));
      await nextTurn();
      expect(answered).toHaveLength(turn * IN_A_TURN);
      await Promise.all(answers);
      await nextTurn();
    }
    await app.close();
  });
});
