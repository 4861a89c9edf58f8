import { describe, expect, it } from 'vitest';
import { MAX_U64 } from '#interledger/bytes.ts';
import { writeAmountTooLarge } from '#interledger/ilp/amount-too-large.ts';
import { writeReply } from '#interledger/ilp/packet.ts';
import type { SendAction } from '#interledger/stream/connection/actions.ts';
import { StreamConnection } from '#interledger/stream/connection/connection.ts';
import type { ConnectionOptions } from '#interledger/stream/connection/state.ts';
import { connectionKeys, fulfillmentOf } from '#interledger/stream/crypto.ts';
import type { Frame } from '#interledger/stream/frames.ts';
import { randomOf } from '#test/interledger/bytes.ts';
import { NOW, Peer, SECRET } from '#test/interledger/peer.ts';

/** The paying end of a connection, against a peer that does all that peers and connectors can do. */

const ASSET = { code: 'XRP', scale: 9 };
const ARRIVAL: Frame[] = [
  { type: 'connectionNewAddress', address: 'private.client' },
  { type: 'connectionAssetDetails', assetCode: 'XRP', assetScale: 9 },
];

function server(options: Partial<ConnectionOptions> = {}): Peer {
  const all: ConnectionOptions = {
    role: 'server',
    sharedSecret: SECRET,
    address: 'private.us',
    asset: ASSET,
    peerStreams: { sendMax: MAX_U64, receiveMax: 0n },
    ...options,
  };
  return new Peer(new StreamConnection(all, randomOf(5), NOW));
}

const wants = (receiveMax: bigint, streamId = 1n): Frame => ({
  type: 'streamMaxMoney',
  streamId,
  receiveMax,
  totalReceived: 0n,
});

/** A client has arrived, and wants an amount. Answers the probe. */
function arrived(peer: Peer, receiveMax = 60_000n): SendAction {
  peer.prepare({ frames: [...ARRIVAL, wants(receiveMax)] });
  return peer.last('send');
}

/** The rate is known, and the first packet is being reserved. */
function measured(options: Partial<ConnectionOptions> = {}, receiveMax = 60_000n): Peer {
  const peer = server(options);
  peer.refuse(arrived(peer, receiveMax));
  return peer;
}

