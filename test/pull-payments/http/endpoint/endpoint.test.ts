import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { MAX_U64 } from '#interledger/bytes.ts';
import { readPrepare, readReply } from '#interledger/ilp/packet.ts';
import { connectionKeys } from '#interledger/stream/crypto.ts';
import type { Frame } from '#interledger/stream/frames.ts';
import { openStreamPacket } from '#interledger/stream/packet.ts';
import { verifyReceipt } from '#interledger/stream/receipt.ts';
import type { EndpointLimits } from '#pull-payments/http/endpoint/limits.ts';
import type { Endpoint } from '#pull-payments/http/endpoint-type.ts';
import { eventually } from '#test/eventually.ts';
import { Client } from '#test/pull-payments/client.ts';
import { startEndpoint } from '#test/pull-payments/endpoint.ts';
import { handMade } from '#test/pull-payments/hand-made.ts';
import { networkError } from '#test/pull-payments/http-parent.ts';
import { reject } from '#test/pull-payments/parent.ts';

/** The endpoint over books in memory and a connector in this process. */

const random = (length: number) => new Uint8Array(randomBytes(length));

const running: Endpoint[] = [];
afterEach(async () => {
  for (const endpoint of running.splice(0)) await endpoint.stop();
});

async function start(limits: Partial<EndpointLimits> = {}) {
  const one = await startEndpoint(limits);
  running.push(one.endpoint);
  return one;
}

const codeOf = (reply: Uint8Array) => {
  const read = readReply(reply);
  return read.type === 'reject' ? read.code : 'fulfilled';
};

describe('credentials', () => {
  it('end with the id of the agreement, and are new each time', async () => {
    const { credentials, agree } = await start();
    const id = agree(100n);
    const [one, other] = [credentials(id), credentials(id)];
    expect(one.destinationAccount).toMatch(new RegExp(`^private\\.parent\\.us\\.[\\w-]{24}~${id}$`));
    expect(one.sharedSecret).toHaveLength(32);
    expect(other.destinationAccount).not.toBe(one.destinationAccount);
    expect(credentials(null).destinationAccount).toMatch(/^private\.parent\.us\.[\w-]{24}$/);
  });

  it('are not given out once the server stops', async () => {
    const { endpoint } = await start();
    expect(endpoint.asset).toEqual({ code: 'XRP', scale: 9 });
    await endpoint.stop();
    expect(endpoint.credentials(null, null)).toBeUndefined();
  });
});

