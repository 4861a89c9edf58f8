import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '#test/eventually.ts';
import { startNetwork } from '#test/interop/network.ts';
import { AUTH_TOKEN, offlineToken, Payer, README_AGREEMENT, untilUplinkIs } from '#test/interop/payer.ts';
import { published, type SpspAnswer } from '#test/interop/published.ts';

/**
 * What is wrong with the original pull payment server, one fault after the other, each as a test that it is not so here.
 * Five clients at once, lost updates, and rounding up are in server.test.ts; the answers of the interface in
 * test/pull-payments/http/.
 */

const LOCAL = { assetScale: '9' };

let payer: Payer;
beforeAll(async () => {
  payer = await Payer.start('btp');
});
afterAll(() => payer?.stop());

/** Uses connection details by hand: streams one after the other on one connection, or details that are old. */
async function connect({ destination_account: destinationAccount, shared_secret: secret }: SpspAnswer) {
  const plugin = payer.network.plugin();
  await plugin.connect();
  const sharedSecret = Buffer.from(secret, 'base64');
  const connection = await published.stream().createConnection({ plugin, destinationAccount, sharedSecret });
  return {
    async pull(amount: bigint, timeout = 5_000): Promise<bigint> {
      const stream = connection.createStream();
      await stream.receiveTotal(String(amount), { timeout }).catch(() => undefined);
      return BigInt(stream.totalReceived);
    },
    async end() {
      await connection.end().catch(() => undefined);
      await plugin.disconnect();
    },
  };
}

async function pullWith(details: SpspAnswer, amount: bigint): Promise<bigint> {
  const connection = await connect(details);
  const got = await connection.pull(amount);
  await connection.end();
  return got;
}

/** Connections of this machine to the connector. */
function connectionsToConnector(): number {
  const port = payer.network.ports.btp.toString(16).toUpperCase().padStart(4, '0');
  const lines = readFileSync('/proc/net/tcp', 'utf8').split('\n');
  return lines.filter((line) => new RegExp(`^\\s*\\d+: \\S+ 0100007F:${port} 01 `).test(line)).length;
}

describe('money', () => {
  it('is limited on one connection as on many: four streams get what is agreed once', async () => {
    const pointer = await payer.create({ ...LOCAL, amount: '1000' });
    const connection = await connect(await payer.query(pointer));
    let got = 0n;
    for (let streams = 0; streams < 4; streams++) got += await connection.pull(1_000n);
    await connection.end();
    expect(got).toBe(1_000n);
    await eventually(() => expect(payer.journal(pointer)).toMatchObject({ fulfilled: 1_000n, held: 0n }));
  });

  it('of a token that was registered again, or has expired, is not there a second time', async () => {
    const expiry = new Date(Date.now() + 4_000).toISOString();
    const token = offlineToken({
      ...README_AGREEMENT,
      ...LOCAL,
      amount: '1000',
      expiry,
      reference: String(Math.random()),
    });
    const pointer = `${payer.url}/${token}`;
    expect(await payer.pull(pointer, 1_000n)).toBe(1_000n);
    expect((await payer.post(`/${token}`, {}, null)).status).toBe(200);
    expect(await payer.pull(pointer, 1_000n)).toBe(0n);
    await new Promise((resolve) => setTimeout(resolve, Date.parse(expiry) - Date.now() + 50));
    await expect(payer.query(pointer)).rejects.toThrow('status=404');
    expect((await payer.post(`/${token}`, {}, null)).status).toBe(401);
    await expect(payer.query(pointer)).rejects.toThrow('status=404');
  });

  it('is not there before the start', async () => {
    const pointer = await payer.create({ ...LOCAL, start: new Date(Date.now() + 3_600_000).toISOString() });
    await eventually(async () =>
      expect(await payer.balance(pointer)).toEqual({ total: '0', interval: '0', available: '0' }),
    );
    expect(await payer.pull(pointer, 100n)).toBe(0n);
  });

  it('is counted exactly, however much it is', async () => {
    const amount = String(2n ** 64n - 1n);
    const pointer = await payer.create({ ...LOCAL, amount });
    expect((await payer.balance(pointer)).available).toBe(amount);
    expect(await payer.pull(pointer, 2n ** 53n + 1n)).toBe(2n ** 53n + 1n);
    const total = 2n ** 53n + 1n;
    const left = { total: String(total), interval: String(total), available: String(2n ** 64n - 1n - total) };
    await eventually(async () => expect(await payer.balance(pointer)).toEqual(left));
  });

  it('keeps its total when terms change, and is never offered below zero', async () => {
    const pointer = await payer.create(LOCAL);
    const update = (fields: object) => payer.post(pointer.replace(payer.url, '/update'), { ...fields });
    expect(await payer.pull(pointer, 40n)).toBe(40n);
    expect((await update({ amount: '30' })).status).toBe(200);
    await eventually(async () => expect(await payer.balance(pointer)).toMatchObject({ total: '40', available: '0' }));
    expect((await update({ amount: '150' })).status).toBe(200);
    const after = await payer.balance(pointer);
    expect(after).toMatchObject({ total: '40', interval: '40' });
    expect(BigInt(after.available)).toBeLessThanOrEqual(110n);
    expect((await update({ assetCode: 'USD' })).status).toBe(400);
    await eventually(async () => expect(await payer.balance(pointer)).toEqual(after));
  });

  it('is not agreed on in words', async () => {
    for (const fields of [
      { amount: 'abc' },
      { amount: '-5' },
      { amount: '1.5' },
      { cycles: 'many' },
      { interval: 'P0D' },
    ]) {
      expect((await payer.post('/', { ...README_AGREEMENT, ...fields })).status).toBe(400);
    }
  });
});

