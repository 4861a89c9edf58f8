import { isTopic } from './webhooks/order.ts';

/** The order that a webhook names; null if that cannot be parsed. */
export interface NamedOrder {
  order_id: string | null;
  order_name: string | null;
}

const NOTHING: NamedOrder = { order_id: null, order_name: null };

const ORDER_GID = /^gid:\/\/shopify\/Order\/(\d{1,40})$/;
const MAX_NAME_LENGTH = 255;

/**
 * The order that a webhook is about, for operators who look through rejected ones. A rejected webhook may contain
 * anything, so nothing is assumed and nothing depends on this.
 */
export function orderNamedIn({ topic, body }: { topic: string; body: string }): NamedOrder {
  if (!isTopic(topic) || !topic.startsWith('order')) return NOTHING;
  const found = objectIn(body);
  if (topic === 'order_transactions/create') return { ...NOTHING, order_id: idOf(found.order_id, undefined) };
  return { order_id: idOf(found.id, found.admin_graphql_api_id), order_name: nameOf(found.name) };
}

function objectIn(body: string): Readonly<Record<string, unknown>> {
  try {
    const found: unknown = JSON.parse(body);
    return typeof found === 'object' && found !== null ? (found as Readonly<Record<string, unknown>>) : {};
  } catch {
    return {};
  }
}

/** A number past 2^53 was rounded when it was read, and would name another order. */
function idOf(id: unknown, gid: unknown): string | null {
  const inGid = typeof gid === 'string' ? ORDER_GID.exec(gid)?.[1] : undefined;
  if (inGid !== undefined) return inGid;
  if (typeof id === 'string') return nameOf(id);
  return Number.isSafeInteger(id) ? String(id) : null;
}

function nameOf(name: unknown): string | null {
  return typeof name === 'string' && name !== '' && name.length <= MAX_NAME_LENGTH ? name : null;
}
