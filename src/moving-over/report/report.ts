import { ORDER_STATUSES } from '#engine/store/tables.ts';
import type { Work } from '#moving-over/plan/scratch.ts';
import { plainText } from '#platform/cli/terminal/output.ts';
import { formatTari } from '#tari/micro-tari.ts';
import { type FoundList, ODDITIES, type Oddity } from './findings.ts';
import { type AddressAmount, orderLine } from './order-line.ts';

/** What the import says of the old database before it writes anything. */

/** How much of one thing there is, by the name of it. */
export interface Summary extends Record<string, unknown> {
  orders: number;
  payments: number;
  settlements: number;
  customers: number;
  addresses: number;
  overcharged_orders: number;
  overcharged_amount: bigint;
  returned_amount: bigint;
  corrections: number;
}

export function summaryOf({ scratch }: Work): Summary {
  const over = scratch.get<{ orders: bigint; amount: bigint }>(
    `select count(distinct named_order) as orders, coalesce(-sum(amount), 0) as amount from scratch_payments
      where origin = 'overcharge'`,
  );
  const returned = scratch.get<{ amount: bigint }>(
    `select coalesce(sum(amount), 0) as amount from scratch_payments where origin = 'overcharge_returned'`,
  );
  return {
    orders: scratch.count('scratch_orders'),
    payments: scratch.count('scratch_payments where row is not null'),
    settlements: scratch.count('scratch_entries'),
    customers: scratch.count('scratch_customers'),
    addresses: scratch.count('scratch_addresses'),
    overcharged_orders: Number(over?.orders ?? 0n),
    overcharged_amount: over?.amount ?? 0n,
    returned_amount: returned?.amount ?? 0n,
    corrections: scratch.count('scratch_payments where row is null'),
  };
}

/** What keeps it from being imported. Nothing in these lines steers a terminal. */
export function problemLines({ findings }: Work): string[] {
  return listed(findings.problems).map(plainText);
}

/** What is found, and what is odd. The texts in it were written by strangers: nothing in these lines steers a terminal. */
export function* reportLines(work: Work, summary: Summary): Generator<string> {
  for (const line of linesOf(work, summary)) yield plainText(line);
}

function* linesOf(work: Work, summary: Summary): Generator<string> {
  const { scratch, old } = work;
  const states = scratch.all<{ status: string; count: bigint }>(
    'select status, count(*) as count from scratch_orders group by status',
  );
  const counts = new Map(states.map(({ status, count }) => [status, count]));
  const byState = ORDER_STATUSES.map((status) => `${counts.get(status) ?? 0n} ${status}`).join(', ');
  yield `${old.file} holds ${summary.orders} orders (${byState}), ${summary.payments} payments and ${summary.settlements} settlements of ${summary.addresses} addresses and ${summary.customers} customers, ${scratch.count('old.exchange_rates')} exchange rates, ${scratch.count('scratch_wallets')} hot wallets and ${scratch.count('scratch_roles')} roles.`;
  yield* overchargeLines(work, summary);
  yield* linkLines(work);
  const kinds = Object.keys(ODDITIES) as Oddity[];
  const odd = kinds.filter((kind) => work.findings.odd.has(kind));
  for (const kind of odd) {
    const list = work.findings.odd.get(kind) as FoundList;
    yield `${ODDITIES[kind]}: ${list.count}`;
    for (const line of listed(list)) yield `  ${line}`;
  }
  if (odd.length === 0 && summary.overcharged_orders === 0) yield 'Nothing in it is odd.';
}

/** Every one of them: this is money that is owed to a customer. */
function* overchargeLines({ scratch }: Work, summary: Summary): Generator<string> {
  if (summary.overcharged_orders === 0) {
    yield 'No order was charged twice.';
    return;
  }
  yield `${summary.overcharged_orders} orders were charged twice, ${formatTari(summary.overcharged_amount)} too much:`;
  const rows = scratch.each<{ named: string; customer_id: string; address: string; amount: bigint }>(
    `select named, customer_id, address, -amount as amount
      from scratch_payments
      join scratch_orders on scratch_orders.id = named_order
      join scratch_sources using (source)
      where origin = 'overcharge' order by key`,
  );
  // Those of one order follow each other.
  let order: { named: string; customerId: string; parts: AddressAmount[] } | undefined;
  for (const { named, customer_id: customerId, address, amount } of rows) {
    if (order !== undefined && order.named !== named)
      yield `  ${orderLine(order.named, order.customerId, order.parts)}`;
    if (order?.named !== named) order = { named, customerId, parts: [] };
    order.parts.push({ address, amount });
  }
  if (order !== undefined) yield `  ${orderLine(order.named, order.customerId, order.parts)}`;
  yield summary.returned_amount > 0n
    ? `${formatTari(summary.returned_amount)} of it go back to these addresses, with an entry of its own each.`
    : 'The balances come over as they are there. With --return-overcharges each amount goes back to its address. taritools audit --overcharges lists them later.';
}

function* linkLines({ scratch }: Work): Generator<string> {
  const rows = scratch.all<{ kind: string; count: bigint }>(
    'select kind, count(*) as count from scratch_links group by kind',
  );
  const counts = new Map(rows.map(({ kind, count }) => [kind, count]));
  const of = (kind: string) => counts.get(kind) ?? 0n;
  yield `Of the links of addresses and customers ${of('proven')} are proven by a signed claim, ${of('by_hand')} come of credit notes, and ${of('stated')} are only stated: they spend nothing until the address signs a claim.`;
}

function listed({ count, lines }: FoundList): string[] {
  return count > lines.length ? [...lines, `and ${count - lines.length} more`] : lines;
}