describe('a pull', () => {
  it('takes what is agreed, all of it and no more, and is told once', async () => {
    const { books, client, agree } = await start();
    const id = agree(100_000n);
    expect(await client(id).pull(60_000n)).toBe(60_000n);
    expect(await client(id).pull(250_000n)).toBe(40_000n);
    expect(await client(id).pull(10n)).toBe(0n);
    expect(books.sumOf(id)).toEqual({ paid: 100_000n, held: 0n, unknown: 0 });
    await eventually(() => expect(books.ended).toHaveLength(2));
    const [packet] = [...books.packets.values()];
    expect(packet?.fulfillment).toHaveLength(32);
    await eventually(() => expect(books.state?.openConnections).toBe(0));
  });

  it('of five at once takes what is agreed, in small packets too', async () => {
    const { books, connector, client, agree } = await start();
    for (const maxPacket of [undefined, 1_000n]) {
      connector.maxPacket = maxPacket;
      const id = agree(50_000n);
      const got = await Promise.all([1, 2, 3, 4, 5].map(() => client(id).pull(50_000n)));
      expect(got.reduce((sum, each) => sum + each)).toBe(50_000n);
      expect(books.sumOf(id)).toEqual({ paid: 50_000n, held: 0n, unknown: 0 });
    }
  });

  it('can be done again with the same credentials', async () => {
    const { books, connector, credentials, endpoint, agree } = await start();
    const id = agree(900n);
    const given = { connector, send: (prepare: Uint8Array) => endpoint.receive(prepare), credentials: credentials(id) };
    expect(await new Client(given).pull(300n)).toBe(300n);
    await eventually(() => expect(books.ended).toHaveLength(1));
    expect(await new Client(given).pull(600n)).toBe(600n);
    await eventually(() => expect(new Set(books.ended).size).toBe(2));
  });

  it('takes no money that is pushed to it', async () => {
    const { books, client, agree } = await start();
    const pusher = client(agree(100n));
    pusher.open({ sendMax: 50n, receiveMax: 0n });
    await new Promise((resolve) => setTimeout(resolve, 100));
    pusher.close();
    expect([pusher.sent, books.pushes]).toEqual([0n, []]);
  });

  it('holds the money of a packet whose answer is lost, and waits before it gives up the rest', async () => {
    const { books, parent, client, agree, log } = await start();
    const id = agree(1_000n);
    parent.fault = async ({ body }) => {
      if (readPrepare(body as Uint8Array).destination === 'peer.config') return undefined;
      if (readPrepare(body as Uint8Array).amount !== 400n) return undefined;
      await parent.connector.fromChild(body as Uint8Array);
      throw networkError('ECONNRESET');
    };
    const puller = client(id);
    puller.open({ sendMax: 0n, receiveMax: 400n });
    await eventually(() => expect(books.sumOf(id)).toEqual({ paid: 0n, held: 400n, unknown: 1 }));
    expect(puller.received).toBe(400n);
    puller.close();
    await eventually(() => expect(books.ended).toHaveLength(1));
    expect(await client(id).pull(1_000n)).toBe(600n);
    expect(JSON.stringify(log.lines)).not.toContain(id);
  });

  it('settles a packet whose answer comes when its connection is long over', async () => {
    const { books, connector, client, agree } = await start({ connection: { packetLifeMs: 2_100, replyGraceMs: 20 } });
    const id = agree(300n);
    let answer: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      answer = resolve;
    });
    connector.meddle = async (prepare) => {
      const isMoney = readPrepare(prepare).amount === 300n && books.packets.size > 0;
      const reply = await connector.pass(prepare);
      if (isMoney) await held;
      return reply;
    };
    const puller = client(id);
    puller.open({ sendMax: 0n, receiveMax: 300n });
    await eventually(() => expect(puller.received).toBe(300n));
    puller.close();
    await eventually(() => expect(books.ended).toHaveLength(1));
    expect(books.sumOf(id)).toEqual({ paid: 0n, held: 300n, unknown: 1 });
    answer();
    await eventually(() => expect(books.sumOf(id)).toEqual({ paid: 300n, held: 0n, unknown: 0 }));
  });

  it('frees the money of what could not be sent', async () => {
    const { books, parent, client, agree } = await start();
    const id = agree(500n);
    let refused = 0;
    parent.fault = async ({ body }) => {
      const isMoney = readPrepare(body as Uint8Array).amount === 500n && books.packets.size > 0;
      return isMoney && refused++ === 0 ? new Response('', { status: 429 }) : undefined;
    };
    expect(await client(id).pull(500n)).toBe(500n);
    expect(refused).toBeGreaterThan(0);
    expect(books.sumOf(id)).toEqual({ paid: 500n, held: 0n, unknown: 0 });
  });

  it('asks for no money while the uplink is down, and goes on when it is back', async () => {
    const { books, parent, endpoint, client, agree } = await start();
    const id = agree(500n);
    let reserved = 0;
    books.before = async (call) => {
      if (call === 'reserve') reserved += 1;
    };
    parent.fault = async ({ body }) => {
      // The rate is measured; then the parent is gone.
      if (readPrepare(body as Uint8Array).amount > 0n && !isGone) {
        isGone = true;
        return undefined;
      }
      if (isGone) throw networkError('ECONNREFUSED');
      return undefined;
    };
    let isGone = false;
    const pulling = client(id).pull(500n);
    await eventually(() => expect(books.state?.isUp).toBe(false));
    expect(endpoint.credentials(id, null)).toBeUndefined();
    const before = reserved;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(reserved).toBe(before);
    parent.fault = async () => undefined;
    expect(await pulling).toBe(500n);
    expect(books.sumOf(id)).toEqual({ paid: 500n, held: 0n, unknown: 0 });
  });
});

