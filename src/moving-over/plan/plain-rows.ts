import { MAX_AMOUNT, MAX_ORDER_ID, MAX_SETTLEMENT_ID, OWN_TXID, STATUSES } from '#moving-over/old/old-rows.ts';
import { MAX_ID_LENGTH } from '#moving-over/old/values.ts';
import type { Scratch } from './scratch.ts';

/**
 * Plain rows, which nearly all are: each value is what the old server writes, so that SQL reads it as the readers of
 * `old-rows.ts` do, and a million rows need not pass through JavaScript one by one. A row that is not plain is no worse: it
 * is read there, and means the same. Conditions are true, false or null, and only true is plain.
 */

/** What has another character than those of ASCII that can be seen, and those that separate lines. */
const NOT_PLAIN = `'*[^ -~' || char(9, 10, 13) || ']*'`;

/**
 * GLOB and `length` look no further than a NUL; `octet_length` counts what is behind it too. Bytes that are no UTF-8 are
 * not among the plain characters.
 */
export const isPlainText = (column: string) =>
  `(typeof(${column}) = 'text' and length(${column}) = octet_length(${column}) and ${column} not glob ${NOT_PLAIN})`;

const isText = (column: string) => `typeof(${column}) = 'text'`;

const isPlainOrNull = (column: string) => `(${column} is null or ${isPlainText(column)})`;

const isPlainId = (column: string) =>
  `(${isPlainText(column)} and octet_length(${column}) between 1 and ${MAX_ID_LENGTH})`;

/** A name that may be missing: by null or by an empty text. */
const isPlainName = (column: string) =>
  `(${column} is null or (${isPlainText(column)} and octet_length(${column}) <= ${MAX_ID_LENGTH}))`;

const isWhole = (column: string, least: bigint, most: bigint) =>
  `(typeof(${column}) = 'integer' and ${column} between ${least} and ${most})`;

const isOneOf = (column: string, values: readonly string[]) =>
  `(${column} in (${values.map((value) => `'${value}'`).join(', ')}))`;

/** `2026-11-30 06:36:08`, or with a `T` and the shop's fractions. */
const DATE_AND_TIME = '[1-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9][ T][0-2][0-9]:[0-5][0-9]:[0-5][0-9]';
const FRACTION_AND_ZONE = '.[0-9][0-9][0-9]+00:00';
const SECONDS_BYTES = 19;
const FRACTION_BYTES = 29;

/** As PLAIN_TIME of `values.ts`. */
const isPlainTime = (column: string) => `(typeof(${column}) = 'text'
  and ((octet_length(${column}) = ${SECONDS_BYTES} and ${column} glob '${DATE_AND_TIME}')
    or (octet_length(${column}) = ${FRACTION_BYTES} and ${column} glob '${DATE_AND_TIME}${FRACTION_AND_ZONE}'))
  and substr(${column}, 6, 2) between '01' and '12'
  and substr(${column}, 9, 2) between '01' and case when substr(${column}, 6, 2) = '02' then '28'
    when substr(${column}, 6, 2) in ('04', '06', '09', '11') then '30' else '31' end
  and substr(${column}, 12, 2) <= '23')`;

/** A plain time, as our tables hold it. */
export const plainTime = (column: string) => `substr(${column}, 1, 10) || 'T' || substr(${column}, 12, 8) ||
  case octet_length(${column}) when ${SECONDS_BYTES} then '.000' else substr(${column}, 20, 4) end || 'Z'`;

const all = (...conditions: string[]) => conditions.join('\n  and ');

export const isPlainOrder = all(
  isWhole('id', 1n, MAX_ORDER_ID),
  isPlainId('order_id'),
  isPlainOrNull('alt_id'),
  isPlainId('customer_id'),
  isPlainOrNull('memo'),
  isWhole('total_price', 0n, MAX_AMOUNT),
  isPlainOrNull('original_price'),
  isPlainId('currency'),
  isOneOf('status', Object.keys(STATUSES)),
  isPlainOrNull('amount_outstanding'),
  isPlainTime('created_at'),
  isPlainTime('updated_at'),
);

/** But for its sender. Those by hand are few, and say more. */
export const isPlainPayment = all(
  isText('old_payment.sender'),
  isPlainId('old_payment.txid'),
  `substr(old_payment.txid, 1, ${OWN_TXID.length}) <> '${OWN_TXID}'`,
  isWhole('old_payment.amount', 1n, MAX_AMOUNT),
  isPlainOrNull('old_payment.memo'),
  isPlainName('old_payment.order_id'),
  isPlainName('old_payment.alt_order_id'),
  `old_payment.payment_type = 'OnChain'`,
  isOneOf('old_payment.status', ['Received', 'Confirmed', 'Cancelled']),
  isPlainTime('old_payment.created_at'),
  isPlainTime('old_payment.updated_at'),
);

/** But for its order and its address, which are plain if they are known. */
export const isPlainSettlement = all(
  isText('entry.order_id'),
  isText('entry.payment_address'),
  isWhole('entry.id', 1n, MAX_SETTLEMENT_ID),
  isOneOf('entry.settlement_type', ['Single', 'Multiple']),
  isWhole('entry.amount', 1n, MAX_AMOUNT),
  isPlainTime('entry.created_at'),
);

/** Whether the table keeps ids from being there twice. Where it does not, who reads must look. */
export function hasUniqueIds({ connection }: Scratch, table: string): boolean {
  const keys = connection.prepare(`select name from pragma_table_info(?, 'old') where pk > 0`).pluck().all(table);
  return keys.length === 1 && keys[0] === 'id';
}

/** The numbers that SQLite gives rows: as keys they leave room for those of the entries of the import. */
const MAX_ROW_KEY = 2n ** 53n;

/** Whether each row of payments can have its number as its key: as it is, save in a file that was worked on. */
export function haveUsableNumbers(scratch: Scratch): boolean {
  const range = scratch.get<{ first: bigint | null; last: bigint | null }>(
    'select min(rowid) as first, max(rowid) as last from old.payments',
  );
  return (range?.first ?? 1n) >= 1n && (range?.last ?? 1n) <= MAX_ROW_KEY;
}
