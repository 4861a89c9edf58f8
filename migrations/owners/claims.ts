import { sql } from 'kysely';
import type { AccountId } from '#tari/address.ts';
import { accountOf, parseAddress } from '#tari/address.ts';
import { claimInMemo, verifyClaim } from '#tari/claim.ts';
import { isCustomerAccount } from '#tari/synthetic-address.ts';
import type { MigrationDatabase } from '../schema.ts';

/** How the claims and links of a database came about, read from its events, payments and notes. */

type Kind = 'stated' | 'credit' | 'by_hand' | 'proven';

export interface ClaimCounts {
  /** Links of accounts and customers by their kind. */
  links: { proven: number; by_hand: number; stated: number };
}

interface EventRow {
  id: bigint;
  type: string;
  subject: string;
  at: number;
  payload: string | null;
}

const ROWS_AT_ONCE = 1_000;

export async function giveClaimsTheirKinds(database: MigrationDatabase): Promise<ClaimCounts> {
  await markSignedPayments(database);
  const links = new Map<string, Kind>();
  let pending: { event: EventRow; before: EventRow | undefined } | undefined;
  let before: EventRow | undefined;
  for await (const event of eventsOf(database)) {
    if (pending !== undefined) await settleClaim(database, pending.event, pending.before, event, links);
    pending = event.type === 'OrderClaimed' ? { event, before } : undefined;
    before = event;
  }
  if (pending !== undefined) await settleClaim(database, pending.event, pending.before, undefined, links);
  await sql`update orders set claim_kind = 'stated' where status <> 'Unclaimed' and claimed_by is not null
    and claim_kind is null`.execute(database);
  return { links: await keepLinks(database, links) };
}

/** A payment's claim is signed where its memo carries one of the claimant on the order, and the signature holds. */
async function markSignedPayments(database: MigrationDatabase): Promise<void> {
  let after = '';
  for (;;) {
    const rows: { txid: string; memo: string; claimant: string; order_id: string }[] = await database
      .selectFrom('payments')
      .select(['txid', 'memo', 'claimant', 'order_id'])
      .where('txid', '>', after)
      .where('claimant', 'is not', null)
      .where('memo', 'like', '%{%')
      .orderBy('txid')
      .limit(ROWS_AT_ONCE)
      .execute();
    for (const { txid, memo, claimant, order_id: orderId } of rows) {
      if (signerIn(memo, [orderId]) !== claimant) continue;
      await database.updateTable('payments').set({ claim_is_signed: 1n }).where('txid', '=', txid).execute();
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < ROWS_AT_ONCE) return;
    after = last.txid;
  }
}

/** The account that has signed a claim of the order in a text. */
function signerIn(text: string, names: readonly string[]): string | undefined {
  const claim = claimInMemo(text);
  if (claim === undefined || !names.includes(claim.order_id)) return undefined;
  const { valid, address } = verifyClaim(claim);
  return valid ? accountOf(address) : undefined;
}

async function* eventsOf(database: MigrationDatabase): AsyncGenerator<EventRow> {
  let after = 0n;
  for (;;) {
    const rows = await database
      .selectFrom('events')
      .select(['id', 'type', 'subject', 'created_at'])
      .select(sql<string | null>`case when type = 'OrderClaimed' then cast(payload as text) end`.as('payload'))
      .where('id', '>', after)
      .orderBy('id')
      .limit(ROWS_AT_ONCE)
      .execute();
    for (const row of rows) {
      yield {
        id: BigInt(row.id),
        type: row.type,
        subject: row.subject,
        at: new Date(row.created_at).getTime(),
        payload: row.payload,
      };
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < ROWS_AT_ONCE) return;
    after = BigInt(last.id);
  }
}

/** Decides how one claim came about, and keeps it with its order and its link. */
async function settleClaim(
  database: MigrationDatabase,
  event: EventRow,
  before: EventRow | undefined,
  next: EventRow | undefined,
  links: Map<string, Kind>,
): Promise<void> {
  const { claimant, order } = JSON.parse(event.payload ?? '{}') as {
    claimant: string;
    order: { customer_id: string; alt_id: string | null; memo: string | null };
  };
  const account = accountOf(parseAddress(claimant));
  const names = namesOf(event.subject, order.alt_id);
  const linkedAt = await linkTime(database, order.customer_id, account);
  const wasLinked = linkedAt !== undefined && linkedAt < event.at;
  const kind = await kindOf(database, { event, before, next, account, names, memo: order.memo, wasLinked });
  const orders = await database
    .updateTable('orders')
    .set({ claim_kind: kind })
    .where('order_id', '=', event.subject)
    .where('claimed_by', '=', account)
    .executeTakeFirst();
  if (kind === 'proven' && Number(orders?.numUpdatedRows ?? 0) > 0) {
    await sql`insert into order_claims (order_id, account, account_ordinal, is_open, created_at)
      select orders.order_id, accounts.account, accounts.ordinal,
        case when orders.status in ('Unclaimed', 'New') then 1 else 0 end, events.created_at
      from orders join accounts on accounts.account = orders.claimed_by join events on events.id = ${event.id}
      where orders.order_id = ${event.subject} on conflict do nothing`.execute(database);
  }
  const pair = `${account} ${order.customer_id}`;
  const known = links.get(pair);
  if (known === undefined || STRENGTH[kind] > STRENGTH[known]) links.set(pair, kind);
}

