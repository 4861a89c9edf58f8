import { addressArgument } from '#platform/cli/address-arguments.ts';
import { amountArgument, u64Argument } from '#platform/cli/arguments.ts';
import { formatAmount } from '#platform/cli/terminal/output.ts';
import { ROLES } from '#platform/database/tables.ts';
import type { Asked, Offer, Question } from './menu.ts';

/** What the menus ask, each once. */

/** More than this nobody looks through; what is not among them can be typed. */
const MOST_OFFERS = 1000;

export const ORDER: Question = { name: 'order', ask: 'Order id' };
export const REASON: Question = { name: 'reason', ask: 'Reason, for the audit log', option: '--reason' };
export const OPTIONAL_REASON: Question = {
  ...REASON,
  ask: 'Reason, for the audit log (may be empty)',
  isOptional: true,
};
export const CURRENCY: Question = { name: 'currency', ask: 'Currency', usual: 'USD' };
export const AMOUNT: Question = { name: 'amount', ask: 'Amount in Tari', check: amountArgument };
export const ADDRESS: Question = {
  name: 'address',
  ask: 'Address',
  check: addressArgument,
  offers: async ({ client }) => texts((await (await client()).addresses({ count: MOST_OFFERS })).answer),
};
export const CUSTOMER: Question = {
  name: 'customer',
  ask: 'Customer id',
  offers: async ({ client }) => texts((await (await client()).customerIds({ count: MOST_OFFERS })).answer),
};
export const WALLET: Question = {
  name: 'address',
  ask: 'Wallet',
  check: addressArgument,
  offers: async ({ client }) =>
    (await (await client()).wallets()).map(({ address, ip_address: place }) => ({ value: address, hint: place })),
};
export const ROLES_TO_CHANGE: Question = { name: 'roles', ask: 'Roles', option: '--roles', severalOf: ROLES };
export const REJECTED: Question = {
  name: 'id',
  ask: 'Webhook',
  check: u64Argument,
  offers: async ({ client }) =>
    (await (await client()).rejected({ limit: MOST_OFFERS })).map(({ id, reason }) => ({
      value: String(id),
      hint: reason,
    })),
};
export const DEAD_LETTER: Question = {
  name: 'event',
  ask: 'Event',
  check: u64Argument,
  offers: async ({ client }) =>
    (await (await client()).deadLetters({ limit: MOST_OFFERS })).map(({ event_id: id, type, subject }) => ({
      value: String(id),
      hint: `${type} ${subject}`,
    })),
};
export const PRICE_UPDATE: Question = {
  name: 'number',
  ask: 'Price update',
  check: u64Argument,
  offers: async ({ client }) =>
    (await (await client()).priceUpdates({ limit: MOST_OFFERS })).answer.map(({ id, state }) => ({
      value: String(id),
      hint: state,
    })),
};
export const PROFILE: Question = { name: 'profile', ask: 'Profile', offers: profileOffers };

/** The profiles of this person. */
export async function profileOffers({ ports }: Pick<Asked, 'ports'>): Promise<Offer[]> {
  const { readProfiles } = await import('#auth/cli/profile-file.ts');
  const profiles = await readProfiles(ports);
  return profiles.map(({ name, server, roles }) => ({ value: name, hint: `${server}, ${roles.join(', ')}` }));
}

/** An amount that was typed, as it will be understood. */
export function amountOf(text: string | undefined): string {
  return formatAmount(amountArgument(text ?? ''));
}

function texts(values: readonly string[]): Offer[] {
  return values.map((value) => ({ value }));
}
