import { describe, expect, it } from 'vitest';
import { MAX_U64 } from '#interledger/bytes.ts';
import { StreamConnection } from '#interledger/stream/connection/connection.ts';
import type { ConnectionOptions } from '#interledger/stream/connection/state.ts';
import type { Frame } from '#interledger/stream/frames.ts';
import { verifyReceipt } from '#interledger/stream/receipt.ts';
import { randomOf } from '#test/interledger/bytes.ts';
import { NOW, Peer, SECRET } from '#test/interledger/peer.ts';

/** The receiving end of a connection, against senders that keep to the protocol and others. */

function receiver(receiveMax: bigint, options: Partial<ConnectionOptions> = {}): Peer {
  const all: ConnectionOptions = {
    role: 'server',
    sharedSecret: SECRET,
    address: 'private.us',
    asset: { code: 'XRP', scale: 9 },
    peerStreams: { sendMax: 0n, receiveMax },
    ...options,
  };
  return new Peer(new StreamConnection(all, randomOf(6), NOW));
}

const money = (shares: bigint, streamId = 1n): Frame => ({ type: 'streamMoney', streamId, shares });
const data = (text: string, offset: bigint, streamId = 1n): Frame => ({
  type: 'streamData',
  streamId,
  offset,
  data: Buffer.from(text),
});