describe('a payer', () => {
  it('measures the rate by a packet that can not be fulfilled, asks for the money, and then sends it', () => {
    const peer = server();
    const probe = peer.read(arrived(peer));
    expect(probe.prepare).toMatchObject({ amount: 1_000_000n, destination: 'private.client' });
    expect(probe.packet).toMatchObject({ sequence: 1n, amount: 0n });
    expect(peer.all('reserve')).toEqual([]);
    peer.refuse(peer.last('send'));
    expect(peer.last('reserve')).toEqual({
      kind: 'reserve',
      packet: 2,
      streamId: 1,
      amount: 60_000n,
      expiresAtMs: NOW + 30_000,
    });
    expect(peer.all('send').length).toBe(1);
    const money = peer.read(peer.grant() as SendAction);
    expect(money.prepare.amount).toBe(60_000n);
    expect(money.packet).toMatchObject({ sequence: 2n, amount: 59_400n });
    expect(money.packet.frames).toContainEqual({ type: 'streamMoney', streamId: 1n, shares: 60_000n });
    peer.fulfill(peer.last('send'));
    expect(peer.last('settle')).toMatchObject({ packet: 2, amount: 60_000n, outcome: 'fulfilled', delivered: 60_000n });
    expect(peer.last('settle').fulfillment?.length).toBe(32);
    expect(peer.all('reserve').length).toBe(1);
  });

  it('sends what it is granted, and closes the stream when there is no more', () => {
    const peer = measured();
    expect(peer.read(peer.grant(25_000n) as SendAction).prepare.amount).toBe(25_000n);
    peer.fulfill(peer.last('send'));
    expect(peer.last('reserve').amount).toBe(35_000n);
    expect(peer.read(peer.grant(0n) as SendAction).packet.frames).toEqual([
      { type: 'streamClose', streamId: 1n, code: 1, message: '' },
    ]);
    expect(peer.last('streamEnded')).toMatchObject({ streamId: 1, reason: 'noError', isByPeer: false });
    expect(peer.all('settle').length).toBe(1);
  });

  it('asks again while money is held elsewhere', () => {
    const peer = measured();
    peer.did(peer.connection.deferred(2, peer.nowMs));
    expect(peer.all('reserve').length).toBe(1);
    expect(peer.connection.nextWakeMs).toBe(NOW + 500);
    peer.tick(500);
    expect(peer.last('reserve')).toMatchObject({ packet: 3, amount: 60_000n });
  });

  it('asks again for what another packet gave back', () => {
    const peer = measured({ limits: { maxInFlight: 2 } }, 1000n);
    const first = peer.grant(600n) as SendAction;
    expect(peer.last('reserve')).toMatchObject({ packet: 3, amount: 400n });
    peer.grant(0n);
    expect(peer.all('streamEnded')).toEqual([]);
    peer.reject(first, 'T00');
    peer.tick(100);
    expect(peer.last('reserve')).toMatchObject({ packet: 4, amount: 1000n });
  });

  it('sends no more than the stream may, in all, and all of it', () => {
    const peer = measured({ peerStreams: { sendMax: 100n, receiveMax: 0n } });
    const first = peer.grant() as SendAction;
    expect([peer.read(first).prepare.amount, peer.connection.moneyOf(1)?.held]).toEqual([100n, 100n]);
    peer.reject(first, 'T00');
    expect(peer.connection.moneyOf(1)?.held).toBe(0n);
    peer.tick(100);
    peer.fulfill(peer.grant(40n) as SendAction);
    expect(peer.last('reserve').amount).toBe(60n);
    peer.fulfill(peer.grant() as SendAction);
    expect(peer.last('streamEnded')).toMatchObject({ reason: 'noError', isByPeer: false });
    expect(peer.all('reserve').length).toBe(3);
  });

  it('refuses to be granted more than it asked for', () => {
    const peer = measured();
    expect(() => peer.connection.reserved(2, 60_001n, NOW)).toThrow(RangeError);
    expect(() => peer.connection.reserved(2, -1n, NOW)).toThrow(RangeError);
    expect(() => peer.connection.reserved(3, 1n, NOW)).toThrow(RangeError);
    peer.grant();
    expect(() => peer.connection.reserved(2, 1n, NOW)).toThrow(RangeError);
  });

  it('believes no answer to a packet that it has not sent yet', () => {
    const peer = measured();
    const { packet } = peer.last('reserve');
    const reply = writeReply({ type: 'reject', code: 'T00', triggeredBy: '', message: '', data: new Uint8Array() });
    const before = peer.actions.length;
    peer.did(peer.connection.replied(packet, reply, peer.nowMs));
    peer.did(peer.connection.lost(packet, peer.nowMs));
    peer.did(peer.connection.unsent(packet, peer.nowMs));
    expect(peer.actions.length).toBe(before);
    peer.fulfill(peer.grant() as SendAction);
    expect(peer.all('settle')).toEqual([expect.objectContaining({ packet, outcome: 'fulfilled', amount: 60_000n })]);
  });

  it('does not send what was reserved too late, or for a stream that is gone', () => {
    const late = measured();
    late.nowMs += 29_000;
    expect(late.grant()).toBeUndefined();
    expect(late.last('settle')).toMatchObject({ packet: 2, outcome: 'rejected', amount: 60_000n });
    const gone = measured();
    gone.prepare({ frames: [{ type: 'streamClose', streamId: 1n, code: 1, message: 'enough' }] });
    expect(gone.grant()).toBeUndefined();
    expect(gone.last('settle').outcome).toBe('rejected');
    const closed = measured();
    closed.did(closed.connection.close('applicationError', 'cancelled', NOW));
    expect(closed.grant(10n)).toBeUndefined();
    expect(closed.last('settle')).toMatchObject({ outcome: 'rejected', amount: 10n });
    expect(closed.connection.isFinished).toBe(false);
    closed.refuse(closed.last('send'));
    expect(closed.connection.isFinished).toBe(true);
  });

  it('asks for no money of which nothing would arrive', () => {
    const peer = server({ peerStreams: { sendMax: 500n, receiveMax: 0n } });
    peer.refuse(arrived(peer), [], 'F99', 0n);
    peer.refuse(peer.last('send'), [], 'F99', 500n);
    expect(peer.last('streamEnded')).toMatchObject({ streamId: 1, reason: 'noError', isByPeer: false });
    expect(peer.all('reserve')).toEqual([]);
  });

  it('measures again with more when too little arrives to tell, unless there is no more to send', () => {
    const peer = server();
    peer.refuse(arrived(peer), [], 'F99', 99n);
    expect(peer.read(peer.last('send')).prepare.amount).toBe(1_000_000_000n);
    expect(peer.all('reserve')).toEqual([]);
    const little = server({ peerStreams: { sendMax: 500n, receiveMax: 0n } });
    little.refuse(arrived(little), [], 'F99', 99n);
    expect(little.last('reserve').amount).toBe(500n);
  });

  it('lets no packet bring less than the least rate', () => {
    const peer = measured({ leastRate: { delivered: 999n, sent: 1000n } });
    expect(peer.read(peer.grant() as SendAction).packet.amount).toBe(59_940n);
  });

  it('goes by the rate of the last packet that shows one', () => {
    const peer = measured({}, 10_000n);
    // 99 units are too few to tell.
    peer.fulfill(peer.grant(99n) as SendAction, [], 98n);
    expect(peer.last('reserve').amount).toBe(9902n);
    peer.fulfill(peer.grant(1000n) as SendAction, [], 995n);
    // 8907 are wanted of it, at 995 for 1000.
    expect(peer.last('reserve').amount).toBe(8952n);
  });

  it('stops at the limit of the receiver, whatever order its limits come in', () => {
    const peer = measured({}, 1000n);
    expect(peer.last('reserve').amount).toBe(1000n);
    const old: Frame = { type: 'streamMaxMoney', streamId: 1n, receiveMax: 10n, totalReceived: 0n };
    peer.grant();
    peer.fulfill(peer.last('send'), [{ ...old, receiveMax: 1500n, totalReceived: 1000n }, old]);
    expect(peer.last('reserve').amount).toBe(500n);
  });
});

