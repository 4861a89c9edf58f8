import type { Generated } from 'kysely';

export const ORDER_STATUSES = ['Unclaimed', 'New', 'Paid', 'Expired', 'Cancelled'] as const;
export type OrderStatus = (typeof ORDER_STATUSES)[number];

export const PAYMENT_STATUSES = ['received', 'confirmed', 'cancelled'] as const;
export type PaymentStatus = (typeof PAYMENT_STATUSES)[number];

/**
 * What a payment was in the database that it came from, or which correction of the import it is: what was charged beyond
 * an order's price, and its return; what was charged for an order that is not Paid; what a Paid order lacked; what an
 * account had spent beyond what it had.
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
 * How it came about that an account and a customer belong together: a payment said so, a person, or a signature. Only
 * the last two let the account's money pay the customer's orders.
 */
export const LINK_KINDS = ['stated', 'by_hand', 'proven'] as const;
export type LinkKind = (typeof LINK_KINDS)[number];

/** How an order came to be claimed: as a link comes about, or because credit that may pay it covered it. */
export const CLAIM_KINDS = ['stated', 'credit', 'by_hand', 'proven'] as const;
export type ClaimKind = (typeof CLAIM_KINDS)[number];

/** Whose the money of a confirmed payment is. */
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
}

/** A customer of the shop, with the sums of its orders by state in µT, so that reading them costs the same for ever. */
interface CustomersTable {
  customer_id: string;
  total_current: bigint;
  total_paid: bigint;
  total_expired: bigint;
  total_cancelled: bigint;
  /** What is left over of money that was meant for its orders, and credit notes, in µT: it pays this customer's orders. */
  credit: bigint;
  created_at: string;
  updated_at: string;
}

/** One owner of Tari: a network and a spend key, whatever addresses its wallet shows. Sums in µT. */
interface AccountsTable {
  account: string;
  /** Counts from 1 in the order in which accounts came. What is looked up by account is indexed by it. */
  ordinal: bigint;
  address: string;
  /** All confirmed payments that came from it, and what was used of them. */
  total_confirmed: bigint;
  total_paid: bigint;
  /** What is left of those that named nothing: only what the account signs, or a person, lets it pay. */
  free_credit: bigint;
  /** What it had spent beyond what it had when it came from another server. */
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
  /** What the shop says is still due, as it wrote it. */
  amount_outstanding: string | null;
  claimed_by: string | null;
  claimant_ordinal: bigint | null;
  /** Null while it is Unclaimed. */
  claim_kind: ClaimKind | null;
  /** What is there of the confirmed payments that named it, in µT. None once it is closed. */
  own_money: bigint;
  created_at: string;
  updated_at: string;
  shop_updated_at: string;
  shop_triggered_at: string | null;
  /** The shop's id of an order whose name stands in `order_id`, where it is known; null for all others. */
  shop_id: string | null;
  /** What stands in a mempool for it, in µT. It counts for nothing. */
  amount_seen: Generated<bigint>;
  /** The shop's confirmation number, or a code of ours. */
  page_code: string | null;
  /** As the shop writes it, such as `pt-BR`. */
  customer_locale: string | null;
  /** Its state in the database that it came from; null for one that came here first. */
  imported_as: Generated<OrderStatus | null>;
}

interface PaymentsTable {
  txid: string;
  /** Null where the sender is no wallet's address: the payment credits no account. */
  account: string | null;
  account_ordinal: bigint | null;
  /** The sender's address in base58 as the wallet reported it. */
  sender: string;
  amount: bigint;
  memo: string | null;
  payment_type: PaymentType;
  status: PaymentStatus;
  order_id: string | null;
  /** For whom the named order is claimed: the signer of the memo's claim, else the sender. Null when none is named. */
  claimant: string | null;
  /** 1 where the claimant has signed that. */
  claim_is_signed: bigint;
  /** Whose what is left of it is; null until it is confirmed, and where that is not known. */
  owner_kind: OwnerKind | null;
  /** The order's, customer's or account's id. */
  owner_id: string | null;
  /** What is left of it in µT, once it is confirmed. */
  unspent: bigint;
  /** 1 where it came for an order that was closed. */
  is_late: bigint;
  /** What it took back of money that was not there: the next money of its account pays it. */
  owed: Generated<bigint>;
  /** Null for one that came here first. */
  imported_as: Generated<PaymentOrigin | null>;
  payment_reference: string | null;
  block_height: bigint | null;
  created_at: string;
  updated_at: string;
}

/** Confirmations that came before their payment. */
interface EarlyConfirmationsTable {
  txid: string;
  created_at: string;
}

interface SettlementsTable {
  id: Generated<bigint>;
  order_id: string;
  /** Null where the money came from no wallet's address: then `sender` says what it said of itself. */
  account: string | null;
  account_ordinal: bigint | null;
  sender: string | null;
  settlement_type: SettlementType;
  amount: bigint;
  created_at: string;
}

/** Who has signed that an order is theirs: their free credit may pay it. */
interface OrderClaimsTable {
  order_id: string;
  account: string;
  account_ordinal: bigint;
  /** 1 while the order can be paid. */
  is_open: bigint;
  created_at: string;
}

/** The journal of what payments were used for: a settlement, or a payment by hand that took something back. */
interface PaymentUsesTable {
  id: Generated<bigint>;
  txid: string;
  settlement_id: bigint | null;
  taken_by: string | null;
  amount: bigint;
  created_at: string;
}
