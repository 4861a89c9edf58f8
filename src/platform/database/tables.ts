import type { Generated } from 'kysely';
import type { ChainTables } from '#rails/tari-chain/store/tables.ts';

/**
 * The tables as both databases hold them. Integers are `bigint` everywhere, so that no amount is ever rounded. Times
 * are RFC 3339 texts in UTC with milliseconds, which sort as they run. JSON columns hold JSON text. The dialects see
 * to it that both databases hand them over in this form.
 */
export interface Tables extends ChainTables {
  customers: CustomersTable;
  accounts: AccountsTable;
  customer_addresses: CustomerAddressesTable;
  orders: OrdersTable;
  payments: PaymentsTable;
  early_confirmations: EarlyConfirmationsTable;
  settlements: SettlementsTable;
  order_claims: OrderClaimsTable;
  payment_uses: PaymentUsesTable;
  wallets: WalletsTable;
  nonces: NoncesTable;
  roles: RolesTable;
  exchange_rates: ExchangeRatesTable;
  events: EventsTable;
  deliveries: DeliveriesTable;
  webhooks: WebhooksTable;
  audit_log: AuditLogTable;
  heartbeat: HeartbeatTable;
  database_identity: DatabaseIdentityTable;
  idempotency_keys: IdempotencyKeysTable;
  early_news: EarlyNewsTable;
  authorizations: AuthorizationsTable;
  price_updates: PriceUpdatesTable;
}

export const ORDER_STATUSES = ['Unclaimed', 'New', 'Paid', 'Expired', 'Cancelled'] as const;
export type OrderStatus = (typeof ORDER_STATUSES)[number];

export const PAYMENT_STATUSES = ['received', 'confirmed', 'cancelled'] as const;
export type PaymentStatus = (typeof PAYMENT_STATUSES)[number];

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

export const EVENT_TYPES = [
  'NewOrder',
  'OrderPaid',
  'OrderAnnulled',
  'OrderModified',
  'OrderClaimed',
  'PaymentReceived',
  'PaymentConfirmed',
  'PaymentUnmatched',
  'PaymentAssigned',
  'PaymentLeftTheChain',
  'PaymentSeen',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

export const ROLES = ['user', 'read_all', 'write', 'payment_wallet', 'super_admin'] as const;
export type Role = (typeof ROLES)[number];

export const DELIVERY_STATES = ['pending', 'done', 'dead'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

export const WEBHOOK_STATES = ['accepted', 'ignored', 'set_aside'] as const;
export type WebhookState = (typeof WEBHOOK_STATES)[number];

/** How a shop may close an order by itself: nobody is to pay it here any more. */
export type ShopClosing = 'cancelled' | 'paid';

export const PRICE_UPDATE_STATES = ['pending', 'running', 'done', 'failed', 'superseded'] as const;
export type PriceUpdateState = (typeof PRICE_UPDATE_STATES)[number];

export const NONCE_PURPOSES = ['wallet', 'login'] as const;
export type NoncePurpose = (typeof NONCE_PURPOSES)[number];

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

interface WalletsTable {
  account: string;
  address: string;
  ip_address: string;
  created_at: string;
}

/** The last nonce of a signer, as 20 decimal digits: u64 does not fit a signed column, and texts of one length sort. */
interface NoncesTable {
  purpose: NoncePurpose;
  account: string;
  last_nonce: string;
  updated_at: string;
  /** 1 if nobody knew the account when it logged in. */
  is_stranger: Generated<bigint>;
}

interface RolesTable {
  account: string;
  role: Role;
  created_at: string;
}

interface ExchangeRatesTable {
  id: Generated<bigint>;
  currency: string;
  rate: bigint;
  actor: string;
  created_at: string;
}

interface EventsTable {
  id: Generated<bigint>;
  type: EventType;
  /** What the event is about, an order's or a payment's id: deliveries keep the order of events with the same subject. */
  subject: string;
  payload: string;
  created_at: string;
}

interface DeliveriesTable {
  event_id: bigint;
  subscriber: string;
  subject: string;
  state: DeliveryState;
  attempts: bigint;
  /** Which take has it in hand; null where nobody has. */
  hold: string | null;
  /** While somebody has it in hand, until when. */
  next_attempt_at: string;
  last_error: string | null;
  updated_at: string;
}

interface WebhooksTable {
  id: Generated<bigint>;
  webhook_id: string | null;
  topic: string;
  event_id: string | null;
  triggered_at: string | null;
  received_at: string;
  state: WebhookState;
  success: bigint;
  message: string;
  body: string | null;
}

interface AuditLogTable {
  id: Generated<bigint>;
  created_at: string;
  actor: string;
  action: string;
  subject: string;
  reason: string | null;
  before: string | null;
  after: string | null;
}

/** One row, written to prove that the database can be written. */
interface HeartbeatTable {
  id: bigint;
  written_at: string;
}

/** One row, by which a running server recognises its database. */
interface DatabaseIdentityTable {
  id: bigint;
  stamp: string;
  /** 20 digits. */
  commits: string;
}

interface IdempotencyKeysTable {
  caller: string;
  idempotency_key: string;
  fingerprint: string;
  answer: string;
  created_at: string;
}

/** Money that other gateways hold for orders, as the shop told of it: the order need not be known. */
interface AuthorizationsTable {
  transaction_id: string;
  order_id: string;
  gateway: string | null;
  amount: string;
  currency: string;
  received_at: string;
}

/** What the shop said of orders that it has not told us of yet. */
interface EarlyNewsTable {
  order_id: string;
  closing: ShopClosing | null;
  price: string;
  currency: string;
  /** What the shop says is still due, as it wrote it. */
  outstanding: string | null;
  shop_updated_at: string;
  triggered_at: string | null;
  received_at: string;
}

/** Work on the prices that the shop shows. Truths are 0 and 1. */
interface PriceUpdatesTable {
  id: Generated<bigint>;
  /** The one product to look at; null where it is all of them, at `rate`. */
  product_id: string | null;
  currency: string | null;
  rate: bigint | null;
  state: PriceUpdateState;
  global_rate_is_set: bigint;
  variants_are_done: bigint;
  start_position: string | null;
  position: string | null;
  has_wrapped: bigint;
  variants_total: bigint | null;
  variants_seen: bigint;
  variants_changed: bigint;
  variants_left_out: bigint;
  attempts: bigint;
  next_attempt_at: string;
  last_error: string | null;
  global_rate_error: string | null;
  remark: string | null;
  /** Counts up when something else than the work itself changes the row, so that work on how it was is not noted. */
  revision: bigint;
  created_at: string;
  updated_at: string;
  finished_at: string | null;
}