describe('the books', () => {
  it('are told until they listen', async () => {
    const { books, client, agree, log } = await start();
    const id = agree(500n);
    const failures = { settle: 4, endPull: 3, uplinkChanged: 2 } as Record<string, number>;
    books.before = async (call) => {
      if ((failures[call] ?? 0) === 0) return;
      failures[call] = (failures[call] ?? 0) - 1;
      throw new Error('The database is away.');
    };
    expect(await client(id).pull(500n)).toBe(500n);
    await eventually(() => expect(books.ended).toHaveLength(1));
    expect(books.sumOf(id)).toEqual({ paid: 500n, held: 0n, unknown: 0 });
    expect(log.lines.filter(({ sentence }) => sentence === 'Could not settle a packet; trying again')).toHaveLength(4);
  });

  it('hold nothing for a packet whose grant got lost on the way back', async () => {
    const { books, client, agree } = await start();
    const id = agree(500n);
    let lost = 0;
    books.after = async (call) => {
      if (call === 'reserve' && lost++ === 0) throw new Error('The thread was away.');
    };
    expect(await client(id).pull(500n)).toBe(500n);
    expect(books.sumOf(id)).toEqual({ paid: 500n, held: 0n, unknown: 0 });
    expect([...books.packets.values()].map(({ states }) => states)).toEqual([['rejected'], ['fulfilled']]);
  });

  it('are asked once for all packets that would open connections of an agreement, and only by those who have its secret', async () => {
    const { books, endpoint, credentials, agree } = await start();
    const given = credentials(agree(1n));
    const packets = Array.from({ length: 50 }, () => handMade(given));
    expect(new Set((await Promise.all(packets.map((one) => endpoint.receive(one)))).map(codeOf))).toEqual(
      new Set(['fulfilled']),
    );
    expect(books.lookUps).toBe(1);
    const stranger = { ...credentials(agree(1n)), sharedSecret: new Uint8Array(32) };
    expect(codeOf(await endpoint.receive(handMade(stranger)))).toBe('F06');
    expect(books.lookUps).toBe(1);
  });

  it('say whether an agreement is still open, before anything is kept of its connection', async () => {
    const { books, endpoint, credentials, agree } = await start();
    const id = agree(1n);
    const given = credentials(id);
    books.agreements.delete(id);
    expect(codeOf(await endpoint.receive(handMade(given)))).toBe('F02');
    await endpoint.stop();
    expect(books.states.every(({ openConnections }) => openConnections === 0)).toBe(true);
  });

  it('that can not be asked end nothing', async () => {
    const { books, endpoint, credentials, agree } = await start({ maxLookUps: 2 });
    const [one, two, three] = [1, 2, 3].map(() => credentials(agree(1n)));
    let fail: (error: Error) => void = () => undefined;
    const failure = new Promise<never>((_, no) => {
      fail = no;
    });
    failure.catch(() => undefined);
    books.before = async (call) => (call === 'isOpen' ? failure : undefined);
    const waiting = [one, two].map((each) => endpoint.receive(handMade(each as NonNullable<typeof each>)));
    expect(codeOf(await endpoint.receive(handMade(three as NonNullable<typeof three>)))).toBe('T03');
    fail(new Error('The database is away.'));
    expect((await Promise.all(waiting)).map(codeOf)).toEqual(['T03', 'T03']);
    books.before = async () => undefined;
    expect(codeOf(await endpoint.receive(handMade(one as NonNullable<typeof one>)))).toBe('fulfilled');
  });
});

