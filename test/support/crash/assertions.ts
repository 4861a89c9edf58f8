import { audit } from '#engine/reconciliation.ts';
import { openReader } from '#platform/database/open.ts';
import { accountOf, addressToBase58, parseAddress } from '#tari/address.ts';
import type { ShopifyStandIn } from '#test/fake-shopify/server.ts';
import type { Kept } from './customers.ts';

/** Compares what the clients were told with what is in the books and in the shop. Answers sentences, none when all is well. */
export async function findBrokenPromises(databaseUrl: string, kept: Kept, standIn: ShopifyStandIn): Promise<string[]> {
  const reader = await openReader(databaseUrl);
  try {
    const { differences } = await audit(reader);
    return [
      ...differences.map(
        ({ check, subject, expected, found }) => `${check} of ${subject}: ${expected}, kept is ${found}`,
      ),
      ...(await reader.read(async ({ orders, payments, accounts }) => {
        const broken: string[] = [];
        for (const [orderId, { price, customerId }] of kept.orders) {
          const order = await orders.find(orderId);
          if (order === undefined) broken.push(`Order ${orderId} was answered with success and is missing`);
          else if (order.totalPrice !== price || order.customerId !== customerId)
            broken.push(`Order ${orderId} was changed`);
          const told = standIn.effectCount(orderId, 'paid');
          const wanted = order?.status === 'Paid' ? 1 : 0;
          if (told !== wanted)
            broken.push(`Order ${orderId} is ${order?.status}, and the shop was told ${told} times that it is paid`);
          if (standIn.effectCount(orderId, 'cancelled') > 0) broken.push(`Order ${orderId} was cancelled in the shop`);
        }
        for (const [orderId, claimant] of kept.claims) {
          const order = await orders.find(orderId);
          if (order?.claimedBy !== accountOf(parseAddress(claimant))) broken.push(`The claim of ${orderId} is lost`);
        }
        const confirmed = new Map<string, bigint>();
        for (const [txid, { sender, amount, confirmed: isConfirmed }] of kept.payments) {
          const payment = await payments.find(txid);
          if (payment === undefined) broken.push(`Payment ${txid} was answered with success and is missing`);
          else if (payment.amount !== amount || payment.sender !== addressToBase58(sender.address)) {
            broken.push(`Payment ${txid} was changed`);
          }
          if (isConfirmed && payment?.status !== 'confirmed') broken.push(`The confirmation of ${txid} is lost`);
          if (payment?.status === 'confirmed') confirmed.set(sender.name, (confirmed.get(sender.name) ?? 0n) + amount);
        }
        for (const [name, total] of confirmed) {
          const account = await accounts.find(accountOf(parseAddress(name)));
          if (account?.totalConfirmed !== total) {
            broken.push(`${name} was credited ${account?.totalConfirmed} µT instead of ${total}`);
          }
        }
        return broken;
      })),
    ];
  } finally {
    await reader.close();
  }
}
