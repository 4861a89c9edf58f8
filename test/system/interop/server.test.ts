import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '#test/eventually.ts';
import { AUTH_TOKEN, offlineToken, Payer, README_AGREEMENT } from '#test/interop/payer.ts';
import { published } from '#test/interop/published.ts';

/**
 * The built server with published clients, over both uplinks: what the README of the original pull payment server shows,
 * with its numbers, and what the original can't.
 */

describe.each(['http', 'btp'] as const)('a server over %s', (kind) => {
  let payer: Payer;
  beforeAll(async () => {
    payer = await Payer.start(kind);
  });
  afterAll(() => payer?.stop());

  it('plays the session of the README', async () => {
    const pointer = await payer.create();
    await eventually(async () =>
      expect(await payer.balance(pointer)).toEqual({ total: '0', interval: '0', available: '100' }),
    );
    expect(await payer.pull(pointer, 100_000n)).toBe(100_000n);
    await eventually(async () =>
      expect(await payer.balance(pointer)).toEqual({ total: '100', interval: '100', available: '0' }),
    );
    expect(await payer.pay(payer.url, 100n)).toBe(100n);
    expect(payer.pushes()).toBe(100n);
    expect(await payer.pay(pointer, 100n, 2_000)).toBe(0n);
    expect(payer.pushes()).toBe(100n);
  });

  it('answers a query with what clients need, and new secrets each time', async () => {
    const pointer = await payer.create();
    const [one, other] = [await payer.query(pointer), await payer.query(pointer)];
    expect(one.content_type).toBe('application/spsp4+json');
    expect(one.destination_account).toMatch(/^private\.moneyd\.[\w.-]+\.[\w-]{24}~[0-9a-f-]{36}$/);
    expect(Buffer.from(one.shared_secret, 'base64')).toHaveLength(32);
    expect(other.shared_secret).not.toBe(one.shared_secret);
    const push = await payer.query(payer.url);
    expect(push.destination_account).toMatch(/\.[\w-]{24}$/);
    expect(push).not.toHaveProperty('pull');
  });

  it('ends a pull of more than there is within two seconds', async () => {
    const pointer = await payer.create();
    const startedAt = performance.now();
    expect(await payer.pull(pointer, 250_000n)).toBe(100_000n);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    const again = performance.now();
    expect(await payer.pull(pointer, 1_000n)).toBe(0n);
    expect(performance.now() - again).toBeLessThan(2_000);
  });

  it('gives five clients at once what is agreed, and its books are theirs', async () => {
    const pointer = await payer.create();
    const got = await Promise.all([1, 2, 3, 4, 5].map(() => payer.pull(pointer, 100_000n)));
    expect(got.reduce((sum, each) => sum + each)).toBe(100_000n);
    await eventually(() => expect(payer.journal(pointer)).toMatchObject({ fulfilled: 100_000n, held: 0n }));
    await eventually(async () =>
      expect(await payer.balance(pointer)).toEqual({ total: '100', interval: '100', available: '0' }),
    );
  });

  it('takes a token that was signed offline, once', async () => {
    const nonce = randomBytes(4).readUInt32BE();
    const token = offlineToken({ ...README_AGREEMENT, reference: `offline ${nonce}` });
    const pointer = `${payer.url}/${token}`;
    await eventually(async () =>
      expect(await payer.balance(pointer)).toEqual({ total: '0', interval: '0', available: '100' }),
    );
    const { destination_account: destination } = await payer.query(pointer);
    expect(destination).toMatch(/~[0-9a-f-]{36}$/);
    expect(await payer.pull(pointer, 60_000n)).toBe(60_000n);
    for (let times = 0; times < 2; times++) expect((await payer.post(`/${token}`, {}, null)).status).toBe(200);
    await eventually(async () =>
      expect(await payer.balance(pointer)).toEqual({ total: '60', interval: '60', available: '40' }),
    );
    // Other spellings of the same signature make no second agreement.
    const last = token.at(-1) as string;
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const next = letters[(letters.indexOf(last) + 1) % 64] as string;
    const further = letters[(letters.indexOf(last) + 2) % 64] as string;
    for (const spelled of [
      `${token.slice(0, -1)}${next}`,
      `${token.slice(0, -1)}${further}`,
      `${token}=`,
      `${token}%20`,
    ]) {
      await expect(payer.query(`${payer.url}/${spelled}`)).rejects.toThrow('status=404');
    }
    expect(await payer.pull(pointer, 100_000n)).toBe(40_000n);
    expect(await payer.pull(pointer, 100_000n)).toBe(0n);
  });

  it('takes a push of the package that Rafiki uses', async () => {
    const Pay = published.pay();
    const before = payer.pushes();
    const { destination_account: destinationAddress, shared_secret: secret } = await payer.query(payer.url);
    const plugin = payer.network.plugin();
    await plugin.connect();
    const asset = { code: 'XRP', scale: 9 };
    const sharedSecret = Buffer.from(secret, 'base64');
    const destination = await Pay.setupPayment({ plugin, destinationAddress, sharedSecret, destinationAsset: asset });
    const money = { amountToSend: 5_000n, sourceAsset: asset, slippage: 0, prices: { XRP: 1 } };
    const quote = await Pay.startQuote({ plugin, destination, ...money });
    const paid = await Pay.pay({ plugin, destination, quote });
    await Pay.closeConnection(plugin, destination);
    await plugin.disconnect();
    expect(paid).toMatchObject({ amountSent: 5_000n, amountDelivered: 5_000n });
    expect(paid.error).toBeUndefined();
    expect(payer.pushes() - before).toBe(5_000n);
  });

  it('logs no pointer, no token and no secret', async () => {
    const pointer = await payer.create();
    await payer.pull(pointer, 1_000n);
    const { shared_secret: secret } = await payer.query(pointer);
    const id = pointer.split('/').at(-1) as string;
    const { outgoingToken, incomingToken } = payer.network.http;
    for (const text of [id, secret, AUTH_TOKEN, outgoingToken, incomingToken]) expect(payer.log).not.toContain(text);
  });
});

describe.each(['http', 'btp'] as const)('a server over %s, on a path of small packets', (kind) => {
  let payer: Payer;
  beforeAll(async () => {
    payer = await Payer.start(kind, { maxPacketAmount: 1_000 });
  });
  afterAll(() => payer?.stop());

  it('gives five clients at once what is agreed, and its books are theirs', async () => {
    const pointer = await payer.create();
    const got = await Promise.all([1, 2, 3, 4, 5].map(() => payer.pull(pointer, 100_000n, 30_000)));
    expect(got.reduce((sum, each) => sum + each)).toBe(100_000n);
    await eventually(() => expect(payer.journal(pointer)).toMatchObject({ fulfilled: 100_000n, held: 0n }));
    await eventually(async () =>
      expect(await payer.balance(pointer)).toEqual({ total: '100', interval: '100', available: '0' }),
    );
  });

  it('loses nothing by rounding: packets of 333 units of a thousandth cost what they are worth', async () => {
    const small = await Payer.start(kind, { maxPacketAmount: 333 });
    try {
      const pointer = await small.create();
      expect(await small.pull(pointer, 100_000n, 60_000)).toBe(100_000n);
      expect(small.journal(pointer).packets).toBeGreaterThan(300);
      await eventually(async () =>
        expect(await small.balance(pointer)).toEqual({ total: '100', interval: '100', available: '0' }),
      );
    } finally {
      await small.stop();
    }
  });
});