describe('a payer whose packets are refused', () => {
  it('makes them as small as a connector says', () => {
    const peer = server();
    const probe = arrived(peer);
    // In the connector's own units, of which it gets half.
    peer.reject(probe, 'F08', writeAmountTooLarge({ received: 500_000n, maximum: 500n }));
    expect(peer.read(peer.last('send')).prepare.amount).toBe(1000n);
    peer.refuse(peer.last('send'));
    expect(peer.last('reserve').amount).toBe(1000n);
  });

  it.each([
    ['nothing', new Uint8Array()],
    ['nonsense', new Uint8Array(7)],
    ['a maximum above what arrived', writeAmountTooLarge({ received: 1n, maximum: 10n ** 18n })],
    ['that nothing arrived', writeAmountTooLarge({ received: 0n, maximum: 0n })],
  ])('makes them smaller when it says %s', (_, data) => {
    const peer = server();
    peer.reject(arrived(peer), 'F08', data);
    expect(peer.read(peer.last('send')).prepare.amount).toBe(500_000n);
  });

  it('gives up on a path that carries nothing, or always less', () => {
    const none = server();
    none.reject(arrived(none), 'F08', writeAmountTooLarge({ received: 1000n, maximum: 0n }));
    expect(none.last('ended')).toMatchObject({ reason: 'internalError' });
    const less = measured();
    while (less.connection.ended === undefined) {
      const money = less.grant() as SendAction;
      const amount = less.read(money).prepare.amount;
      less.reject(money, 'F08', writeAmountTooLarge({ received: amount, maximum: amount - 1n }));
    }
    expect(less.all('settle').length).toBeLessThan(30);
    expect(less.all('settle').every(({ outcome }) => outcome === 'rejected')).toBe(true);
  });

  it('waits longer each time after temporary errors, and gives up at last', () => {
    const peer = measured();
    const waits: number[] = [];
    while (peer.connection.ended === undefined) {
      peer.reject(peer.grant() as SendAction, 'T00');
      if (peer.connection.ended !== undefined) break;
      const wakeMs = peer.connection.nextWakeMs as number;
      waits.push(wakeMs - peer.nowMs);
      // The client is alive meanwhile.
      peer.prepare({});
      peer.tick(wakeMs - peer.nowMs);
    }
    expect(waits.slice(0, 4)).toEqual([100, 200, 400, 800]);
    expect(waits.length).toBe(20);
    expect(Math.max(...waits)).toBe(10_000);
  });

  it('sends less while a connector has no money, and more again later', () => {
    const peer = measured();
    peer.reject(peer.grant() as SendAction, 'T04');
    peer.tick(100);
    expect(peer.last('reserve').amount).toBe(30_000n);
    peer.fulfill(peer.grant(10_000n) as SendAction);
    expect(peer.last('reserve').amount).toBe(50_000n);
  });

  it('ends the connection if the path is gone', () => {
    const peer = measured();
    peer.reject(peer.grant() as SendAction, 'F02');
    expect(peer.last('ended')).toMatchObject({
      reason: 'internalError',
      message: 'The path refuses: F02 Unreachable.',
    });
    expect(peer.last('settle')).toMatchObject({ outcome: 'rejected', code: 'F02' });
  });

  it('hears what a receiver says in a refusal, by any of its codes', () => {
    for (const code of ['F99', 'F04', 'F05']) {
      const peer = measured();
      peer.refuse(
        peer.grant() as SendAction,
        [{ type: 'streamClose', streamId: 1n, code: 9, message: 'no more' }],
        code,
      );
      expect(peer.last('streamEnded')).toMatchObject({
        reason: 'applicationError',
        message: 'no more',
        isByPeer: true,
      });
    }
  });
});

