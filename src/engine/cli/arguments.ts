import { addressArgument } from '#platform/cli/address-arguments.ts';
import type { ArgumentDescription } from '#platform/cli/described-command.ts';
import { type Asked, MAX_OFFERS, type Offer } from '#platform/cli/menus/menu.ts';
import type { QuestionFields } from '#platform/cli/menus/menu-fields.ts';
import { formatAmount } from '#platform/cli/terminal/output.ts';
import { seesAll, unknownOrder } from './dangers.ts';

/** What the commands of orders and accounts take, with what menus offer for it. */

async function engineOf({ client }: Asked) {
  const { engineClient } = await import('./requests.ts');
  return engineClient(await client());
}

/** That there is no such order is said before anything else is asked. */
export const KNOWN_ORDER: QuestionFields = {
  ask: 'Order id',
  async problem(asked, orderId) {
    const client = await engineOf(asked);
    return seesAll(client) && (await client.order(orderId)) === null ? unknownOrder(orderId) : undefined;
  },
};

export const KNOWN_CUSTOMERS: QuestionFields = {
  ask: 'Customer id',
  offers: async (asked) => texts((await (await engineOf(asked)).customerIds({ count: MAX_OFFERS })).answer),
};

const KNOWN_ADDRESSES: QuestionFields = {
  offers: async (asked) => texts((await (await engineOf(asked)).addresses({ count: MAX_OFFERS })).answer),
};

/** Any payment of which something is held. */
export const HELD_PAYMENTS: QuestionFields = {
  ask: 'Transaction',
  async offers(asked) {
    const { answer } = await (await engineOf(asked)).held({ limit: MAX_OFFERS, order: 'desc' });
    return answer.map(({ txid, amount, reason }) => ({ value: txid, hint: `${formatAmount(amount)}, ${reason}` }));
  },
};

export const ORDER: ArgumentDescription = ['<order_id>', 'the order', undefined, KNOWN_ORDER];
export const CUSTOMER: ArgumentDescription = ['<customer_id>', 'the customer', undefined, KNOWN_CUSTOMERS];
export const ADDRESS: ArgumentDescription = ['<address>', 'in any form', addressArgument, KNOWN_ADDRESSES];

function texts(values: readonly string[]): Offer[] {
  return values.map((value) => ({ value }));
}
