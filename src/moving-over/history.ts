import { stringifyJson } from '../json.ts';
import { storableText } from '../storable-text.ts';
import type { OldRow } from './old-rows.ts';
import type { Work } from './scratch.ts';
import type { Column } from './target.ts';
import { time, timeColumn, UnreadableValue } from './values.ts';

/** What the old database says of how orders, payments and wallets changed, as rows of our audit log. */

const OLD_SERVER = 'tari_payment_server';

/** A change that says more than the row it made: what it made first stands in the row and in the changes after it. */
interface Change {
  before: Record<string, Column>;
  after: Record<string, Column>;
}

export function* historyRows(work: Work): Generator<readonly Column[]> {
  const { scratch, schema } = work;
  if (schema.has('orders_log')) {
    const rows = scratch.eachShown<OldRow>(
      'Writing the history of orders',
      scratch.count('main.orders_log'),
      `select log.*, scratch_orders.order_id as known_id from main.orders_log log
        left join scratch_orders on scratch_orders.id = oid order by log.id`,
    );
    for (const row of rows) {
      const subject = typeof row.known_id === 'string' ? row.known_id : `order with the id ${row.oid}`;
      yield* changeRow(row, 'change order', subject);
    }
  }
  if (schema.has('payments_log')) {
    const rows = scratch.eachShown<OldRow>(
      'Writing the history of payments',
      scratch.count('main.payments_log'),
      'select * from main.payments_log order by id',
    );
    for (const row of rows) yield* changeRow(row, 'change payment', String(row.txid));
  }
  if (schema.has('wallet_auth_log')) {
    for (const row of scratch.each<OldRow>('select * from main.wallet_auth_log order by id')) {
      const after = { changed: kept(row.changed), ip_address: kept(row.ip_address) };
      yield auditRow(row, 'change wallet', String(row.address), undefined, after);
    }
  }
}

function* changeRow(row: OldRow, action: string, subject: string): Generator<readonly Column[]> {
  const { before, after } = changeIn(row);
  // The first row of each says what was made, which the order or payment and its later changes say again.
  if (Object.values(before).every((value) => value === null)) return;
  yield auditRow(row, action, subject, before, after);
}

/** The columns that the row names as changed. */
function changeIn(row: OldRow): Change {
  const change: Change = { before: {}, after: {} };
  for (const [column, value] of Object.entries(row)) {
    if (!column.startsWith('old_')) continue;
    const name = column.slice('old_'.length);
    const [before, after] = [kept(value), kept(row[`new_${name}`])];
    if (before === after) continue;
    change.before[name] = before;
    change.after[name] = after;
  }
  return change;
}

function auditRow(
  row: OldRow,
  action: string,
  subject: string,
  before: Record<string, Column> | undefined,
  after: Record<string, Column>,
): readonly Column[] {
  return [
    changedAt(row),
    OLD_SERVER,
    action,
    storableText(subject),
    null,
    before === undefined ? null : stringifyJson(before),
    stringifyJson(after),
  ];
}

/** A history whose time can't be read is kept all the same, at the beginning of time. */
function changedAt(row: OldRow): string {
  try {
    return timeColumn(time('its updated_at', row.updated_at));
  } catch (error) {
    if (error instanceof UnreadableValue) return timeColumn(0);
    throw error;
  }
}

function kept(value: OldRow[string]): Column {
  if (typeof value === 'string') return storableText(value);
  if (typeof value === 'number') return String(value);
  if (Buffer.isBuffer(value)) return storableText(value.toString('utf8'));
  return value ?? null;
}
