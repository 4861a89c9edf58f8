import type { ArgumentDescription } from '#platform/cli/described-command.ts';
import { type Asked, MAX_OFFERS, type Offer } from '#platform/cli/menus/menu.ts';
import type { QuestionFields } from '#platform/cli/menus/menu-fields.ts';
import { formatAmount } from '#platform/cli/terminal/output.ts';

/** What menus offer to the commands of refunds and payouts. */

async function clientOf({ client }: Asked) {
  const { payoutsClient } = await import('./requests.ts');
  return payoutsClient(await client());
}

const NEWEST = { limit: MAX_OFFERS, order: 'desc' };

function refundsIn(ask: string, state?: string): QuestionFields {
  return {
    ask,
    async offers(asked): Promise<Offer[]> {
      const { answer } = await (await clientOf(asked)).refunds({ ...NEWEST, ...(state !== undefined && { state }) });
      return answer.map(({ id, amount, state: is, order_id: order }) => ({
        value: id,
        hint: `${formatAmount(amount)} of order ${order}, ${is}`,
      }));
    },
  };
}

function payoutsIn(ask: string, query: Record<string, string>): QuestionFields {
  return {
    ask,
    async offers(asked): Promise<Offer[]> {
      const { answer } = await (await clientOf(asked)).payouts({ ...NEWEST, ...query });
      return answer.map(({ id, amount, state, kind }) => ({
        value: id,
        hint: `${formatAmount(amount)}, ${kind}, ${state}`,
      }));
    },
  };
}

export const REFUND: ArgumentDescription = ['<id>', 'the refund as the list shows it', undefined, refundsIn('Refund')];
export const WAITING_REFUND: ArgumentDescription = [
  '<id>',
  'the refund as the list shows it',
  undefined,
  refundsIn('Refund', 'waiting_for_approval'),
];
export const PAYOUT: ArgumentDescription = [
  '<id>',
  'the payout as the list shows it',
  undefined,
  payoutsIn('Payout', {}),
];
export const UNKNOWN_PAYOUT: ArgumentDescription = [
  '<id>',
  'the payout as the list shows it',
  undefined,
  payoutsIn('Payout', { state: 'unknown' }),
];
export const SWEEP: ArgumentDescription = [
  '<id>',
  'the sweep as the list of payouts shows it',
  undefined,
  payoutsIn('Sweep', { kind: 'sweep' }),
];
