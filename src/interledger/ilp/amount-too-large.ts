import { OerReader } from '#interledger/oer/reader.ts';
import { OerWriter } from '#interledger/oer/writer.ts';
import { orUndefined } from '#interledger/packet-error.ts';

/**
 * What a connector says with F08, Amount Too Large (RFC 0027, Error Codes; InterledgerErrorData.asn): what arrived there,
 * and the most that it forwards, both in the units of its own incoming account.
 */
export interface AmountTooLarge {
  received: bigint;
  maximum: bigint;
}

export function writeAmountTooLarge({ received, maximum }: AmountTooLarge): Buffer {
  return new OerWriter().uint64(received).uint64(maximum).bytes();
}

/** Undefined if the two amounts are not there: a connector may leave them out. What follows them is ignored. */
export function readAmountTooLarge(data: Uint8Array): AmountTooLarge | undefined {
  return orUndefined(() => {
    const reader = new OerReader(data);
    return { received: reader.uint64(), maximum: reader.uint64() };
  });
}
