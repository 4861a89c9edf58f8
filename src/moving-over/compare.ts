import SqliteDatabase from 'better-sqlite3';
import { OldDatabaseError } from '#moving-over/old/old-file.ts';
import type { OldRow } from '#moving-over/old/old-rows.ts';
import { shown, text, wholeNumber } from '#moving-over/old/values.ts';
import type { Scratch, Work } from '#moving-over/plan/scratch.ts';
import { formatTari } from '#tari/micro-tari.ts';

/** Compares what becomes of each address and customer with what the old database says of them, to the µT. */

/** What each address had there: confirmed payments less settlements, whatever the address was written as. */
export function addUpOldBalances({ scratch, findings }: Work): void {
  scratch.exec(`
    update scratch_sources set old_balance = old_balance + sums.amount from (
      select source, sum(amount) as amount from scratch_payments
      where row is not null and status = 'confirmed' group by source
    ) sums where sums.source = scratch_sources.source;
    update scratch_sources set old_balance = old_balance - sums.amount from (
      select source, sum(amount) as amount from scratch_entries group by source
    ) sums where sums.source = scratch_sources.source;
    update scratch_sources set returned = sums.amount from (
      select source, sum(amount) as amount from scratch_payments
      where origin = 'overcharge_returned' group by source
    ) sums where sums.source = scratch_sources.source;`);
  const below = scratch.each<{ address: string; old_balance: bigint }>(
    'select address, old_balance from scratch_sources where old_balance < 0 order by source',
  );
  for (const { address, old_balance: balance } of below) {
    findings.note('below_zero', `${address}: ${formatTari(balance)}`);
  }
}

/** Whether the views of the old database say the same as its rows. What they say otherwise is a problem. */
export function compareWithOldViews(work: Work): void {
  for (const [view, compare] of Object.entries({
    address_balance: compareAddresses,
    customer_order_balance: compareCustomers,
  })) {
    if (work.schema.has(view)) translatedOfView(work, view, () => compare(work));
  }
}

/** Another program may have changed a view, or dropped what it reads. */
function translatedOfView({ old, schema }: Work, view: string, compare: () => void): void {
  try {
    compare();
  } catch (error) {
    const isOfView = error instanceof SqliteDatabase.SqliteError && error.code === 'SQLITE_ERROR';
    if (!isOfView || error.message === 'integer overflow') throw error;
    const hint = schema.get(view)?.size === 0 ? ' It is no view of tari_payment_server 1.10.' : '';
    throw new OldDatabaseError(`The view ${view} of ${old.file} cannot be read: ${error.message}.${hint}`);
  }
}

function compareAddresses(work: Work): void {
  const { scratch, findings } = work;
  scratch.exec(`
    create temp table scratch_said as select address, current_balance from old.address_balance;
    create temp table scratch_view (source integer primary key, balance integer not null);
    insert into scratch_view select source, sum(current_balance) from scratch_said join scratch_addresses using (address)
      where ${IS_PLAIN_BALANCE} group by source`);
  const others = scratch.each<OldRow>(
    `select scratch_said.* from scratch_said left join scratch_addresses using (address)
      where source is null or not ${IS_PLAIN_BALANCE}`,
  );
  for (const row of others) compareAddress(work, row);
  const differing = scratch.each<{ address: string; balance: bigint; old_balance: bigint }>(
    `select address, balance, old_balance from scratch_view join scratch_sources using (source)
      where balance <> old_balance order by source`,
  );
  for (const { address, balance, old_balance: found } of differing) {
    findings.problem(
      `The view address_balance says ${formatTari(balance)} of ${address}, and its payments less its settlements are ${formatTari(found)}.`,
    );
  }
}

const IS_PLAIN_BALANCE = `(typeof(scratch_said.address) = 'text' and typeof(current_balance) = 'integer')`;

/** A row of the view that is not simply of an address that is known. */
function compareAddress({ scratch, findings }: Work, row: OldRow): void {
  if (row.address === null) return;
  const what = () => `The row of ${shown(row.address)} in address_balance`;
  const said = findings.read(what, () => ({
    address: text('its address', row.address),
    balance: wholeNumber('its current_balance', row.current_balance),
  }));
  if (said === undefined) return;
  const { address, balance } = said;
  const source = scratch.get<{ source: bigint }>('select source from scratch_addresses where address = ?', address);
  // An address that no row names may be in the view all the same, with nothing.
  if (source === undefined && balance === 0n) return;
  if (source === undefined) {
    findings.problem(`The view address_balance says ${formatTari(balance)} of ${address}, and no row does.`);
    return;
  }
  scratch.run(
    'insert into scratch_view values (?, ?) on conflict do update set balance = balance + excluded.balance',
    source.source,
    balance,
  );
}

