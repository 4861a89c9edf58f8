import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_U64 } from '#interledger/bytes.ts';
import { StreamConnection } from '#interledger/stream/connection/connection.ts';
import type { Frame } from '#interledger/stream/frames.ts';
import { anyBytes, anyFrame, anyUint64 } from '#test/interledger/arbitraries.ts';
import { randomOf } from '#test/interledger/bytes.ts';
import { NOW, Peer, SECRET } from '#test/interledger/peer.ts';

/**
 * A peer with the right key that says anything at all, and an uplink that answers anything: the connection never throws,
 * never takes money that was not booked, never sends any that was not granted, and stays small.
 */

const ARRIVAL: Frame[] = [
  { type: 'connectionNewAddress', address: 'private.client' },
  { type: 'streamMaxMoney', streamId: 1n, receiveMax: MAX_U64, totalReceived: 0n },
];

/** Mostly such as a connection survives, with amounts at the ends of what there is. */
const anyMeetingFrame: fc.Arbitrary<Frame> = fc.oneof(
  { weight: 1, arbitrary: anyFrame },
  {
    weight: 12,
    arbitrary: fc.constantFrom<Frame>(
      ...ARRIVAL,
      { type: 'connectionNewAddress', address: 'private.elsewhere' },
      { type: 'streamMoney', streamId: 1n, shares: 1n },
      { type: 'streamMoney', streamId: 3n, shares: MAX_U64 },
      { type: 'streamMaxMoney', streamId: 3n, receiveMax: 1000n, totalReceived: MAX_U64 },
      { type: 'streamData', streamId: 1n, offset: 3n, data: new Uint8Array(5) },
      { type: 'connectionMaxStreamId', maxStreamId: MAX_U64 },
    ),
  },
);
const anyFrames = fc.array(anyMeetingFrame, { maxLength: 6 });

const anyPrepareStep = fc.record({
  kind: fc.constant('prepare' as const),
  amount: fc.oneof(fc.bigInt(0n, 1000n), anyUint64),
  minimum: fc.constantFrom(0n, 0n, 0n, 1000n),
  frames: anyFrames,
  isFulfillable: fc.boolean(),
  isPaid: fc.boolean(),
  books: fc.boolean(),
});

const anyStep = fc.oneof(
  anyPrepareStep,
  anyPrepareStep,
  anyPrepareStep,
  fc.record({ kind: fc.constant('fulfill' as const), frames: anyFrames, amount: anyUint64 }),
  fc.record({
    kind: fc.constant('refuse' as const),
    frames: anyFrames,
    amount: anyUint64,
    code: fc.constantFrom('F99', 'F04', 'F05', 'F08', 'T04'),
  }),
  fc.record({
    kind: fc.constant('reject' as const),
    code: fc.constantFrom('F08', 'T00', 'T04', 'R01', 'F99'),
    data: anyBytes(20),
  }),
  fc.record({ kind: fc.constant('nonsense' as const), bytes: anyBytes(100) }),
  fc.record({ kind: fc.constant('grant' as const), most: anyUint64 }),
  fc.record({ kind: fc.constant('defer' as const) }),
  fc.record({ kind: fc.constant('lose' as const) }),
  fc.record({ kind: fc.constant('wait' as const), delayMs: fc.constantFrom(1, 100, 10_000, 40_000) }),
);
type Step = typeof anyStep extends fc.Arbitrary<infer Value> ? Value : never;

function take(peer: Peer, step: Step): void {
  const { connection } = peer;
  const sent = peer.all('send').at(-1);
  const asked = peer
    .all('reserve')
    .filter(({ packet }) => !peer.answered.has(packet))
    .at(-1);
  const paid: Frame[] = [{ type: 'streamMoney', streamId: 1n, shares: 1n }];
  if (step.kind === 'prepare') {
    peer.prepare({ ...step, frames: [...step.frames, ...(step.isPaid ? paid : [])] }, step.books);
  }
  if (step.kind === 'wait') peer.tick(step.delayMs);
  if (asked !== undefined && (step.kind === 'grant' || step.kind === 'defer')) {
    peer.answered.add(asked.packet);
    const granted = step.kind === 'grant' && step.most < asked.amount ? step.most : asked.amount;
    peer.granted.set(asked.packet, step.kind === 'grant' ? granted : 0n);
    peer.did(
      step.kind === 'grant'
        ? connection.reserved(asked.packet, granted, peer.nowMs)
        : connection.deferred(asked.packet, peer.nowMs),
    );
  }
  if (sent === undefined) return;
  if (step.kind === 'fulfill') peer.fulfill(sent, step.frames, step.amount);
  if (step.kind === 'refuse') peer.refuse(sent, step.frames, step.code, step.amount);
  if (step.kind === 'reject') peer.reject(sent, step.code, step.data);
  if (step.kind === 'nonsense') peer.did(connection.replied(sent.packet, step.bytes, peer.nowMs));
  if (step.kind === 'lose') peer.did(connection.lost(sent.packet, peer.nowMs));
}

describe('a connection', () => {
  it('bears anything', () => {
    let [sent, booked] = [0, 0];
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 40 }), fc.boolean(), (steps, isSpecific) => {
        const connection = new StreamConnection(
          {
            role: 'server',
            sharedSecret: SECRET,
            address: 'private.us',
            asset: { code: 'XRP', scale: 9 },
            peerStreams: { sendMax: MAX_U64, receiveMax: MAX_U64 },
            receiptKey: { nonce: new Uint8Array(16), secret: new Uint8Array(32) },
            rejectCodes: isSpecific ? 'specific' : 'F99',
          },
          randomOf(1),
          NOW,
        );
        const peer = new Peer(connection);
        peer.prepare({ frames: ARRIVAL });
        peer.refuse(peer.last('send'));
        for (const step of steps) take(peer, step);
        for (const action of peer.all('send')) {
          const { amount } = peer.read(action).prepare;
          // A probe is a packet without a reservation; its condition has no preimage.
          if (peer.granted.has(action.packet)) expect(amount).toBe(peer.granted.get(action.packet));
          else expect(peer.isFulfillable(action) && amount > 0n).toBe(false);
        }
        const ends = new Map<number, string[]>();
        for (const { packet, outcome } of peer.all('settle')) ends.set(packet, [...(ends.get(packet) ?? []), outcome]);
        for (const each of ends.values()) expect(each.filter((one) => one !== 'unknown').length).toBeLessThanOrEqual(1);
        for (const { amount, parts } of peer.all('book')) {
          expect(parts.reduce((sum, part) => sum + part.amount, 0n)).toBe(amount);
        }
        sent += peer.all('settle').length;
        booked += peer.all('book').length;
      }),
      { numRuns: 400 },
    );
    // The steps reach what they are to reach.
    expect([sent > 20, booked > 20]).toEqual([true, true]);
  });
});
