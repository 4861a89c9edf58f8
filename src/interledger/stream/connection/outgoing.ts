import { minOf } from '#interledger/bytes.ts';
import { HASH_BYTES, PREPARE, type Prepare, writePrepare } from '#interledger/ilp/packet.ts';
import { fulfillmentOf, sha256 } from '#interledger/stream/crypto.ts';
import type { Frame } from '#interledger/stream/frames.ts';
import { sealStreamPacket } from '#interledger/stream/packet.ts';
import { deliveredBy, minimumFor, type Rate } from './rate.ts';
import type { ConnectionState } from './state.ts';
import type { Stream } from './streams.ts';

/**
 * What a packet is for: to measure the rate, to tell the peer something, to carry money, to say farewell. Only the second
 * and the third can be fulfilled; the others have a random condition, to which no preimage is known.
 */
export type Purpose = 'probe' | 'tell' | 'money' | 'farewell';

/** A packet of ours that is not settled. */
export interface Outgoing {
  packet: number;
  purpose: Purpose;
  /** In our units. */
  amount: bigint;
  expiresAtMs: number;
  /** The address that it was sent to; undefined until it is sent. */
  destination?: string;
  /** A packet with money is reserved before it is sent; unknown is one whose answer did not come in time. */
  phase: 'reserving' | 'sent' | 'unknown';
  /** Of a packet with money: its stream, what is to arrive, and the least that may. */
  stream?: Stream;
  arriving: bigint;
  minimum: bigint;
  condition: Uint8Array;
  /** Names of the news that it carries, which have to be told again if it does not arrive. */
  news: readonly string[];
}

/** A packet with money, as it is when the money is asked for. */
export function moneyPacket(packet: number, stream: Stream, amount: bigint, rate: Rate, expiresAtMs: number): Outgoing {
  const arriving = deliveredBy(rate, amount);
  stream.held += amount;
  stream.arriving += arriving;
  const open = { minimum: 0n, condition: new Uint8Array(HASH_BYTES), news: [] };
  return { ...open, packet, purpose: 'money', amount, expiresAtMs, phase: 'reserving', stream, arriving };
}

/** A packet without money that counts. */
export function plainPacket(packet: number, purpose: Purpose, amount: bigint, expiresAtMs: number): Outgoing {
  const open = { arriving: 0n, minimum: 0n, condition: new Uint8Array(HASH_BYTES), news: [] };
  return { ...open, packet, purpose, amount, expiresAtMs, phase: 'sent' };
}

/** Gives back a part of what a packet was to carry, down to what is left of it. */
export function reduceTo(one: Outgoing, amount: bigint, rate: Rate | undefined): void {
  if (one.stream === undefined) return;
  const arriving = rate === undefined ? 0n : minOf(deliveredBy(rate, amount), one.arriving);
  one.stream.held -= one.amount - amount;
  one.stream.arriving -= one.arriving - arriving;
  one.amount = amount;
  one.arriving = arriving;
}

/** Makes a packet's bytes, and keeps of it what its answer is checked against. */
export function preparePacket(state: ConnectionState, one: Outgoing, destination: string, frames: Frame[]): Uint8Array {
  const { keys, random, rates, options } = state;
  const isMoney = one.purpose === 'money' && rates !== undefined;
  one.destination = destination;
  one.minimum = isMoney ? minimumFor(rates.measured, one.amount, options.leastRate) : 0n;
  const packet = { carrier: PREPARE, sequence: BigInt(one.packet), amount: one.minimum, frames } as const;
  const data = sealStreamPacket(keys.encryption, packet, random, options.paddedBytes);
  const isFulfillable = one.purpose === 'money' || one.purpose === 'tell';
  one.condition = isFulfillable ? sha256(fulfillmentOf(keys, data)) : random(HASH_BYTES);
  const { amount, expiresAtMs, condition } = one;
  const prepare: Prepare = { amount, expiresAtMs, condition, destination, data };
  return writePrepare(prepare);
}