describe('a push', () => {
  const received = { type: 'streamMaxMoney', streamId: 1n, receiveMax: 0n, totalReceived: 0n } as const;

  it('is booked before it is fulfilled', async () => {
    const { books, client } = await start();
    const pusher = client(null);
    pusher.open({ sendMax: 777n, receiveMax: 0n });
    await pusher.ended;
    expect(pusher.sent).toBe(777n);
    expect(books.pushes.reduce((sum, { amount }) => sum + amount, 0n)).toBe(777n);
    expect(new Set(books.pushes.map(({ pushId }) => pushId)).size).toBe(1);
    expect(books.pushes[0]?.asset).toEqual({ code: 'XRP', scale: 9 });
  });

  it('is refused if it can not be booked, or only too late', async () => {
    const { books, endpoint, credentials } = await start();
    const frames: Frame[] = [{ type: 'streamMoney', streamId: 1n, shares: 1n }];
    expect(codeOf(await endpoint.receive(handMade(credentials(null), { frames, amount: 5n, lifeMs: 500 })))).toBe(
      'F99',
    );
    books.before = async () => Promise.reject(new Error('The database is away.'));
    expect(codeOf(await endpoint.receive(handMade(credentials(null), { frames, amount: 5n })))).toBe('F99');
    expect(books.pushes).toEqual([]);
  });

  it('tells that it takes any amount', async () => {
    const { endpoint, credentials } = await start();
    const given = credentials(null);
    const reply = readReply(await endpoint.receive(handMade(given, { frames: [received] })));
    const { frames } = openStreamPacket(connectionKeys(given.sharedSecret).encryption, reply.data, 13);
    expect(frames).toContainEqual({ type: 'streamMaxMoney', streamId: 1n, receiveMax: MAX_U64, totalReceived: 0n });
  });

  it('gives receipts that their verifier can check, if they were asked for', async () => {
    const { endpoint, credentials } = await start();
    const receipt = { nonce: random(16), secret: random(32) };
    const given = credentials(null, receipt);
    expect(given.destinationAccount).not.toContain('~');
    const frames: Frame[] = [{ type: 'streamMoney', streamId: 1n, shares: 1n }];
    const reply = readReply(await endpoint.receive(handMade(given, { frames, amount: 25n })));
    const answer = openStreamPacket(connectionKeys(given.sharedSecret).encryption, reply.data, 13);
    const frame = answer.frames.find(({ type }) => type === 'streamReceipt') as Frame & { type: 'streamReceipt' };
    expect(verifyReceipt(frame.receipt, receipt.secret)).toMatchObject({ streamId: 1, totalReceived: 25n });
  });
});

describe('bounds', () => {
  it('hold for the connections of one agreement, for pushes, and for all', async () => {
    const { endpoint, credentials, agree } = await start({
      maxConnections: 5,
      maxPushConnections: 2,
      maxConnectionsPerAgreement: 2,
    });
    const codes = async (agreementIds: (string | null)[]) => {
      const all: string[] = [];
      for (const id of agreementIds) all.push(codeOf(await endpoint.receive(handMade(credentials(id)))));
      return all;
    };
    const [one, other] = [agree(1n), agree(1n)];
    expect(await codes([one, one, one, null, null, null])).toEqual([
      'fulfilled',
      'fulfilled',
      'T03',
      'fulfilled',
      'fulfilled',
      'T03',
    ]);
    expect(await codes([other, other])).toEqual(['fulfilled', 'T03']);
  });

  it('hold for packets that are answered at once', async () => {
    const { books, endpoint, credentials } = await start({ maxIncoming: 2 });
    let goOn: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    books.before = async (call) => (call === 'book' ? held : undefined);
    const frames: Frame[] = [{ type: 'streamMoney', streamId: 1n, shares: 1n }];
    const push = () => endpoint.receive(handMade(credentials(null), { frames, amount: 5n }));
    const two = [push(), push()];
    expect(codeOf(await push())).toBe('T03');
    goOn();
    expect((await Promise.all(two)).map(codeOf)).toEqual(['fulfilled', 'fulfilled']);
  });

  it('hold for what strangers send: each packet has its answer', async () => {
    const { endpoint, credentials, agree } = await start();
    const { destinationAccount, sharedSecret } = credentials(agree(1n));
    const to = (destination: string) => handMade({ destinationAccount: destination, sharedSecret });
    expect(codeOf(await endpoint.receive(Buffer.from('no packet')))).toBe('F01');
    for (const destination of [
      'private.other.x',
      'private.parent.us',
      'private.parent.us.short',
      `${destinationAccount}~x`,
    ])
      expect(codeOf(await endpoint.receive(to(destination)))).toBe('F02');
    expect(codeOf(await endpoint.receive(to(destinationAccount.replace(/.$/, '0'))))).toBe('F06');
  });
});