describe('a payer whose answers are lost', () => {
  it('holds the money when none comes, and settles it when one still does', () => {
    const peer = measured();
    const money = peer.grant() as SendAction;
    for (let waited = 0; waited < 64; waited++) {
      peer.tick(1000);
      peer.prepare({});
    }
    expect(peer.all('settle')).toEqual([]);
    peer.tick(1000);
    expect(peer.all('settle')).toEqual([expect.objectContaining({ packet: 2, outcome: 'unknown', amount: 60_000n })]);
    peer.fulfill(money);
    expect(peer.last('settle')).toMatchObject({ packet: 2, outcome: 'fulfilled' });
    peer.fulfill(money);
    peer.reject(money, 'T00');
    expect(peer.all('settle').length).toBe(2);
  });

  it('goes on with what is left, and with what an answer that comes late frees', () => {
    const peer = measured({ peerStreams: { sendMax: 100n, receiveMax: 0n } });
    const money = peer.grant(40n) as SendAction;
    peer.did(peer.connection.lost(2, peer.nowMs));
    expect(peer.connection.moneyOf(1)).toMatchObject({ sent: 0n, held: 40n });
    peer.tick(100);
    expect(peer.last('reserve').amount).toBe(60n);
    peer.grant(10n);
    peer.reject(money, 'R00');
    expect(peer.connection.moneyOf(1)).toMatchObject({ sent: 0n, held: 10n });
    peer.fulfill(peer.last('send'));
    peer.tick(10_000);
    expect(peer.last('reserve').amount).toBe(90n);
  });

  it('counts what an answer that comes late brought only once', () => {
    const peer = measured({}, 1000n);
    const money = peer.grant(400n) as SendAction;
    peer.did(peer.connection.lost(2, peer.nowMs));
    peer.tick(100);
    const next = peer.grant(100n) as SendAction;
    peer.fulfill(money);
    peer.fulfill(next);
    expect(peer.last('reserve').amount).toBe(500n);
  });

  it('takes the word of the receiver for what arrived although no answer came, but not an older one', () => {
    const peer = measured({}, 1000n);
    peer.grant(400n);
    peer.did(peer.connection.lost(2, peer.nowMs));
    peer.prepare({ frames: [{ type: 'streamMaxMoney', streamId: 1n, receiveMax: 1000n, totalReceived: 400n }] });
    peer.prepare({ frames: [wants(1000n)] });
    peer.tick(100);
    expect(peer.last('reserve').amount).toBe(600n);
  });

  it('says once that it does not know, whatever comes that tells nothing', () => {
    const peer = measured();
    peer.grant();
    for (let count = 0; count < 3; count++) {
      peer.did(peer.connection.lost(2, NOW));
      peer.did(peer.connection.replied(2, Buffer.from('no packet'), NOW));
      peer.tick(66_000);
    }
    expect(peer.all('settle')).toEqual([expect.objectContaining({ packet: 2, outcome: 'unknown' })]);
  });

  it('holds the money when the uplink lost it, gave nonsense, or showed a wrong preimage', () => {
    const lost = measured();
    lost.grant();
    lost.did(lost.connection.lost(2, NOW));
    const nonsense = measured();
    nonsense.grant();
    nonsense.did(nonsense.connection.replied(2, Buffer.from('no packet'), NOW));
    const wrong = measured();
    wrong.reply(wrong.grant() as SendAction, {
      type: 'fulfill',
      fulfillment: new Uint8Array(32),
      data: new Uint8Array(),
    });
    for (const peer of [lost, nonsense, wrong])
      expect(peer.last('settle')).toMatchObject({ packet: 2, outcome: 'unknown' });
  });

  it('frees the money of a packet that has not left', () => {
    const peer = measured();
    peer.grant();
    peer.did(peer.connection.unsent(2, NOW));
    expect(peer.last('settle')).toMatchObject({ packet: 2, outcome: 'rejected' });
  });

  it('ends when the fate of too many is unknown', () => {
    const peer = measured({ limits: { maxFailures: 1000 } });
    while (peer.connection.ended === undefined) {
      peer.grant(1n);
      peer.did(peer.connection.lost(peer.last('reserve').packet, peer.nowMs));
      peer.prepare({});
      peer.tick(10_000);
    }
    expect(peer.all('settle').length).toBe(20);
    expect(peer.connection.isFinished).toBe(false);
    peer.refuse(peer.last('send'));
    expect(peer.connection.isFinished).toBe(true);
  });

  it('counts a fulfillment although its data says nothing, and hears nothing of what is for another packet', () => {
    const peer = measured();
    const first = peer.grant(100n) as SendAction;
    const { prepare } = peer.read(first);
    const fulfillment = fulfillmentOf(connectionKeys(SECRET), prepare.data);
    peer.reply(first, { type: 'fulfill', fulfillment, data: new Uint8Array(50) });
    expect(peer.last('settle')).toMatchObject({ packet: 2, outcome: 'fulfilled', amount: 100n, delivered: 99n });
    const second = peer.grant(100n) as SendAction;
    peer.fulfill(second, [{ type: 'streamClose', streamId: 1n, code: 1, message: '' }], undefined, 77n);
    expect(peer.last('settle')).toMatchObject({ packet: 3, outcome: 'fulfilled', delivered: 99n });
    expect(peer.all('streamEnded')).toEqual([]);
  });

  it('counts at least the least that may arrive for what is fulfilled, whatever the receiver says', () => {
    const peer = measured();
    peer.fulfill(peer.grant(100n) as SendAction, [], 5n);
    expect(peer.last('settle')).toMatchObject({ outcome: 'fulfilled', delivered: 99n });
  });
});

