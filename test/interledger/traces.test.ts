import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { MAX_U64 } from '#interledger/bytes.ts';
import { StreamConnection } from '#interledger/stream/connection/connection.ts';
import type { Frame } from '#interledger/stream/frames.ts';
import { randomOf } from '#test/interledger/bytes.ts';
import { NOW, Peer, SECRET } from '#test/interledger/peer.ts';

/** What a published client sent to the original server, sent to ours: it is answered as the original did. */

interface Traced {
  dir?: string;
  id?: string;
  ilp?: string;
  amount?: string;
  code?: string;
  stream?: { sequence?: string; ilpPacketType?: number; amount?: string; frames?: Record<string, string | number>[] };
}

function load(name: string): Traced[] {
  return JSON.parse(readFileSync(new URL(`../vectors/interledger/stream-trace-${name}.json`, import.meta.url), 'utf8'));
}

function frameOf(traced: Record<string, string | number>): Frame {
  const streamId = BigInt(traced.streamId ?? 0);
  const big = (name: string) => BigInt(traced[name] ?? 0);
  switch (traced.type) {
    case 'ConnectionNewAddress':
      return { type: 'connectionNewAddress', address: String(traced.sourceAccount) };
    case 'ConnectionAssetDetails':
      return {
        type: 'connectionAssetDetails',
        assetCode: String(traced.sourceAssetCode),
        assetScale: Number(traced.sourceAssetScale),
      };
    case 'ConnectionMaxData':
      return { type: 'connectionMaxData', maxOffset: big('maxOffset') };
    case 'ConnectionMaxStreamId':
      return { type: 'connectionMaxStreamId', maxStreamId: big('maxStreamId') };
    case 'ConnectionClose':
      return { type: 'connectionClose', code: Number(traced.errorCode), message: String(traced.errorMessage) };
    case 'StreamMoney':
      return { type: 'streamMoney', streamId, shares: big('shares') };
    case 'StreamMaxMoney':
      return { type: 'streamMaxMoney', streamId, receiveMax: big('receiveMax'), totalReceived: big('totalReceived') };
    case 'StreamMoneyBlocked':
      return { type: 'streamMoneyBlocked', streamId, sendMax: big('sendMax'), totalSent: big('totalSent') };
    case 'StreamMaxData':
      return { type: 'streamMaxData', streamId, maxOffset: big('maxOffset') };
    default:
      throw new Error(`The frame ${traced.type} is not known to this test.`);
  }
}

/** The packets of the client up to its farewell, each with the answer that it got. */
function exchanges(name: string): { asked: Traced; answered: Traced }[] {
  const trace = load(name);
  return trace
    .filter(({ dir, stream }) => dir === 'client->' && stream?.frames !== undefined)
    .map((asked) => ({ asked, answered: trace.find(({ dir, id }) => dir === 'client<-' && id === asked.id) as Traced }))
    .filter(({ asked }) => asked.stream?.frames?.every(({ type }) => type !== 'ConnectionClose'));
}

describe.each(['pull-partial', 'pull-more-than-available', 'push', 'push-to-pull-pointer'])('%s', (name) => {
  const isPush = name === 'push';
  const connection = new StreamConnection(
    {
      role: 'server',
      sharedSecret: SECRET,
      address: 'private.moneyd.local.server',
      asset: { code: 'XRP', scale: 9 },
      peerStreams: isPush ? { sendMax: 0n, receiveMax: MAX_U64 } : { sendMax: MAX_U64, receiveMax: 0n },
    },
    randomOf(8),
    NOW,
  );
  const peer = new Peer(connection);
  const all = exchanges(name);

  it('has packets to answer', () => {
    expect(all.length).toBeGreaterThanOrEqual(6);
  });

  it.each(all)('$asked.id of $asked.amount', ({ asked, answered }) => {
    const frames = (asked.stream?.frames ?? []).map(frameOf);
    // Probes can't be fulfilled; they are those with an address or an asset in them.
    const isFulfillable = frames.every(({ type }) => type !== 'connectionNewAddress');
    const minimum = BigInt(asked.stream?.amount ?? 0);
    const { reply, answer } = peer.prepare({ amount: BigInt(asked.amount ?? 0), minimum, frames, isFulfillable });
    expect(`ilp_${reply.type}`).toBe(answered.ilp);
    expect(reply.type === 'reject' ? reply.code : undefined).toBe(answered.code);
    expect(answer?.amount).toBe(BigInt(answered.stream?.amount ?? 0));
    const expected = (answered.stream?.frames ?? []).map(frameOf);
    // The original tells its asset with the first answer only; ours with each that answers a new address.
    for (const frame of expected) expect(answer?.frames).toContainEqual(frame);
  });

  it('is paid, or not, as it was', () => {
    expect(peer.all('book').map(({ amount }) => amount)).toEqual(isPush ? [500n] : []);
    if (!name.startsWith('pull')) return;
    const wanted = name === 'pull-partial' ? 60_000n : 250_000n;
    peer.refuse(peer.last('send'));
    expect(peer.last('reserve')).toMatchObject({ streamId: 1, amount: wanted });
    const paid = load(name).find(
      ({ dir, stream }) => dir === 'server->' && stream?.frames?.some(({ type }) => type === 'StreamMoney'),
    );
    const money = peer.grant(BigInt(paid?.amount ?? 0));
    expect(money && peer.read(money).packet.frames).toContainEqual(frameOf(paid?.stream?.frames?.at(-1) ?? {}));
  });
});