describe('a receiver', () => {
  it('books what arrives before it fulfills it', () => {
    const peer = receiver(MAX_U64);
    const request = peer.sent({ amount: 500n, minimum: 495n, frames: [money(500n)] });
    expect(peer.all('reply')).toEqual([]);
    expect(peer.last('book')).toEqual({
      kind: 'book',
      request,
      amount: 500n,
      parts: [{ streamId: 1, amount: 500n }],
      expiresAtMs: NOW + 30_000,
    });
    peer.did(peer.connection.booked(request, true, NOW));
    const { reply, answer } = peer.answerTo(request);
    expect(reply.type).toBe('fulfill');
    expect(answer).toMatchObject({ carrier: 13, sequence: 1n, amount: 500n });
    expect(answer?.frames).toContainEqual({
      type: 'streamMaxMoney',
      streamId: 1n,
      receiveMax: MAX_U64,
      totalReceived: 500n,
    });
    expect(() => peer.connection.booked(request, true, NOW)).toThrow(RangeError);
  });

  it('fulfills nothing that was not booked', () => {
    const peer = receiver(MAX_U64);
    expect(peer.prepare({ amount: 500n, frames: [money(1n)] }, false).reply).toMatchObject({
      type: 'reject',
      code: 'F99',
    });
    expect(peer.connection.moneyOf(1)).toMatchObject({ received: 0n });
  });

  it('answers probes with what arrived, and a new address with its asset', () => {
    const peer = receiver(MAX_U64);
    const frames: Frame[] = [{ type: 'connectionNewAddress', address: 'private.client' }];
    const { reply, answer } = peer.prepare({ amount: 1000n, isFulfillable: false, frames });
    expect(reply).toMatchObject({ type: 'reject', code: 'F99', triggeredBy: 'private.us' });
    expect(answer).toMatchObject({ carrier: 14, sequence: 1n, amount: 1000n });
    expect(answer?.frames).toEqual([
      { type: 'connectionMaxData', maxOffset: 65_534n },
      { type: 'connectionAssetDetails', assetCode: 'XRP', assetScale: 9 },
      { type: 'connectionMaxStreamId', maxStreamId: 20n },
    ]);
  });

  it('names its reasons if it is told to', () => {
    const cases = { F05: { amount: 1n, isFulfillable: false }, F04: { amount: 1n, minimum: 2n } };
    for (const [code, told] of Object.entries(cases)) {
      const frames = [money(1n)];
      expect(receiver(10n, { rejectCodes: 'specific' }).prepare({ ...told, frames }).reply).toMatchObject({ code });
      expect(receiver(10n).prepare({ ...told, frames }).reply).toMatchObject({ code: 'F99' });
    }
  });

  it('takes no more than its limit and the little that rates make of it, also of packets at once', () => {
    const peer = receiver(1000n);
    expect(peer.prepare({ amount: 1011n, frames: [money(1n)] }).reply.type).toBe('reject');
    const first = peer.sent({ amount: 900n, frames: [money(1n)] });
    const second = peer.sent({ amount: 900n, frames: [money(1n)] });
    expect(peer.answerTo(second).reply).toMatchObject({ type: 'reject', code: 'F99' });
    peer.did(peer.connection.booked(first, true, NOW));
    expect(peer.answerTo(first).reply.type).toBe('fulfill');
    expect(peer.prepare({ amount: 101n, frames: [money(1n)] }).reply.type).toBe('fulfill');
    expect(peer.prepare({ amount: 1n, frames: [money(1n)] }).reply.type).toBe('reject');
    expect(peer.connection.moneyOf(1)?.received).toBe(1001n);
  });

  it('takes no more than a stream can count, and never lowers its limit', () => {
    const peer = receiver(MAX_U64);
    expect(peer.prepare({ amount: MAX_U64 - 5n, frames: [money(1n)] }).reply.type).toBe('fulfill');
    expect(peer.prepare({ amount: 6n, frames: [money(1n)] }).reply.type).toBe('reject');
    expect(peer.prepare({ amount: 5n, frames: [money(1n)] }).reply.type).toBe('fulfill');
    const lowered = receiver(1000n);
    lowered.prepare({ amount: 100n, frames: [money(1n)] });
    lowered.did(lowered.connection.setLimits(1, { receiveMax: 10n }, NOW));
    expect(lowered.prepare({ amount: 900n, frames: [money(1n)] }).reply.type).toBe('fulfill');
  });

  it('refuses a push to an address that is for pulls', () => {
    const peer = receiver(0n);
    const { reply, answer } = peer.prepare({ amount: 500n, frames: [money(500n)] });
    expect(reply).toMatchObject({ type: 'reject', code: 'F99' });
    expect(answer?.frames).toContainEqual({ type: 'streamMaxMoney', streamId: 1n, receiveMax: 0n, totalReceived: 0n });
    expect(peer.all('book')).toEqual([]);
  });

  it('divides a packet by shares, and gives the rest to the lowest stream', () => {
    const peer = receiver(MAX_U64);
    peer.sent({ amount: 101n, frames: [money(30n, 5n), money(5n, 1n), money(15n, 3n)] });
    expect(peer.last('book').parts).toEqual([
      { streamId: 1, amount: 11n },
      { streamId: 3, amount: 30n },
      { streamId: 5, amount: 60n },
    ]);
    peer.sent({ amount: 10n, frames: [money(MAX_U64, 1n), money(MAX_U64, 3n)] });
    expect(peer.last('book').parts.map(({ amount }) => amount)).toEqual([5n, 5n]);
  });

  it('gives the rest to the next stream if the lowest has no room for it', () => {
    const peer = receiver(100n);
    peer.prepare({ amount: 95n, frames: [money(1n)] });
    peer.sent({ amount: 13n, frames: [money(1n, 1n), money(1n, 3n)] });
    expect(peer.last('book').parts).toEqual([
      { streamId: 1, amount: 6n },
      { streamId: 3, amount: 7n },
    ]);
  });

  it('takes no money that is for no stream', () => {
    for (const frames of [[], [money(0n)]]) {
      expect(receiver(MAX_U64).prepare({ amount: 5n, frames }).reply).toMatchObject({ type: 'reject', code: 'F99' });
    }
  });

  it('refuses what has expired, and what it can not read', () => {
    const peer = receiver(MAX_U64);
    const expired = peer.prepare({ amount: 5n, frames: [money(1n)], expiresAtMs: NOW });
    expect(expired.reply).toMatchObject({ type: 'reject', code: 'R00' });
    expect(peer.prepare({ key: new Uint8Array(32) }).reply).toMatchObject({ type: 'reject', code: 'F06' });
    expect(peer.prepare({ carrier: 13 }).reply).toMatchObject({ type: 'reject', code: 'F06' });
  });

  it('holds no more bookings than it may', () => {
    const peer = receiver(MAX_U64, { limits: { maxBookings: 2 } });
    const requests = [1, 2, 3].map(() => peer.sent({ amount: 5n, frames: [money(1n)] }));
    expect(peer.answerTo(requests[2] as number).reply).toMatchObject({ code: 'T03' });
    expect(() => peer.answerTo(requests[1] as number)).toThrow('no answer');
  });

  it('gives receipts of the whole of a stream', () => {
    const key = { nonce: new Uint8Array(16).fill(3), secret: new Uint8Array(32).fill(4) };
    const peer = receiver(MAX_U64, { receiptKey: key });
    peer.prepare({ amount: 5n, frames: [money(1n)] });
    const { answer } = peer.prepare({ amount: 7n, frames: [money(1n)] });
    const frame = answer?.frames.find(({ type }) => type === 'streamReceipt');
    if (frame?.type !== 'streamReceipt') throw new Error('There is no receipt.');
    expect(verifyReceipt(frame.receipt, key.secret)).toMatchObject({ streamId: 1, totalReceived: 12n });
  });
});