describe('the server', () => {
  it('is not ended by who has details of an agreement that is gone, and pays nothing', async () => {
    const pointer = await payer.create({ ...LOCAL, expiry: new Date(Date.now() + 1_500).toISOString() });
    const details = await payer.query(pointer);
    await new Promise((resolve) => setTimeout(resolve, 1_600));
    await expect(connect(details)).rejects.toThrow();
    expect(payer.journal(pointer).packets).toBe(0);
    expect((await fetch(`${payer.server.url}/health/ready`)).status).toBe(200);
  });

  it('pays nothing on a connection that is open when its agreement expires', async () => {
    const pointer = await payer.create({ ...LOCAL, expiry: new Date(Date.now() + 2_500).toISOString() });
    const connection = await connect(await payer.query(pointer));
    expect(await connection.pull(40n)).toBe(40n);
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect(await connection.pull(40n)).toBe(0n);
    await connection.end();
  });

  it('ends a pull at once if there is no rate between the assets, and lives on', async () => {
    const pointer = await payer.create({ assetCode: 'ZZZ', assetScale: '2' });
    await payer.query(pointer);
    const startedAt = performance.now();
    expect(await payer.pull(pointer, 100n)).toBe(0n);
    expect(performance.now() - startedAt).toBeLessThan(3_000);
    expect((await fetch(`${payer.server.url}/health/ready`)).status).toBe(200);
  });

  it('lets details be used again, after their connection was closed and after a restart', async () => {
    const pointer = await payer.create({ ...LOCAL, amount: '1000' });
    const details = await payer.query(pointer);
    expect(await pullWith(details, 100n)).toBe(100n);
    expect(await pullWith(details, 100n)).toBe(100n);
    await payer.server.stop();
    await payer.startAgain();
    expect(await pullWith(details, 100n)).toBe(100n);
    await eventually(() => expect(payer.journal(pointer)).toMatchObject({ fulfilled: 300n, held: 0n }));
  });

  it('knows of an expiry after a restart', async () => {
    const pointer = await payer.create({ ...LOCAL, expiry: new Date(Date.now() + 1_000).toISOString() });
    await payer.server.kill();
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await payer.startAgain();
    await expect(payer.query(pointer)).rejects.toThrow('status=404');
  });

  it('opens no connection to ask for a rate', async () => {
    const exchange = () =>
      fetch(`${payer.url}/exchange?amount=100&assetCode=XRP&assetScale=6`, {
        headers: { authorization: `Bearer ${AUTH_TOKEN}` },
      });
    const before = connectionsToConnector();
    expect(before).toBeGreaterThan(0);
    for (let times = 0; times < 5; times++) {
      const answer = await exchange();
      expect([answer.status, await answer.json()]).toEqual([200, { amount: 100000, assetCode: 'XRP', assetScale: 9 }]);
    }
    expect(connectionsToConnector()).toBe(before);
  });

  it('makes agreements and answers queries with 503 while the connector is away, says so, and comes back', async () => {
    const pointer = await payer.create(LOCAL);
    await payer.network.stop();
    await untilUplinkIs('down', payer.server.url);
    const headers = { accept: 'application/spsp4+json' };
    const answer = await fetch(pointer, { headers });
    expect(answer.status).toBe(503);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    await payer.create(LOCAL);
    payer.network = await startNetwork({ ports: payer.network.ports });
    await untilUplinkIs('up', payer.server.url, 60_000);
    expect(await payer.pull(pointer, 100n)).toBe(100n);
  });
});
