import { createHash } from 'node:crypto';

/** What is approved: 64 hex characters that follow from its id, its amount and its address, and from nothing else. */
export function approvalHashOf({ id, amount, address }: { id: string; amount: bigint; address: string }): string {
  return createHash('sha256').update(`tari-payment-server approval\n${id}\n${amount}\n${address}`).digest('hex');
}