interface Claimed {
  event: EventRow;
  before: EventRow | undefined;
  next: EventRow | undefined;
  account: AccountId;
  names: readonly string[];
  memo: string | null;
  /** Whether account and customer belonged together before. */
  wasLinked: boolean;
}

/** Events of one change follow each other, and bear one time. */
async function kindOf(database: MigrationDatabase, claimed: Claimed): Promise<Kind> {
  const { event, before, next, account, wasLinked } = claimed;
  if (isCustomerAccount(account)) return 'by_hand';
  const cause = before?.at === event.at ? before : undefined;
  if (cause?.type === 'PaymentReceived')
    return (await isSigned(database, cause.subject, account)) ? 'proven' : 'stated';
  if (cause?.type === 'NewOrder' && cause.subject === event.subject) return kindAtEntry(database, claimed);
  const isPaidAtOnce = next?.type === 'OrderPaid' && next.subject === event.subject && next.at === event.at;
  return wasLinked && isPaidAtOnce ? 'credit' : 'proven';
}

async function kindAtEntry(database: MigrationDatabase, claimed: Claimed): Promise<Kind> {
  const { event, account, names, memo, wasLinked } = claimed;
  if (memo !== null && signerIn(memo, names) === account) return 'proven';
  const naming = await database
    .selectFrom('payments')
    .select(['claim_is_signed', 'created_at'])
    .where('order_id', 'in', names)
    .where('claimant', '=', account)
    .execute();
  const earlier = naming.filter((payment) => new Date(payment.created_at).getTime() <= event.at);
  if (earlier.some((payment) => BigInt(payment.claim_is_signed) === 1n)) return 'proven';
  if (earlier.length > 0) return 'stated';
  // What is left is a claim in a text of the order that is not kept, or credit of an account that was linked already.
  return wasLinked ? 'credit' : 'proven';
}

async function isSigned(database: MigrationDatabase, txid: string, account: AccountId): Promise<boolean> {
  const row = await database
    .selectFrom('payments')
    .select('txid')
    .where('txid', '=', txid)
    .where('claimant', '=', account)
    .where('claim_is_signed', '=', 1n)
    .executeTakeFirst();
  return row !== undefined;
}

async function linkTime(
  database: MigrationDatabase,
  customerId: string,
  account: AccountId,
): Promise<number | undefined> {
  const row = await database
    .selectFrom('customer_addresses')
    .select('created_at')
    .where('customer_id', '=', customerId)
    .where('account', '=', account)
    .executeTakeFirst();
  return row && new Date(row.created_at).getTime();
}

function namesOf(orderId: string, altId: string | null): string[] {
  if (altId === null) return [orderId];
  return [orderId, altId, altId.startsWith('#') ? altId.slice(1) : `#${altId}`];
}

/** Credit says nothing of a link: it was there already. */
const STRENGTH: Readonly<Record<Kind, number>> = { credit: 0, stated: 1, by_hand: 2, proven: 3 };

/** Every link is stated until something stronger is known of it. Made accounts are linked by credit notes alone. */
async function keepLinks(database: MigrationDatabase, links: ReadonlyMap<string, Kind>): Promise<ClaimCounts['links']> {
  for (const [pair, kind] of links) {
    if (kind !== 'proven') continue;
    const [account = '', ...customer] = pair.split(' ');
    await database
      .updateTable('customer_addresses')
      .set({ kind })
      .where('customer_id', '=', customer.join(' '))
      .where('account', '=', account)
      .execute();
  }
  await sql`update customer_addresses set kind = 'by_hand' where substr(account, 3, 16) = '000000ba5e4d0000'`.execute(
    database,
  );
  const rows = await database
    .selectFrom('customer_addresses')
    .select(({ fn }) => ['kind', fn.countAll().as('count')])
    .groupBy('kind')
    .execute();
  const counts = { proven: 0, by_hand: 0, stated: 0 };
  for (const { kind, count } of rows) counts[kind as keyof typeof counts] = Number(count);
  return counts;
}