describe('a payer with a peer that is up to something', () => {
  it.each(['private.us', 'private.us.token', 'peer.config', 'self.a'])('does not pay to %s', (address) => {
    const peer = server();
    const { reply, answer } = peer.prepare({ frames: [{ type: 'connectionNewAddress', address }, wants(1000n)] });
    expect(reply.type).toBe('reject');
    expect(answer?.frames).toContainEqual(expect.objectContaining({ type: 'connectionClose', code: 8 }));
    expect(peer.last('ended').reason).toBe('protocolViolation');
    expect(peer.all('send')).toEqual([]);
  });

  it('measures the rate again when the peer has moved, before it sends money there', () => {
    const peer = measured();
    peer.fulfill(peer.grant(100n) as SendAction);
    peer.prepare({ frames: [{ type: 'connectionNewAddress', address: 'private.elsewhere' }] });
    // What is reserved for the old place is not sent to the new one.
    expect(peer.grant()).toMatchObject({ kind: 'send' });
    expect(peer.last('settle')).toMatchObject({ packet: 3, outcome: 'rejected' });
    const { prepare, packet } = peer.read(peer.last('send'));
    expect([prepare.destination, packet.frames]).toEqual(['private.elsewhere', []]);
  });

  it('takes no rate from an answer of a place that the peer has left', () => {
    const peer = server();
    const probe = arrived(peer);
    peer.prepare({ frames: [{ type: 'connectionNewAddress', address: 'private.elsewhere' }] });
    peer.refuse(probe);
    expect(peer.all('reserve')).toEqual([]);
    const again = peer.read(peer.last('send')).prepare;
    expect([again.destination, again.amount, peer.isFulfillable(peer.last('send'))]).toEqual([
      'private.elsewhere',
      1_000_000n,
      false,
    ]);
  });

  it('takes no rate from money that was fulfilled at a place that the peer has left', () => {
    const peer = measured({ limits: { maxInFlight: 2 } }, 1000n);
    const before = peer.grant(400n) as SendAction;
    peer.prepare({ frames: [{ type: 'connectionNewAddress', address: 'private.elsewhere' }, wants(2000n)] });
    peer.refuse(peer.last('send'), [], 'F99', 500_000n);
    peer.fulfill(before);
    // 400 have arrived and 600 are being reserved: for the other 1000 twice as many are needed now.
    expect(peer.last('reserve')).toMatchObject({ packet: 5, amount: 2000n });
  });

  it('ends if the asset changes', () => {
    const peer = measured();
    peer.prepare({ frames: [{ type: 'connectionAssetDetails', assetCode: 'USD', assetScale: 2 }] });
    expect(peer.last('ended').reason).toBe('protocolViolation');
  });

  it('keeps no asset whose code is longer than any, and ends', () => {
    const asset = (length: number): Frame => ({
      type: 'connectionAssetDetails',
      assetCode: 'X'.repeat(length),
      assetScale: 9,
    });
    const peer = server();
    peer.prepare({ frames: [asset(255)] });
    expect(peer.connection.peerAsset?.code.length).toBe(255);
    const long = server();
    const { reply } = long.prepare({ frames: [asset(256), wants(1000n)] });
    expect([reply.type, long.last('ended').reason]).toEqual(['reject', 'protocolViolation']);
    expect(long.connection.peerAsset).toBeUndefined();
  });

  it('ignores answers to other packets, of other types and under other keys', () => {
    const peer = server();
    const probe = arrived(peer);
    const { packet } = peer.read(probe);
    const lie: Frame[] = [wants(MAX_U64), { type: 'connectionNewAddress', address: 'private.thief' }];
    peer.prepare({ frames: [], carrier: 13 });
    expect(peer.answerTo(2).reply).toMatchObject({ type: 'reject', code: 'F06' });
    peer.prepare({ frames: lie, key: new Uint8Array(32) });
    expect(peer.answerTo(3).reply).toMatchObject({ type: 'reject', code: 'F06' });
    expect([packet.sequence, peer.connection.peerAddress]).toEqual([1n, 'private.client']);
    const before = peer.actions.length;
    peer.did(peer.connection.replied(77, new Uint8Array(3), NOW));
    peer.did(peer.connection.lost(77, NOW));
    peer.did(peer.connection.unsent(77, NOW));
    expect(peer.actions.length).toBe(before);
  });

  it('sends nothing that would not arrive, and ends if the rate is below the least', () => {
    const nothing = server();
    arrived(nothing);
    while (nothing.connection.ended === undefined) nothing.refuse(nothing.last('send'), [], 'F99', 0n);
    const probes = nothing.all('send').map((one) => nothing.read(one).prepare.amount);
    expect(probes.slice(0, 3)).toEqual([10n ** 6n, 10n ** 9n, 10n ** 12n]);
    expect([nothing.last('ended').reason, nothing.all('reserve')]).toEqual(['applicationError', []]);
    const low = server({ leastRate: { delivered: 9n, sent: 10n } });
    low.refuse(arrived(low), [], 'F99', 899_999n);
    expect(low.last('ended').message).toContain('too low');
  });

  it('takes no rate for the next that got worse little by little', () => {
    const peer = measured({}, 10_000_000n);
    for (let count = 0; count < 5; count++) {
      const money = peer.grant(1000n) as SendAction;
      expect(peer.read(money).packet.amount).toBe(990n);
      peer.fulfill(money, [], 990n);
    }
  });

  it('ends when it is idle, and when the peer ends it', () => {
    const idle = measured();
    idle.tick(59_999);
    expect(idle.connection.ended).toBeUndefined();
    idle.tick(1);
    expect(idle.last('ended')).toMatchObject({ reason: 'noError', isByPeer: false });
    expect(idle.read(idle.last('send')).packet.frames).toEqual([
      { type: 'connectionClose', code: 1, message: 'The connection was idle.' },
    ]);
    const left = measured();
    const money = left.grant() as SendAction;
    const { reply } = left.prepare({ frames: [{ type: 'connectionClose', code: 9, message: 'x'.repeat(5000) }] });
    expect(reply).toMatchObject({ type: 'reject', code: 'F99' });
    expect(left.last('ended')).toMatchObject({ reason: 'applicationError', isByPeer: true });
    expect(left.last('ended').message.length).toBe(200);
    expect(left.connection.isFinished).toBe(false);
    left.fulfill(money);
    expect(left.last('settle').outcome).toBe('fulfilled');
    expect([left.connection.isFinished, left.all('reserve').length]).toEqual([true, 1]);
  });

  it('ends after its last packet', () => {
    const peer = measured({ limits: { maxPackets: 3 } });
    peer.fulfill(peer.grant(1n) as SendAction);
    peer.fulfill(peer.grant(1n) as SendAction);
    expect(peer.last('ended').message).toContain('too many packets');
  });
});
