import { approvalHashOf } from '#payouts/approval-hash.ts';

/** Rows of every table of refunds and payouts, as SQLite takes them. */
export function sampleRows(time: string): string[] {
  const refund = `'c1', 'all', 1000, 'order', null, null, 'broken “ä”', 1, 0, null, 'operator', 'cancelled'`;
  const hash = approvalHashOf({ id: 'payout-1-ab', amount: 1000n, address: 'nowhere' });
  return [
    `insert into refunds (public_id, order_id, customer_id, kind, amount, rate, shop_amount, currency, reason, is_visible,
      record_in_shop, shop_refund_id, origin, state, address_is_proven, requested_by, created_at, updated_at)
      select 'refund-1-ab', order_id, ${refund}, 0, 'someone', '${time}', '${time}' from orders limit 1`,
    `insert into payouts (public_id, kind, address, amount, state, reason, requested_by, approval_hash, leases, created_at, updated_at)
      values ('payout-1-ab', 'sweep', 'nowhere', 1000, 'cancelled', 'kind', 'someone', '${hash}', 0, '${time}', '${time}')`,
    `insert into payout_switch (id, is_stopped, reason, actor, updated_at) values (1, 1, 'kind', 'someone', '${time}')`,
    `insert into payout_entries (out_id, kind, amount, created_at) values ('payout-1-ab', 'sweep', 1000, '${time}')`,
    `insert into payout_entries (out_id, kind, amount, created_at) values ('payout-1-ab', 'sweep', -1000, '${time}')`,
  ];
}