describe('streams', () => {
  it.each([
    [2n, 'protocolViolation', 8],
    [0n, 'protocolViolation', 8],
    [21n, 'streamIdError', 5],
    [MAX_U64, 'streamIdError', 5],
  ])('that the peer must not open end the connection: %s', (id, reason, code) => {
    const peer = receiver(MAX_U64);
    const { reply, answer } = peer.prepare({ amount: 5n, frames: [money(1n, id)] });
    expect(reply).toMatchObject({ type: 'reject', code: 'F99' });
    expect(answer?.frames).toContainEqual(expect.objectContaining({ type: 'connectionClose', code }));
    expect(peer.last('ended').reason).toBe(reason);
    expect(peer.prepare({ amount: 5n, frames: [money(1n)] }).reply.type).toBe('reject');
  });

  it('that are closed take nothing, and make room for others, up to a bound', () => {
    const peer = receiver(MAX_U64, { limits: { maxStreams: 1, maxStreamsEver: 3 } });
    const opened: bigint[] = [];
    for (let id = 1n; peer.connection.ended === undefined && id < 99n; id += 2n) {
      const taken = peer.prepare({ amount: 5n, frames: [money(1n, id)] }).reply.type === 'fulfill';
      if (!taken) break;
      opened.push(id);
      peer.prepare({ frames: [{ type: 'streamClose', streamId: id, code: 1, message: '' }] });
      const late = peer.prepare({ amount: 5n, frames: [money(1n, id)] });
      expect(late.reply.type).toBe('reject');
      expect(late.answer?.frames).toContainEqual(
        expect.objectContaining({ type: 'streamClose', streamId: id, code: 6 }),
      );
      expect(
        peer.prepare({ frames: [{ type: 'streamMaxMoney', streamId: id, receiveMax: 1n, totalReceived: 0n }] }).reply
          .type,
      ).toBe('fulfill');
    }
    expect(opened).toEqual([1n, 3n, 5n]);
  });

  it('of our own wait until the peer allows them', () => {
    const options: ConnectionOptions = {
      role: 'client',
      sharedSecret: SECRET,
      address: 'private.client',
      peerAddress: 'private.server',
      asset: { code: 'XRP', scale: 9 },
      limits: { maxStreams: 1 },
    };
    const connection = new StreamConnection(options, randomOf(1), NOW);
    const open = () => connection.openStream({ sendMax: 0n, receiveMax: 1n }, NOW).streamId;
    expect([open(), open()]).toEqual([1, undefined]);
    new Peer(connection).prepare({ frames: [{ type: 'connectionMaxStreamId', maxStreamId: MAX_U64 }] });
    expect(open()).toBe(3);
    connection.close('noError', '', NOW);
    expect(open()).toBeUndefined();
  });
});

describe('data', () => {
  it('is handed on in order, once', () => {
    const peer = receiver(0n);
    for (const frame of [data('lo', 3n), data('hel', 0n), data('hel', 0n), data('lo', 3n), data('!', 5n)]) {
      expect(peer.prepare({ frames: [frame] }).reply.type).toBe('fulfill');
    }
    expect(peer.all('data').map((one) => Buffer.from(one.data).toString())).toEqual(['hello', '!']);
    expect(peer.answerTo(5).answer?.frames).toContainEqual({ type: 'connectionMaxData', maxOffset: 65_540n });
  });

  it('that is sent again in longer pieces is not lost', () => {
    const peer = receiver(0n);
    for (const frame of [data('lo', 3n), data('lo!?', 3n), data('l', 3n), data('hel', 0n)]) {
      expect(peer.prepare({ frames: [frame] }).reply.type).toBe('fulfill');
    }
    expect(peer.all('data').map((one) => Buffer.from(one.data).toString())).toEqual(['hello!?']);
  });

  it('beyond the limit ends the connection', () => {
    const peer = receiver(0n);
    expect(peer.prepare({ frames: [data('x', 16_384n)] }).reply.type).toBe('reject');
    expect(peer.last('ended').reason).toBe('flowControlError');
    const far = receiver(0n);
    far.prepare({ frames: [data('x', MAX_U64)] });
    expect(far.last('ended').reason).toBe('flowControlError');
  });

  it('that waits for what is missing is bounded, in bytes and in pieces', () => {
    const peer = receiver(0n);
    const sent = Array.from(
      { length: 100 },
      (_, index) => peer.prepare({ frames: [data('x', BigInt(2 * index + 1))] }).reply.type,
    );
    expect(sent.filter((type) => type === 'fulfill').length).toBe(64);
    const full = receiver(0n);
    const big = 'x'.repeat(16_000);
    const types = [1n, 3n, 5n, 7n, 9n, 11n].map((id) => full.prepare({ frames: [data(big, 1n, id)] }).reply.type);
    expect(types).toEqual(['fulfill', 'fulfill', 'fulfill', 'fulfill', 'reject', 'reject']);
    expect(full.connection.ended).toBeUndefined();
  });
});
