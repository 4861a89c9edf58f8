import { type Asked, MAX_OFFERS, type Offer } from '#platform/cli/menus/menu.ts';
import type { QuestionFields } from '#platform/cli/menus/menu-fields.ts';
import { inAsset } from './amounts.ts';

/** What menus offer to the commands of pull payments. */

async function pullClientOf({ client }: Asked) {
  const { pullClient } = await import('./requests.ts');
  return pullClient(await client());
}

/** Newest first; cancelled ones can be typed. */
export const KNOWN_POINTERS: QuestionFields = {
  ask: 'Pull pointer, or its id',
  async offers(asked): Promise<Offer[]> {
    const { answer } = await (await pullClientOf(asked)).pointers({ limit: MAX_OFFERS, order: 'desc' });
    return answer
      .filter(({ state }) => state !== 'cancelled')
      .map(({ id, state, amount, interval, reference, ...asset }) => ({
        value: id,
        hint: [state, `${inAsset(amount, asset)} every ${interval}`, reference ?? ''].filter(Boolean).join(', '),
      }));
  },
};

export const UNKNOWN_PACKETS: QuestionFields = {
  ask: 'Number of the packet',
  async offers(asked): Promise<Offer[]> {
    const query = { state: 'unknown', limit: MAX_OFFERS, order: 'desc' };
    const { answer } = await (await pullClientOf(asked)).packets(undefined, query);
    return answer.map(({ id, amount, sent_at: sentAt }) => ({ value: String(id), hint: `${amount} units, ${sentAt}` }));
  },
};
