import type { OldRow } from '#moving-over/old/old-rows.ts';
import { type OldValue, time, timeColumn, UnreadableValue } from '#moving-over/old/values.ts';
import type { Work } from '#moving-over/plan/scratch.ts';
import { storableJson, storableText } from '#platform/storable-text.ts';
import type { Column } from './target.ts';

/** What the old database says of how orders, payments and wallets changed, as rows of our audit log. */

/** Who is named in the audit log for what was done there. */
export const OLD_SERVER = 'tari_payment_server';

interface ChangeRow {
  subject: OldValue;
  updated_at: OldValue;
  before: string;
  after: string;
}

export function* historyRows(work: Work): Generator<readonly Column[]> {
  const { scratch } = work;
  yield* changes(work, 'orders_log', 'change order', {
    words: 'Writing the history of orders',
    subject: `coalesce((select order_id from scratch_orders where scratch_orders.id = log.oid), 'order with the id ' || log.oid)`,
  });
  yield* changes(work, 'payments_log', 'change payment', {
    words: 'Writing the history of payments',
    subject: 'log.txid',
  });
  if (!work.schema.has('wallet_auth_log')) return;
  const wallets = scratch.each<ChangeRow>(
    `select address as subject, updated_at, json_object('changed', changed, 'ip_address', ip_address) as after
      from main.wallet_auth_log order by id`,
  );
  for (const row of wallets) yield auditRow(row, 'change wallet');
}

/**
 * The rows of a table that has what changed in columns `old_…` and `new_…`, null where nothing did. The first row of each
 * order or payment says what was made, which the order and its later changes say again: it is left out.
 */
function* changes(
  { scratch, schema }: Work,
  table: string,
  action: string,
  { words, subject }: { words: string; subject: string },
): Generator<readonly Column[]> {
  const columns = [...(schema.get(table) ?? [])];
  const names = columns.filter((name) => name.startsWith('old_')).map((name) => name.slice('old_'.length));
  const both = names.filter((name) => columns.includes(`new_${name}`));
  if (both.length === 0) return;
  const side = (prefix: string) =>
    `json_patch('{}', json_object(${both.map((name) => `'${name}', log."${prefix}_${name}"`).join(', ')}))`;
  const rows = scratch.eachShown<ChangeRow>(
    words,
    scratch.count(`main.${table}`),
    `select ${subject} as subject, log.updated_at, ${side('old')} as before, ${side('new')} as after
      from main.${table} log where ${both.map((name) => `log."old_${name}" is not null`).join(' or ')} order by log.id`,
  );
  for (const row of rows) yield auditRow(row, action);
}

function auditRow({ subject, updated_at: at, before, after }: ChangeRow, action: string): readonly Column[] {
  return [
    changedAt(at),
    OLD_SERVER,
    action,
    storableText(String(subject)),
    null,
    before === undefined ? null : storable(before),
    storable(after),
  ];
}

function storable(json: string): string {
  return json.includes('\\') ? storableJson(json) : json;
}

/** A history whose time can't be read is kept all the same, at the beginning of time. */
function changedAt(at: OldRow[string]): string {
  try {
    return timeColumn(time('its updated_at', at));
  } catch (error) {
    if (error instanceof UnreadableValue) return timeColumn(0);
    throw error;
  }
}
