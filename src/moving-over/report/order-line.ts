import { formatTari } from '#tari/micro-tari.ts';

export interface AddressAmount {
  address: string;
  amount: bigint;
}

/** What was taken for an order, and of which addresses. */
export function orderLine(orderId: string, customerId: string, parts: readonly AddressAmount[]): string {
  const said = parts.map(({ address, amount }) => `${formatTari(amount)} of ${address}`).join(', ');
  const sum = parts.reduce((total, { amount }) => total + amount, 0n);
  return `order ${orderId} of customer ${customerId}: ${parts.length > 1 ? `${formatTari(sum)}, ` : ''}${said}`;
}
