import type { OrderStatus } from '#engine/store/tables.ts';
import type { MicroTari } from '#tari/micro-tari.ts';

/** What a refund gives back: the rest of a paid order, a part of it, credit of its customer, or money that came too late. */
export const REFUND_KINDS = ['all', 'part', 'surplus', 'late'] as const;
export type RefundKind = (typeof REFUND_KINDS)[number];

/** By which rate an amount in the shop's currency becomes Tari: the order's own, or the one in force. */
export const REFUND_RATES = ['order', 'today'] as const;
export type RefundRate = (typeof REFUND_RATES)[number];

export const REFUND_STATES = [
  'waiting_for_address',
  'waiting_for_approval',
  'approved',
  /** A wallet has it. */
  'paying',
  /** It was sent. */
  'paid',
  'confirmed',
  'cancelled',
  'failed',
] as const;
export type RefundState = (typeof REFUND_STATES)[number];

/** Where a refund's address comes from: the wallet that paid, the customer on the order's page, or an operator. */
export const ADDRESS_ORIGINS = ['payer', 'customer', 'operator'] as const;
export type AddressOrigin = (typeof ADDRESS_ORIGINS)[number];

/** Who asked for a refund. */
export const REFUND_ORIGINS = ['operator', 'customer', 'shop'] as const;
export type RefundOrigin = (typeof REFUND_ORIGINS)[number];

export const PAYOUT_KINDS = ['refund', 'sweep'] as const;
export type PayoutKind = (typeof PAYOUT_KINDS)[number];

export const PAYOUT_STATES = [
  'waiting_for_approval',
  /** A wallet may take it. */
  'approved',
  /** A wallet has taken it, and may have started to pay it: `startedAt`. */
  'leased',
  'sent',
  'confirmed',
  /** It may or may not have been sent, or was sent and vanished: its wallet or a person resolves it. It is never leased again. */
  'unknown',
  'failed',
  'cancelled',
] as const;
export type PayoutState = (typeof PAYOUT_STATES)[number];

export interface RefundAddress {
  /** Base58. */
  address: string;
  /** Whether a signature tied it to this customer, and to no other. */
  proven: boolean;
  from: AddressOrigin;
}

export interface Refund {
  /** Counts from 1. */
  ordinal: bigint;
  id: string;
  orderId: string;
  customerId: string;
  kind: RefundKind;
  /** µT, above 0. */
  amount: MicroTari;
  rate: RefundRate;
  /** Its value in the shop's currency; null if the order has no price there, and for surplus and late money. */
  shopAmount: string | null;
  currency: string | null;
  reason: string;
  visibleToCustomer: boolean;
  /** Whether the shop is to record a refund once this one is confirmed. */
  recordInShop: boolean;
  /** The shop's id of its refund: of the one that asked for this one, or of the one that recorded it. */
  shopRefundId: string | null;
  origin: RefundOrigin;
  state: RefundState;
  address: RefundAddress | null;
  /** Who entered the address; null if it is the payer's. */
  addressBy: string | null;
  requestedBy: string;
  approvedBy: string | null;
  approvedAt: Date | null;
  /** Why a second person must approve it, as sentences; null if none must. */
  needsApproval: string | null;
  /** What is approved: the hash of its id, amount and address, 64 hex characters. Null without an address. */
  approvalHash: string | null;
  payoutId: string | null;
  /** Why it was cancelled or failed. */
  endReason: string | null;
  createdAt: Date;
  updatedAt: Date;
}

export interface Payout {
  /** Counts from 1. */
  ordinal: bigint;
  /** Wallets pay each id once. */
  id: string;
  kind: PayoutKind;
  refundId: string | null;
  /** Of a refund. */
  orderId: string | null;
  /** Base58. */
  address: string;
  /** µT, above 0. */
  amount: MicroTari;
  reason: string;
  state: PayoutState;
  requestedBy: string;
  approvedBy: string | null;
  approvedAt: Date | null;
  approvalHash: string;
  /** The wallet that took it last, base58. */
  leasedBy: string | null;
  leaseUntil: Date | null;
  /** When that wallet said that it starts to pay. */
  startedAt: Date | null;
  txid: string | null;
  sentAt: Date | null;
  confirmedAt: Date | null;
  /** What went wrong last, as a sentence. */
  problem: string | null;
  createdAt: Date;
  updatedAt: Date;
}

/** A payout for the wallet that took it. */
export interface LeasedPayout extends Payout {
  /** Proves that the lease is still this one. */
  leaseToken: string;
}