/** Customers of whom a text was replaced are named in the view as they stand there. */
function compareCustomers({ scratch, findings }: Work): void {
  const differing = scratch.each<{ customer_id: string; status: string; said: bigint; found: bigint | null }>(
    `select said.customer_id, said.status, said.total as said, found.total as found
      from (
        select storable(customer_id) as customer_id, storable(status) as status, sum(total_orders) as total
        from old.customer_order_balance group by 1, 2
      ) said
      left join (select customer_id, status, sum(price) as total from scratch_orders group by customer_id, status) found
        on found.customer_id = said.customer_id and found.status = said.status
      where said.total is not found.total`,
  );
  for (const { customer_id: customerId, status, said, found } of differing) {
    findings.problem(
      `The view customer_order_balance says ${said} µT in ${status} orders of the customer ${customerId}, and they are ${found ?? 0n} µT.`,
    );
  }
}

/**
 * All money, in and out, must be fewer µT than a database counts to: the audit and the figures of the server add it up.
 * @throws what SQLite says of an overflow.
 */
export function addUpEverything({ scratch }: Work): void {
  scratch.exec(`select sum(abs(amount)) from scratch_payments; select sum(amount) from scratch_settlements;
    select sum(price) from scratch_orders`);
}

/** A place where what is kept differs from what was there. Amounts in µT. */
export interface BalanceDifference {
  subject: string;
  old: bigint;
  found: bigint;
}

const MAX_DIFFERENCES = 100;

/** What the import is about to keep, against what was there: more by what is given back, and else the same. */
export function differencesInPlan(scratch: Scratch): BalanceDifference[] {
  return scratch.all<BalanceDifference>(
    `select address as subject, old_balance + returned as old, confirmed - paid as found from scratch_sources
      where confirmed - paid <> old_balance + returned limit ${MAX_DIFFERENCES}`,
  );
}

/** What was kept, as it is read again. */
export interface KeptBalances {
  /** By the account's ordinal, which is the number of its source. */
  accounts(): AsyncIterable<{ ordinal: bigint; balance: bigint }>;
  /** What stands in the name of senders that are no addresses, together. */
  elsewhere(): Promise<bigint>;
  customers(): AsyncIterable<{ customerId: string; current: bigint; paid: bigint; expired: bigint; cancelled: bigint }>;
}

/** What was kept, against what was there. */
export async function differencesInTarget(scratch: Scratch, kept: KeptBalances): Promise<BalanceDifference[]> {
  scratch.exec('create temp table scratch_kept (source integer primary key, balance integer not null)');
  for await (const { ordinal, balance } of kept.accounts()) {
    scratch.run('insert into scratch_kept values (?, ?)', ordinal, balance);
  }
  const accounts = scratch.all<BalanceDifference>(
    `select address as subject, old_balance + returned as old, coalesce(balance, 0) as found
      from scratch_sources left join scratch_kept using (source)
      where account is not null and coalesce(balance, 0) <> old_balance + returned limit ${MAX_DIFFERENCES}`,
  );
  const expected = scratch.get<{ sum: bigint }>(
    'select coalesce(sum(old_balance + returned), 0) as sum from scratch_sources where account is null',
  );
  const elsewhere = {
    subject: 'senders that are no addresses',
    old: expected?.sum ?? 0n,
    found: await kept.elsewhere(),
  };
  return [
    ...accounts,
    ...(elsewhere.old === elsewhere.found ? [] : [elsewhere]),
    ...(await ofCustomers(scratch, kept)),
  ];
}

async function ofCustomers(scratch: Scratch, kept: KeptBalances): Promise<BalanceDifference[]> {
  scratch.exec(`create temp table scratch_kept_customers (
    customer_id text primary key, current integer not null, paid integer not null, expired integer not null,
    cancelled integer not null) without rowid`);
  for await (const { customerId, current, paid, expired, cancelled } of kept.customers()) {
    const sql = 'insert into scratch_kept_customers values (?, ?, ?, ?, ?)';
    scratch.run(sql, customerId, current, paid, expired, cancelled);
  }
  const found = TOTALS.map(
    (total) => `select customer_id, '${total}' as total, 0 as old, ${total} as found from scratch_kept_customers`,
  );
  const sums = `select customer_id, case status when 'Paid' then 'paid' when 'Expired' then 'expired'
    when 'Cancelled' then 'cancelled' else 'current' end as total, price as old, 0 as found from scratch_orders`;
  const differences = scratch.all<BalanceDifference>(
    `select 'customer ' || customer_id || ', ' || total as subject, sum(old) as old, sum(found) as found
      from (${[sums, ...found].join(' union all ')}) group by customer_id, total having sum(old) <> sum(found)
      limit ${MAX_DIFFERENCES}`,
  );
  const [seen, expected] = ['scratch_kept_customers', 'scratch_customers'].map((table) => BigInt(scratch.count(table)));
  return seen === expected
    ? differences
    : [...differences, { subject: 'customers', old: expected ?? 0n, found: seen ?? 0n }];
}

const TOTALS = ['current', 'paid', 'expired', 'cancelled'] as const;
