import type { OldRow } from '#moving-over/old/old-rows.ts';
import { textOrNull } from '#moving-over/old/values.ts';
import { addressToBase58 } from '#tari/address.ts';
import { type Claim, claimInMemo, verifyClaim } from '#tari/claim.ts';
import { orderMeant } from './read-journals.ts';
import type { Work } from './scratch.ts';
import type { Sources } from './sources.ts';

/**
 * Which orders were claimed by a signature: the claims in the memos of orders and payments are all that the old database
 * keeps of them. One that came over the interface has left no trace but a link, which is only stated then.
 */

/**
 * To check a signature takes about a millisecond. All are checked that say something new: of an order that is open, or of
 * a wallet and a customer that no other has proven. Of the rest, which changes nothing any more, so many.
 */
const MAX_CHECKED_OF_CLOSED = 20_000;

interface Checker {
  work: Work;
  sources: Sources;
  checkedOfClosed: number;
}

/** What a claim is about: null for the order where it is not known. */
interface ClaimedOrder {
  id: bigint;
  status: string;
  customer_id: string;
}

export function readClaims(work: Work, sources: Sources): void {
  const checker = { work, sources, checkedOfClosed: 0 };
  readClaimsOfOrders(checker);
  readClaimsOfPayments(checker);
  giveOrdersTheirClaimants(work);
  giveLinksTheirKinds(work);
}

function readClaimsOfOrders(checker: Checker): void {
  const { scratch } = checker.work;
  const rows = scratch.each<OldRow & { id: bigint; created_at: string }>(
    `select old_order.memo, scratch_orders.id, scratch_orders.created_at
      from old.orders old_order join scratch_orders on scratch_orders.id = old_order.id
      where instr(old_order.memo, '{') > 0 and scratch_orders.status <> 'Unclaimed'`,
  );
  for (const row of rows) {
    const claim = claimIn(row);
    if (claim === undefined || orderMeant(checker.work, claim.order_id) !== row.id) continue;
    keepClaim(checker, claim, row.id, row.created_at);
  }
}

function readClaimsOfPayments(checker: Checker): void {
  const { scratch } = checker.work;
  const rows = scratch.each<
    OldRow & { key: bigint; named: string | null; named_order: bigint | null; created_at: string }
  >(
    `select old_payment.memo, key, named, named_order, scratch_payments.created_at
      from scratch_payments cross join old.payments old_payment on old_payment.rowid = scratch_payments.row
      where instr(old_payment.memo, '{') > 0`,
  );
  for (const row of rows) {
    const claim = claimIn(row);
    if (claim === undefined) continue;
    const order = orderMeant(checker.work, claim.order_id);
    const source = keepClaim(checker, claim, order, row.created_at);
    // The payment names the order that is claimed, whether or not it is known.
    const isNamed = claim.order_id === row.named || (order !== null && order === row.named_order);
    if (source === undefined || !isNamed) continue;
    scratch.run('update scratch_payments set claimant = ?, claim_is_signed = 1 where key = ?', source, row.key);
  }
}

function claimIn(row: OldRow): Claim | undefined {
  const memo = textOrNull('its memo', row.memo);
  return memo === null ? undefined : claimInMemo(memo);
}

/** Keeps a claim whose signature holds. @returns who signed it; undefined where that is not known. */
function keepClaim(checker: Checker, claim: Claim, order: bigint | null, at: string): bigint | undefined {
  const { scratch } = checker.work;
  const claimed =
    order === null
      ? undefined
      : scratch.get<ClaimedOrder>('select id, status, customer_id from scratch_orders where id = ?', order);
  const isOpen = claimed === undefined || claimed.status === 'New' || claimed.status === 'Unclaimed';
  if (!isOpen && checker.checkedOfClosed >= MAX_CHECKED_OF_CLOSED) {
    const stated = checker.sources.of(claim.address, at);
    const isProven = scratch.get(
      `select 1 from scratch_links where customer_id = ? and source = ? and kind = 'proven'`,
      claimed.customer_id,
      stated.source,
    );
    if (isProven !== undefined) return undefined;
  }
  if (!isOpen) checker.checkedOfClosed += 1;
  const { valid, address } = verifyClaim(claim);
  if (!valid) return undefined;
  const { source } = checker.sources.of(addressToBase58(address), at);
  if (claimed === undefined || claimed.status === 'Unclaimed') return source;
  scratch.run('insert or ignore into scratch_claims values (?, ?, ?)', claimed.id, source, at);
  scratch.run(
    `insert into scratch_links values (?, ?, 'proven', ?) on conflict do update set kind = 'proven'`,
    claimed.customer_id,
    source,
    at,
  );
  return source;
}

/** For whom each order is claimed: who signed that first, else whose payment named it first. */
function giveOrdersTheirClaimants({ scratch }: Work): void {
  scratch.exec(`
    insert or ignore into scratch_claimants (order_key, source, kind)
      select order_key, source, 'proven' from scratch_claims order by order_key, at, source;
    insert or ignore into scratch_claimants (order_key, source, kind)
      select scratch_orders.id, scratch_payments.source, 'stated'
      from scratch_payments
      join scratch_orders on scratch_orders.id = named_order
      join scratch_sources on scratch_sources.source = scratch_payments.source
      where scratch_orders.status <> 'Unclaimed' and account is not null and made_for is null
      order by scratch_payments.created_at, key;
    insert or ignore into scratch_claimants (order_key, source, kind)
      select scratch_orders.id, scratch_entries.source, 'credit'
      from scratch_entries
      join scratch_orders on scratch_orders.id = named_order
      join scratch_sources on scratch_sources.source = scratch_entries.source
      where scratch_orders.status <> 'Unclaimed' and account is not null
      order by scratch_entries.id;`);
}

/** An address that was made for a customer is that customer's by hand, whether or not it is linked there. */
function giveLinksTheirKinds({ scratch }: Work): void {
  scratch.exec(`
    insert into scratch_links (customer_id, source, kind, at)
      select made_for, source, 'by_hand', first_at from scratch_sources where made_for is not null
      on conflict do update set kind = 'by_hand' where kind = 'stated';`);
}