/** What a refund is asked for. */
export interface RefundAsk {
  /** The order's id or, where the mode is not strict, its name in the shop. */
  orderId: string;
  kind: RefundKind;
  /** µT. Of a part: this or `shopAmount`. Of surplus and late money: all of it if it is left out. Never of `all`. */
  amount?: MicroTari | undefined;
  /** A part's value in the shop's currency, such as `5.00`. */
  shopAmount?: string | undefined;
  /** The order's by default. */
  rate?: RefundRate | undefined;
  /** The wallet that paid; an address that the customer enters on the order's page; or this address in base58. */
  to: 'payer' | 'customer' | { address: string };
  reason: string;
  visibleToCustomer?: boolean | undefined;
  recordInShop?: boolean | undefined;
  /** Of a refund that the shop asks for: one of these is entered once. */
  shopRefundId?: string | undefined;
  /** `operator` by default. What customers and the shop ask for always needs an approval, but for a customer's own credit to the proven wallet. */
  origin?: RefundOrigin | undefined;
}

/** The figures of a refund before it is requested. */
export interface RefundPreview {
  orderId: string;
  kind: RefundKind;
  amount: MicroTari;
  rate: RefundRate;
  shopAmount: string | null;
  currency: string | null;
  address: RefundAddress | null;
  /** Why a second person must approve it; null if none must. */
  needsApproval: string | null;
}

/** A wallet that paid, where it is tied to one customer only. */
export interface PayerAddress {
  address: string;
  proven: boolean;
}

/** What the form of a refund shows. Amounts in µT. */
export interface RefundQuote {
  orderId: string;
  /** Its name in the shop. */
  name: string | null;
  customerId: string;
  status: OrderStatus;
  price: MicroTari;
  /** As the shop wrote it; null if it wrote none. */
  shopPrice: string | null;
  currency: string;
  /** What was given back of the order, or is about to be. */
  refunded: MicroTari;
  /** The most that can be given back of the order now: what came on the chain and paid it. 0 unless it is Paid. */
  rest: MicroTari;
  /** The value of `rest` at the order's rate. */
  shopRest: string | null;
  /** `rest` and the value that is not given back yet, at today's rate, whichever is less; null without a rate or a price. */
  restToday: MicroTari | null;
  /** Credit of its customer, and the part of it that came for this order. */
  surplus: MicroTari;
  ownSurplus: MicroTari;
  /** Money that came for this order when it could no longer be paid. */
  late: MicroTari;
  /** µT per unit of the currency. */
  orderRate: bigint;
  todayRate: bigint | null;
  /** The only wallet that paid each of these, if it is tied to this customer only. */
  payer: { order: PayerAddress | null; surplus: PayerAddress | null; late: PayerAddress | null };
  limits: LeftOfLimits;
  refunds: readonly Refund[];
}

/** How much may go out without a second person. */
export interface LeftOfLimits {
  /** Of one refund, and of one person in one day (UTC). */
  perPerson: MicroTari;
  /** What is left today of the asking person. */
  leftOfPerson: MicroTari;
  /** Of the installation in one day (UTC). */
  perDay: MicroTari;
  leftOfDay: MicroTari;
}

export interface PayoutConditions {
  /** While it is true, no wallet gets a payout and none may start one. */
  isStopped: boolean;
  stopReason: string | null;
  stoppedBy: string | null;
  stoppedAt: Date | null;
  /** TPG_REFUND_LIMIT and TPG_PAYOUT_DAILY_LIMIT, in µT. */
  refundLimit: MicroTari;
  dailyLimit: MicroTari;
  /** What was approved today (UTC), and how much of it. */
  approvedToday: MicroTari;
  /** Where sweeps go, base58; null if TPG_COLD_ADDRESS is not set. */
  coldAddress: string | null;
}

/** What a person found out about a payout whose fate is unknown. */
export type Outcome = { sent: true; txid: string } | { sent: false };

export interface RefundFilter {
  orderId?: string | undefined;
  customerId?: string | undefined;
  states?: readonly RefundState[] | undefined;
  requestedBy?: string | undefined;
}

export interface PayoutFilter {
  kind?: PayoutKind | undefined;
  states?: readonly PayoutState[] | undefined;
  refundId?: string | undefined;
  txid?: string | undefined;
}

/** An approval: what the approver saw, and how they proved themselves. */
export interface Approval {
  /** The hash that was shown: the amount or the address may have changed since. */
  hash: string;
  /** How the approver proved who they are, such as a passkey's assertion over the hash; kept as JSON. */
  evidence: Evidence;
}

export type Evidence = { kind: string } & Readonly<Record<string, unknown>>;

export const MAX_LEASED_AT_ONCE = 100;
/** Long enough for a wallet that is busy, and short enough that another takes over the same day. */
export const DEFAULT_LEASE_MS = 10 * 60_000;
export const MIN_LEASE_MS = 60_000;
export const MAX_LEASE_MS = 7 * 24 * 3_600_000;
