import { randomBytes } from 'node:crypto';
import { PREPARE, writePrepare } from '#interledger/ilp/packet.ts';
import { connectionKeys, fulfillmentOf, sha256 } from '#interledger/stream/crypto.ts';
import type { Frame } from '#interledger/stream/frames.ts';
import { sealStreamPacket } from '#interledger/stream/packet.ts';

export interface GivenCredentials {
  destinationAccount: string;
  sharedSecret: Uint8Array;
}

/** A packet of a client by hand, which can be fulfilled. */
export function handMade(
  { destinationAccount: destination, sharedSecret }: GivenCredentials,
  { frames = [], amount = 0n, lifeMs = 30_000 }: { frames?: readonly Frame[]; amount?: bigint; lifeMs?: number } = {},
): Uint8Array {
  const keys = connectionKeys(sharedSecret);
  const packet = { carrier: PREPARE, sequence: 1n, amount: 0n, frames } as const;
  const data = sealStreamPacket(keys.encryption, packet, (length) => new Uint8Array(randomBytes(length)));
  const condition = sha256(fulfillmentOf(keys, data));
  return writePrepare({ amount, expiresAtMs: Date.now() + lifeMs, condition, destination, data });
}
