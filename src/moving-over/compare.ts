import type { OldRow } from '#moving-over/old/old-rows.ts';
import { wholeNumber } from '#moving-over/old/values.ts';
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
  if (work.schema.has('address_balance')) compareAddresses(work);
  if (work.schema.has('customer_order_balance')) compareCustomers(work);
}

function compareAddresses({ scratch, findings }: Work): void {
  scratch.exec('create temp table scratch_view (source integer primary key, balance integer not null)');
  const rows = scratch.each<OldRow>('select address, current_balance from main.address_balance');
  for (const { address, current_balance: said } of rows) {
    if (typeof address !== 'string') continue;
    const what = () => `The row of ${address} in address_balance`;
    const balance = findings.read(what, () => wholeNumber('its current_balance', said));
    if (balance === undefined) continue;
    const source = scratch.get<{ source: bigint }>('select source from scratch_addresses where address = ?', address);
    // An address that no row names may be in the view all the same, with nothing.
    if (source === undefined && balance === 0n) continue;
    if (source === undefined) {
      findings.problem(`The view address_balance says ${formatTari(balance)} of ${address}, and no row does.`);
      continue;
    }
    scratch.run(
      'insert into scratch_view values (?, ?) on conflict do update set balance = balance + excluded.balance',
      source.source,
      balance,
    );
  }
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

function compareCustomers({ scratch, findings }: Work): void {
  const differing = scratch.each<{ customer_id: string; status: string; said: bigint; found: bigint | null }>(
    `select said.customer_id, said.status, said.total_orders as said, found.total as found
      from main.customer_order_balance said
      left join (select customer_id, status, sum(price) as total from scratch_orders group by customer_id, status) found
        on found.customer_id = said.customer_id and found.status = said.status
      where said.total_orders is not found.total`,
  );
  for (const { customer_id: customerId, status, said, found } of differing) {
    findings.problem(
      `The view customer_order_balance says ${said} µT in ${status} orders of the customer ${customerId}, and they are ${found ?? 0n} µT.`,
    );
  }
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
  const differences: BalanceDifference[] = [];
  let seen = 0;
  for await (const row of kept.customers()) {
    seen += 1;
    const old = scratch.get<{ current: bigint; paid: bigint; expired: bigint; cancelled: bigint }>(
      `select coalesce(sum(case when status in ('Unclaimed', 'New') then price else 0 end), 0) as current,
          coalesce(sum(case when status = 'Paid' then price else 0 end), 0) as paid,
          coalesce(sum(case when status = 'Expired' then price else 0 end), 0) as expired,
          coalesce(sum(case when status = 'Cancelled' then price else 0 end), 0) as cancelled
        from scratch_orders where customer_id = ?`,
      row.customerId,
    );
    for (const total of ['current', 'paid', 'expired', 'cancelled'] as const) {
      const expected = old?.[total] ?? 0n;
      if (row[total] === expected || differences.length >= MAX_DIFFERENCES) continue;
      differences.push({ subject: `customer ${row.customerId}, ${total}`, old: expected, found: row[total] });
    }
  }
  const expected = scratch.count('scratch_customers');
  if (seen !== expected) differences.push({ subject: 'customers', old: BigInt(expected), found: BigInt(seen) });
  return differences;
}
