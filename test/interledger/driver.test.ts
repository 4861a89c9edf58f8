import { describe, expect, it } from 'vitest';
import { MAX_U64 } from '#interledger/bytes.ts';
import { FULFILL, PREPARE, readPrepare } from '#interledger/ilp/packet.ts';
import type { Action, SettleAction } from '#interledger/stream/connection/actions.ts';
import { StreamConnection } from '#interledger/stream/connection/connection.ts';
import type { ConnectionOptions } from '#interledger/stream/connection/state.ts';
import { connectionKeys, fulfillmentOf, sha256 } from '#interledger/stream/crypto.ts';
import { ConnectionDriver, type DriverPorts, NotSentError } from '#interledger/stream/driver.ts';
import type { Frame } from '#interledger/stream/frames.ts';
import { sealStreamPacket } from '#interledger/stream/packet.ts';
import { randomOf } from '#test/interledger/bytes.ts';
import { SECRET } from '#test/interledger/peer.ts';

/** Connections over ports, in real promises: what is answered in which order, and what happens when a port throws. */

const ASSET = { code: 'XRP', scale: 9 };
const KEYS = connectionKeys(SECRET);

interface Pair {
  client: ConnectionDriver;
  server: ConnectionDriver;
  log: string[];
  settled: SettleAction[];
  failures: unknown[];
  received: () => bigint;
  whenEnded: Promise<void>;
}

/** A client that pulls, a server that pays, and between them nothing but promises. Ports of the server can be replaced. */
function pair(
  wanted: bigint,
  agreed: bigint,
  replaced: (ports: DriverPorts) => Partial<DriverPorts> = () => ({}),
): Pair {
  const log: string[] = [];
  const settled: SettleAction[] = [];
  const failures: unknown[] = [];
  let [left, received] = [agreed, 0n];
  let nowMs = Date.UTC(2026, 0, 1);
  let end: () => void;
  const whenEnded = new Promise<void>((resolve) => {
    end = resolve;
  });
  const moment = () => new Promise<void>((resolve) => setImmediate(resolve));
  const clock = {
    nowMs: () => nowMs++,
    after: (delayMs: number, ring: () => void) => {
      const timer = setTimeout(() => {
        nowMs += delayMs;
        ring();
      }, 1);
      // The end of idleness and of expiry is not waited for here.
      if (delayMs > 15_000) clearTimeout(timer);
      return () => clearTimeout(timer);
    },
    failed: (error: unknown) => failures.push(error),
  };
  const options = (role: 'client' | 'server'): ConnectionOptions => ({
    role,
    sharedSecret: SECRET,
    asset: ASSET,
    address: `private.${role}`,
    ...(role === 'client'
      ? { peerAddress: 'private.server.token' }
      : { peerStreams: { sendMax: MAX_U64, receiveMax: 0n } }),
  });
  const connect = (role: 'client' | 'server', ports: DriverPorts): ConnectionDriver =>
    new ConnectionDriver(new StreamConnection(options(role), randomOf(role.length), nowMs), ports);
  const send = (to: () => ConnectionDriver) => async (prepare: Uint8Array) => {
    await moment();
    return to().prepared(readPrepare(prepare));
  };
  const serverPorts: DriverPorts = {
    ...clock,
    send: send(() => client),
    reserve: async ({ packet, amount }) => {
      log.push(`reserve ${packet}`);
      await moment();
      const granted = amount < left ? amount : left;
      left -= granted;
      return granted;
    },
    settle: async (how) => {
      await moment();
      settled.push(how);
      if (how.outcome === 'rejected') left += how.amount;
      log.push(`settled ${how.packet}`);
    },
    book: async () => false,
    happened: ({ kind }) => {
      if (kind === 'streamEnded') log.push(kind);
    },
  };
  const server = connect('server', { ...serverPorts, ...replaced(serverPorts) });
  const client: ConnectionDriver = connect('client', {
    ...clock,
    send: send(() => server),
    reserve: async () => 0n,
    settle: async () => {},
    book: async ({ amount }) => {
      await moment();
      received += amount;
      return true;
    },
    happened: (what) => {
      if (what.kind === 'streamEnded' || what.kind === 'ended') end();
    },
  });
  const step = (nowMs: number): Action[] =>
    client.connection.openStream({ sendMax: 0n, receiveMax: wanted }, nowMs).actions;
  client.act(step);
  return { client, server, log, settled, failures, received: () => received, whenEnded };
}

/** A driver that receives, and the connection that pushes to it by hand. */
function pushed(failed: DriverPorts['failed'], replaced: Partial<DriverPorts>) {
  const ports: DriverPorts = {
    nowMs: () => Date.UTC(2026, 0, 1),
    after: () => () => {},
    send: async () => new Uint8Array(),
    reserve: async () => 0n,
    settle: async () => {},
    book: async () => true,
    failed,
    ...replaced,
  };
  const options: ConnectionOptions = {
    role: 'server',
    sharedSecret: SECRET,
    asset: ASSET,
    address: 'private.server',
    peerStreams: { sendMax: 0n, receiveMax: MAX_U64 },
  };
  const receiving = new ConnectionDriver(new StreamConnection(options, randomOf(2), ports.nowMs()), ports);
  const pusher = new StreamConnection(
    { ...options, role: 'client', peerAddress: 'private.server.token', address: 'private.client' },
    randomOf(4),
    ports.nowMs(),
  );
  return { receiving, pusher, ports };
}