describe('the end of the server', () => {
  it('waits for what is under way, tells the peers, and takes nothing new', async () => {
    const { books, connector, endpoint, client, credentials, agree } = await start({ stopMs: 5_000 });
    const id = agree(300n);
    const given = credentials(id);
    let goOn: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    connector.meddle = async (prepare) => {
      if (readPrepare(prepare).amount === 300n && books.packets.size > 0) await held;
      return undefined;
    };
    const puller = client(id);
    puller.open({ sendMax: 0n, receiveMax: 300n });
    await eventually(() => expect(books.sumOf(id).held).toBe(300n));
    const stopping = endpoint.stop();
    expect(codeOf(await endpoint.receive(handMade(given)))).toBe('T03');
    goOn();
    await stopping;
    expect(puller.received).toBe(300n);
    expect(books.sumOf(id)).toEqual({ paid: 300n, held: 0n, unknown: 0 });
    expect([books.ended.length, books.state?.isUp]).toEqual([1, false]);
  });

  it('leaves as unknown what is not answered by then', async () => {
    const { books, connector, endpoint, client, agree } = await start();
    const id = agree(300n);
    connector.meddle = async (prepare) => {
      if (readPrepare(prepare).amount === 300n && books.packets.size > 0) await new Promise(() => undefined);
      return undefined;
    };
    const puller = client(id);
    puller.open({ sendMax: 0n, receiveMax: 300n });
    await eventually(() => expect(books.sumOf(id).held).toBe(300n));
    await endpoint.stop();
    expect(books.sumOf(id)).toEqual({ paid: 0n, held: 300n, unknown: 1 });
  });

  it('comes even if the books do not answer', async () => {
    const { books, connector, endpoint, client, agree } = await start({ stopMs: 50, writeMs: 50 });
    const id = agree(300n);
    connector.meddle = async (prepare) => {
      if (readPrepare(prepare).amount === 300n && books.packets.size > 0) return reject('T00');
      return undefined;
    };
    books.before = async (call) => {
      if (call === 'settle') throw new Error('The database is away.');
    };
    const puller = client(id);
    puller.open({ sendMax: 0n, receiveMax: 300n });
    await eventually(() => expect(books.sumOf(id).held).toBe(300n));
    const startedAt = performance.now();
    await endpoint.stop();
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });
});

describe('another address', () => {
  it('is taken on when the parent gives one', async () => {
    const { books, connector, parent, client, credentials, agree } = await start();
    connector.move('private.parent.moved');
    parent.fault = async () => Promise.reject(networkError('ECONNREFUSED'));
    const id = agree(100n);
    const lost = client(id);
    lost.open({ sendMax: 0n, receiveMax: 10n });
    await eventually(() => expect(books.state?.isUp).toBe(false));
    parent.fault = async () => undefined;
    await eventually(() => expect(books.state).toMatchObject({ isUp: true, address: 'private.parent.moved' }));
    expect(credentials(id).destinationAccount).toMatch(/^private\.parent\.moved\./);
    expect(await client(id).pull(100n)).toBe(100n);
  });
});
