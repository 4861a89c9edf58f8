import type { Fields } from './webhooks/fields.ts';

/** How many of an order's payment methods a sentence names, and how long each may be. */
const MAX_SHOWN_METHODS = 5;
const MAX_SHOWN_LENGTH = 60;

/**
 * Why an order does not concern us, as a sentence: it is to be paid by other methods than those in the settings. Undefined
 * if one of its methods is ours, or if the settings name none.
 * @param names `payment_gateway_names` of the order: what the merchant typed for a manual method, such as `Tari`.
 */
export function reasonOfOtherMethod(
  names: readonly string[],
  ours: readonly string[] | null | undefined,
): string | undefined {
  if (ours === null || ours === undefined) return undefined;
  const plain = (name: string) => name.trim().toLowerCase();
  const known = new Set(ours.map(plain));
  if (names.some((name) => known.has(plain(name)))) return undefined;
  if (names.length === 0) return `The shop names no payment method for it, so that it is none of ${ours.join(', ')}.`;
  const shown = names.slice(0, MAX_SHOWN_METHODS).map((name) => name.slice(0, MAX_SHOWN_LENGTH));
  return `It is to be paid by ${shown.join(', ')}, not by ${ours.join(', ')}.`;
}

/** The same for the body of a webhook. If it has no names, as older ones, its `gateway` is the only method. */
export function reasonNotOurs(order: Fields, ours: readonly string[] | null | undefined): string | undefined {
  const { payment_gateway_names: names, gateway } = order;
  const listed = Array.isArray(names) ? names : [gateway];
  return reasonOfOtherMethod(
    listed.filter((name) => typeof name === 'string' && name.trim() !== ''),
    ours,
  );
}
