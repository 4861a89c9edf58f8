import type { Generated } from 'kysely';

export const ORDER_STATUSES = ['Unclaimed', 'New', 'Paid', 'Expired', 'Cancelled'] as const;
export type OrderStatus = (typeof ORDER_STATUSES)[number];

export const PAYMENT_STATUSES = ['received', 'confirmed', 'cancelled'] as const;
export type PaymentStatus = (typeof PAYMENT_STATUSES)[number];

/**
 * The kind of a payment in the database that it was imported from, or the kind of correction that the import made: an
 * overcharge and its return; a charge for an order that is not Paid; an amount that a Paid order lacked; an account's
 * spending beyond its balance.
 */
export const PAYMENT_ORIGINS = [
  ...PAYMENT_STATUSES,
  'overcharge',
  'overcharge_returned',
  'settled_not_paid',
  'paid_not_settled',
  'overdraft',
] as const;
export type PaymentOrigin = (typeof PAYMENT_ORIGINS)[number];

export const PAYMENT_TYPES = ['on_chain', 'manual'] as const;
export type PaymentType = (typeof PAYMENT_TYPES)[number];

export const SETTLEMENT_TYPES = ['single', 'multiple'] as const;
export type SettlementType = (typeof SETTLEMENT_TYPES)[number];

/**
 * How an account was linked to a customer: by a payment, by an operator, or by a signature. Only the last two authorise
 * the account's money to pay the customer's orders.
 */
export const LINK_KINDS = ['stated', 'by_hand', 'proven'] as const;
export type LinkKind = (typeof LINK_KINDS)[number];

/** How an order was claimed: as for links, or because credit that may pay it covered it. */
export const CLAIM_KINDS = ['stated', 'credit', 'by_hand', 'proven'] as const;
export type ClaimKind = (typeof CLAIM_KINDS)[number];

/** The kinds of owners of a confirmed payment's money. */
export const OWNER_KINDS = ['order', 'customer', 'account'] as const;
export type OwnerKind = (typeof OWNER_KINDS)[number];

/** The tables of orders, payments and accounts. */
export interface EngineTables {
  customers: CustomersTable;
  accounts: AccountsTable;
  customer_addresses: CustomerAddressesTable;
  orders: OrdersTable;
  payments: PaymentsTable;
  early_confirmations: EarlyConfirmationsTable;
  settlements: SettlementsTable;
  order_claims: OrderClaimsTable;
  payment_uses: PaymentUsesTable;
  payout_entries: PayoutEntriesTable;
}

/** A customer of the shop, with the sums of its orders by state in µT, so that reading them always costs the same. */
interface CustomersTable {
  customer_id: string;
  total_current: bigint;
  total_paid: bigint;
  total_expired: bigint;
  total_cancelled: bigint;
  /** Surplus of payments for its orders, and credit given by operators, in µT: it pays this customer's orders. */
  credit: bigint;
  created_at: string;
  updated_at: string;
}

/** One owner of Tari: a network and a spend key, whichever addresses its wallet shows. Sums in µT. */
interface AccountsTable {
  account: string;
  /** Counts from 1 in the order of arrival. Lookups by account use indexes on it. */
  ordinal: bigint;
  address: string;
  /** The sum of all confirmed payments from it, and the spent part. */
  total_confirmed: bigint;
  total_paid: bigint;
  /** What was paid out of its unspent part: refunds of surplus and of late money. */
  total_paid_out: Generated<bigint>;
  /** The unspent part of payments that named no order: it pays only what the account's signatures or an operator authorise. */
  free_credit: bigint;
  /** What it had spent beyond its balance when it was imported from another server. */
  debt: Generated<bigint>;
  created_at: string;
  updated_at: string;
}

interface CustomerAddressesTable {
  customer_id: string;
  account: string;
  account_ordinal: bigint;
  kind: LinkKind;
  created_at: string;
}