describe('a driver', () => {
  it('brings all that was agreed, and settles a packet before it reserves the next', async () => {
    const { received, log, settled, failures, whenEnded, server } = pair(10_000n, 700n, (ports) => ({
      reserve: async (asked) => ports.reserve({ ...asked, amount: asked.amount < 300n ? asked.amount : 300n }),
    }));
    await whenEnded;
    await server.settled();
    expect(received()).toBe(700n);
    // The end is told after the last settlement.
    const packets = [2, 3, 4].flatMap((packet) => [`reserve ${packet}`, `settled ${packet}`]);
    expect(log).toEqual([...packets, 'reserve 5', 'streamEnded']);
    expect([settled.map(({ amount }) => amount), failures]).toEqual([[300n, 300n, 100n], []]);
  });

  it('frees the money of what was not sent, and holds that of what may have been', async () => {
    let sent = 0;
    const { settled, failures, whenEnded, received } = pair(1000n, 300n, (ports) => ({
      send: async (prepare, expiresAtMs) => {
        if (readPrepare(prepare).amount === 0n || ++sent === 1) return ports.send(prepare, expiresAtMs);
        if (sent === 2) throw new NotSentError('no connection');
        if (sent === 3) throw new Error('connection reset');
        return ports.send(prepare, expiresAtMs);
      },
      reserve: async (asked) => (settled.length < 3 ? ports.reserve({ ...asked, amount: 100n }) : 0n),
    }));
    await whenEnded;
    expect(settled.map(({ outcome }) => outcome)).toEqual(['rejected', 'unknown', 'fulfilled']);
    expect([received(), failures]).toEqual([100n, [new Error('connection reset')]]);
  });

  it('asks again if the owner failed to reserve', async () => {
    let asked = 0;
    const { received, failures, whenEnded } = pair(1000n, 100n, (ports) => ({
      reserve: async (request) => {
        asked += 1;
        if (asked === 1) throw new Error('database is busy');
        return ports.reserve(request);
      },
    }));
    await whenEnded;
    expect([received(), failures]).toEqual([100n, [new Error('database is busy')]]);
  });

  it('takes a port that throws at once for one that fails', async () => {
    let [asked, sent] = [0, 0];
    const { settled, failures, whenEnded, received, server } = pair(1000n, 100n, (ports) => ({
      send: (prepare, expiresAtMs) => {
        if (readPrepare(prepare).amount > 0n && ++sent === 2) throw new NotSentError('no connection');
        return ports.send(prepare, expiresAtMs);
      },
      reserve: (request) => {
        asked += 1;
        if (asked === 1) throw new Error('database is closed');
        return ports.reserve(request);
      },
      happened: () => {
        throw new Error('a bug of the owner');
      },
    }));
    await whenEnded;
    await server.settled();
    expect(settled.map(({ outcome }) => outcome)).toEqual(['rejected', 'fulfilled']);
    expect(received()).toBe(100n);
    expect(failures).toEqual([new Error('database is closed'), new Error('a bug of the owner')]);
  });

  it('answers a packet although the owner fails to take the data in it', async () => {
    const failures: unknown[] = [];
    const { receiving, ports } = pushed((error) => failures.push(error), {
      happened: () => {
        throw new Error('a bug of the owner');
      },
    });
    const frames: Frame[] = [{ type: 'streamData', streamId: 1n, offset: 0n, data: Buffer.from('hello') }];
    const data = sealStreamPacket(KEYS.encryption, { carrier: PREPARE, sequence: 1n, amount: 0n, frames }, randomOf(8));
    const prepare = {
      amount: 0n,
      expiresAtMs: ports.nowMs() + 1000,
      condition: sha256(fulfillmentOf(KEYS, data)),
      data,
    };
    const answer = await receiving.prepared({ ...prepare, destination: 'private.server.token' });
    expect([answer[0], failures]).toEqual([FULFILL, [new Error('a bug of the owner')]]);
  });

  it.each([
    ['rejects', () => Promise.reject(new Error('disk is full'))],
    [
      'throws',
      () => {
        throw new Error('disk is full');
      },
    ],
  ])('refuses money that could not be booked: the port %s', async (_, book) => {
    const failures: unknown[] = [];
    const { receiving, pusher, ports } = pushed((error) => failures.push(error), { book });
    const [probe] = pusher.openStream({ sendMax: 50n, receiveMax: 0n }, ports.nowMs()).actions;
    if (probe?.kind !== 'send') throw new Error('There is no probe.');
    const answer = await receiving.prepared(readPrepare(probe.prepare));
    const [reserve] = pusher.replied(probe.packet, answer, ports.nowMs());
    if (reserve?.kind !== 'reserve') throw new Error('There is nothing to reserve.');
    const [money] = pusher.reserved(reserve.packet, reserve.amount, ports.nowMs());
    if (money?.kind !== 'send') throw new Error('There is no money.');
    const refused = await receiving.prepared(readPrepare(money.prepare));
    expect(refused[0]).toBe(14);
    expect(failures).toEqual([new Error('disk is full')]);
    expect(receiving.connection.moneyOf(1)).toMatchObject({ received: 0n });
  });
});
