import { type OldValue, textOrNull, time, UnreadableValue } from '#moving-over/old/values.ts';
import type { Work } from '#moving-over/plan/scratch.ts';
import { storableJson } from '#platform/storable-text.ts';
import type { SelectedRows } from './table-rows.ts';

/** What the old database says of how orders, payments and wallets changed, as rows of our audit log. */

/** Who is named in the audit log for what was done there. */
export const OLD_SERVER = 'tari_payment_server';

export const AUDIT_LOG = {
  table: 'audit_log',
  columns: ['created_at', 'actor', 'action', 'subject', 'reason', 'before', 'after'],
} as const;

/** A history whose time can't be read is kept all the same, at the beginning of time. */
const BEGINNING = new Date(0).toISOString();

/** Names of columns become parts of statements and of JSON. All that the old server gives them are such. */
const COLUMN_NAME = /^[a-z0-9_]+$/;

export function historyRows(work: Work): SelectedRows[] {
  const { scratch } = work;
  scratch.define('time_or_none', (value: OldValue) => {
    try {
      return time('it', value);
    } catch (error) {
      if (error instanceof UnreadableValue) return BEGINNING;
      throw error;
    }
  });
  scratch.define('storable_json', (json: OldValue) => storableJson(textOrNull('it', json) ?? 'null'));
  return [
    ...changes(work, 'orders_log', 'change order', {
      words: 'Writing the history of orders',
      subject: `coalesce((select order_id from scratch_orders where scratch_orders.id = log.oid),
        'order with the id ' || coalesce(storable(log.oid), 'null'))`,
    }),
    ...changes(work, 'payments_log', 'change payment', {
      words: 'Writing the history of payments',
      subject: `coalesce(storable(log.txid), 'null')`,
    }),
    ...walletChanges(work),
  ];
}

/**
 * The rows of a table that has what changed in columns `old_…` and `new_…`, null where nothing did. The first row of each
 * order or payment says what was made, which the order and its later changes say again: it is left out.
 */
function changes(
  { scratch, schema }: Work,
  table: string,
  action: string,
  { words, subject }: { words: string; subject: string },
): SelectedRows[] {
  const columns = [...(schema.get(table) ?? [])].filter((name) => COLUMN_NAME.test(name));
  const names = columns.filter((name) => name.startsWith('old_')).map((name) => name.slice('old_'.length));
  const both = names.filter((name) => columns.includes(`new_${name}`));
  if (both.length === 0) return [];
  const side = (prefix: string) =>
    storable(
      `json_patch('{}', json_object(${both.map((name) => `'${name}', ${jsonValue(`log."${prefix}_${name}"`)}`)}))`,
    );
  const select = `
    select time_or_none(log.updated_at) as created_at, '${OLD_SERVER}' as actor, '${action}' as action,
      ${subject} as subject, null as reason, ${side('old')} as before, ${side('new')} as after
    from old.${table} log
    where ${both.map((name) => `log."old_${name}" is not null`).join(' or ')} order by log.id`;
  return [{ ...AUDIT_LOG, select, stage: { words, total: scratch.count(`old.${table}`) } }];
}

function walletChanges({ schema }: Work): SelectedRows[] {
  if (!schema.has('wallet_auth_log')) return [];
  const after = `json_object('changed', ${jsonValue('changed')}, 'ip_address', ${jsonValue('ip_address')})`;
  const select = `
    select time_or_none(updated_at) as created_at, '${OLD_SERVER}' as actor, 'change wallet' as action,
      coalesce(storable(address), 'null') as subject, null as reason, null as before, ${storable(after)} as after
    from old.wallet_auth_log order by id`;
  return [{ ...AUDIT_LOG, select }];
}

/** JSON holds no blobs. */
function jsonValue(column: string): string {
  return `case when typeof(${column}) = 'blob' then storable(${column}) else ${column} end`;
}

/** What can't be stored is escaped in JSON, with a backslash. */
function storable(json: string): string {
  return `(select case when instr(value, '\\') > 0 then storable_json(value) else value end from (select ${json} as value))`;
}