interface OrdersTable {
  id: Generated<bigint>;
  order_id: string;
  alt_id: string | null;
  customer_id: string;
  memo: string | null;
  total_price: bigint;
  original_price: string | null;
  currency: string;
  /** µT per unit of `currency` when the price was converted. */
  exchange_rate: bigint;
  status: OrderStatus;
  /** The amount still due according to the shop, in its format. */
  amount_outstanding: string | null;
  claimed_by: string | null;
  claimant_ordinal: bigint | null;
  /** Null while it is Unclaimed. */
  claim_kind: ClaimKind | null;
  /** The unspent money of confirmed payments that named it, in µT. 0 once it is closed. */
  own_money: bigint;
  created_at: string;
  updated_at: string;
  shop_updated_at: string;
  shop_triggered_at: string | null;
  /** The shop's id, if known, of an order that has its name in `order_id`; null for all others. */
  shop_id: string | null;
  /** Payments for it in a mempool, in µT. They have no effect. */
  amount_seen: Generated<bigint>;
  /** The shop's confirmation number, or a code of our own. */
  page_code: string | null;
  /** As the shop writes it, such as `pt-BR`. */
  customer_locale: string | null;
  /** How much of a Paid order was given back or is about to be, in µT. */
  refunded: Generated<bigint>;
  /** Its state in the database that it was imported from; null if it was not imported. */
  imported_as: Generated<OrderStatus | null>;
}

interface PaymentsTable {
  txid: string;
  /** Null if the sender is not a wallet's address: the payment credits no account. */
  account: string | null;
  account_ordinal: bigint | null;
  /** The sender's address in base58 as the wallet reported it. */
  sender: string;
  amount: bigint;
  memo: string | null;
  payment_type: PaymentType;
  status: PaymentStatus;
  order_id: string | null;
  /** The claimant of the named order: the signer of the memo's claim, otherwise the sender. Null if none is named. */
  claimant: string | null;
  /** 1 if the claimant has signed the claim. */
  claim_is_signed: bigint;
  /** The owner of the unspent part; null until it is confirmed, and if it is unknown. */
  owner_kind: OwnerKind | null;
  /** The order's, customer's or account's id. */
  owner_id: string | null;
  /** The unspent part in µT, once it is confirmed. */
  unspent: bigint;
  /** 1 if it came for a closed order. */
  is_late: bigint;
  /** 1 if it was confirmed and is in no block any more. */
  left_chain: Generated<bigint>;
  /** What it took back beyond the available money: the next money of its account pays it. */
  owed: Generated<bigint>;
  /** Null if it was not imported. */
  imported_as: Generated<PaymentOrigin | null>;
  payment_reference: string | null;
  block_height: bigint | null;
  created_at: string;
  updated_at: string;
}

/** Confirmations that arrived before their payment. */
interface EarlyConfirmationsTable {
  txid: string;
  created_at: string;
}

interface SettlementsTable {
  id: Generated<bigint>;
  order_id: string;
  /** Null if the money came from no wallet's address: then `sender` is the claimed sender. */
  account: string | null;
  account_ordinal: bigint | null;
  sender: string | null;
  settlement_type: SettlementType;
  amount: bigint;
  created_at: string;
}

/** Signed claims of orders: the signers' free credit may pay the order. */
interface OrderClaimsTable {
  order_id: string;
  account: string;
  account_ordinal: bigint;
  /** 1 while the order can be paid. */
  is_open: bigint;
  created_at: string;
}

/** The journal of the uses of payments: a settlement, or a manual payment that took something back. */
interface PaymentUsesTable {
  id: Generated<bigint>;
  txid: string;
  settlement_id: bigint | null;
  taken_by: string | null;
  amount: bigint;
  created_at: string;
}

/**
 * The journal of money that goes out, and comes back with the opposite sign if it was never sent: from the unspent part of
 * a payment, or from what a payment paid of an order.
 */
interface PayoutEntriesTable {
  id: Generated<bigint>;
  /** The refund or the sweep. */
  out_id: string;
  kind: 'refund' | 'sweep';
  /** Null for a sweep, which is money of the shop. */
  txid: string | null;
  /** Null if it is taken from the unspent part. */
  settlement_id: bigint | null;
  amount: bigint;
  created_at: string;
}
