import { type Kysely, type Selectable, type SqlBool, sql } from 'kysely';
import { accountOfColumn, amountOf, timeOf, timeText } from '#platform/database/columns.ts';
import { columnsOf, preparedQuery } from '#platform/database/prepared-query.ts';
import type { AccountId } from '#tari/address.ts';
import type { MicroTari } from '#tari/micro-tari.ts';
import { ordinalOf } from './account-ordinals.ts';
import type { EngineTables, OwnerKind, PaymentStatus, PaymentType } from './tables.ts';

export interface Payment {
  /** The transaction's id on the chain, decimal; for a manual payment an id of our own. */
  txid: string;
  /** The account that it came from; null if the sender is not a wallet's address. */
  account: AccountId | null;
  /** The sender's address in base58 as the wallet reported it. */
  sender: string;
  /** Positive for a payment on the chain; a manual one may be negative. */
  amount: MicroTari;
  memo: string | null;
  paymentType: PaymentType;
  status: PaymentStatus;
  /** The order that the payment names, whether or not it is known yet. */
  orderId: string | null;
  /** The claimant of the named order: the signer of the memo's claim, otherwise the sender. Null if none is named. */
  claimant: AccountId | null;
  /** Whether the claimant has signed the claim. Otherwise it is only what the payer's wallet claims. */
  claimIsSigned: boolean;
  /** The owner of the unspent part. Null until it is confirmed, if the owner is unknown, and if nothing was left when money got its owners. */
  owner: MoneyOwner | null;
  /** The unspent part in µT, once it is confirmed. */
  unspent: MicroTari;
  /** Whether it came for a closed order. */
  isLate: boolean;
  /** Whether it was confirmed and is in no block any more. */
  hasLeftChain: boolean;
  /** The payment reference that payer and shop both see, 64 characters of lower-case hex. Null until it is known. */
  paymentReference: string | null;
  /** The block that it is in. Null until that is known, and for a payment that left the chain. */
  blockHeight: bigint | null;
  createdAt: Date;
  updatedAt: Date;
}

/** The owner of money: an order, a customer or an account, by id. */
export interface MoneyOwner {
  kind: OwnerKind;
  id: string;
}

/** A new payment, which has no owner yet. */
export type NewPayment = Omit<Payment, 'owner' | 'unspent' | 'isLate' | 'hasLeftChain'>;
/** The block that a payment is in. */
export interface BlockOfPayment {
  height: bigint;
  /** The payment reference, hex: it changes with the block. */
  reference: string;
}

/** A filter of payments. All given fields must match; an empty filter matches every payment. */
export interface PaymentFilter {
  txid?: string | undefined;
  /** 64 characters of lower-case hex. */
  paymentReference?: string | undefined;
  /** The order as the payment names it. */
  orderId?: string | undefined;
  /** The earliest and the latest creation time, both inclusive. */
  since?: Date | undefined;
  until?: Date | undefined;
  /** Only those that are confirmed or may still be. */
  exceptCancelled?: boolean | undefined;
}

/** The position of a payment in a list sorted by creation. */
export interface PaymentPosition {
  createdAt: Date;
  txid: string;
}

export type PaymentRow = Selectable<EngineTables['payments']>;

export function paymentOf(row: PaymentRow): Payment {
  return {
    txid: row.txid,
    account: row.account === null ? null : accountOfColumn(row.account),
    sender: row.sender,
    amount: amountOf(row.amount),
    memo: row.memo,
    paymentType: row.payment_type,
    status: row.status,
    orderId: row.order_id,
    claimant: row.claimant === null ? null : accountOfColumn(row.claimant),
    claimIsSigned: row.claim_is_signed === 1n,
    owner: row.owner_kind === null ? null : { kind: row.owner_kind, id: row.owner_id as string },
    unspent: amountOf(row.unspent),
    isLate: row.is_late === 1n,
    hasLeftChain: row.left_chain === 1n,
    paymentReference: row.payment_reference,
    blockHeight: row.block_height,
    createdAt: timeOf(row.created_at),
    updatedAt: timeOf(row.updated_at),
  };
}

/** The written columns; the others are derived. */
type WrittenRow = Omit<PaymentRow, 'account_ordinal' | 'owed' | 'left_chain' | 'imported_as'>;

function rowOf(payment: Payment): WrittenRow {
  return {
    txid: payment.txid,
    account: payment.account,
    sender: payment.sender,
    amount: payment.amount,
    memo: payment.memo,
    payment_type: payment.paymentType,
    status: payment.status,
    order_id: payment.orderId,
    claimant: payment.claimant,
    claim_is_signed: payment.claimIsSigned ? 1n : 0n,
    owner_kind: payment.owner?.kind ?? null,
    owner_id: payment.owner?.id ?? null,
    unspent: payment.unspent,
    is_late: payment.isLate ? 1n : 0n,
    payment_reference: payment.paymentReference,
    block_height: payment.blockHeight,
    created_at: timeText(payment.createdAt),
    updated_at: timeText(payment.updatedAt),
  };
}

const COLUMNS = [
  'txid',
  'account',
  'sender',
  'amount',
  'memo',
  'payment_type',
  'status',
  'order_id',
  'claimant',
  'claim_is_signed',
  'owner_kind',
  'owner_id',
  'unspent',
  'is_late',
  'payment_reference',
  'block_height',
  'created_at',
  'updated_at',
] as const;

type OwnedRow = Pick<PaymentRow, 'owner_kind' | 'owner_id' | 'is_late'>;

function ownedRow({ owner, isLate }: Pick<Payment, 'owner' | 'isLate'>): OwnedRow {
  return { owner_kind: owner?.kind ?? null, owner_id: owner?.id ?? null, is_late: isLate ? 1n : 0n };
}

/** The names by which payments may refer to an order. */
export type OrderNames = readonly [string, string?, string?, string?];

export type PaymentRepository = ReturnType<typeof paymentRepository>;

export function paymentRepository(database: Kysely<EngineTables>) {
  const insert = preparedQuery<WrittenRow>(database, (value) =>
    database
      .insertInto('payments')
      .values({ ...columnsOf(value, COLUMNS), account_ordinal: ordinalOf(value('account')) }),
  );
  const select = preparedQuery<{ txid: string }, PaymentRow>(database, (value) =>
    database.selectFrom('payments').selectAll().where('txid', '=', value('txid')),
  );
  const selectOwing = preparedQuery<{ account: string }, { txid: string; owed: bigint }>(database, (value) =>
    database
      .selectFrom('payments')
      .select(['txid', 'owed'])
      .where('account_ordinal', '=', ordinalOf(value('account')))
      // Exactly as in the partial index.
      .where(sql<SqlBool>`owed > 0`)
      .orderBy('created_at')
      .orderBy('txid'),
  );
  const updateOwed = preparedQuery<{ txid: string; amount: bigint }>(database, (value) =>
    database
      .updateTable('payments')
      .set((column) => ({ owed: column('owed', '-', value('amount')) }))
      .where('txid', '=', value('txid')),
  );
  const updateStatus = preparedQuery<{ txid: string; before: PaymentStatus; status: PaymentStatus; time: string }>(
    database,
    (value) =>
      database
        .updateTable('payments')
        .set({ status: value('status'), updated_at: value('time') })
        .where('txid', '=', value('txid'))
        .where('status', '=', value('before')),
  );
  const updateConfirmed = preparedQuery<{ txid: string; time: string } & OwnedRow & { unspent: bigint }>(
    database,
    (value) =>
      database
        .updateTable('payments')
        .set({
          status: 'confirmed',
          updated_at: value('time'),
          ...columnsOf(value, ['owner_kind', 'owner_id', 'is_late', 'unspent']),
        })
        .where('txid', '=', value('txid'))
        .where('status', '=', 'received'),
  );
  const updateOwner = preparedQuery<{ txid: string } & OwnedRow>(database, (value) =>
    database
      .updateTable('payments')
      .set(columnsOf(value, ['owner_kind', 'owner_id', 'is_late']))
      .where('txid', '=', value('txid')),
  );
  const updateUnspent = preparedQuery<{ txid: string; amount: bigint }>(database, (value) =>
    database
      .updateTable('payments')
      .set((column) => ({ unspent: column('unspent', '-', value('amount')) }))
      .where('txid', '=', value('txid')),
  );
  const unspent = () =>
    database.selectFrom('payments').selectAll().where(sql<SqlBool>`unspent > 0`).orderBy('created_at').orderBy('txid');
  const selectUnspent = preparedQuery<{ kind: OwnerKind; id: string; limit: number }, PaymentRow>(database, (value) =>
    unspent().where('owner_kind', '=', value('kind')).where('owner_id', '=', value('id')).limit(value('limit')),
  );
  const selectUnspentByAccount = preparedQuery<
    { kind: OwnerKind; id: string },
    { account: string | null; amount: bigint }
  >(database, (value) =>
    database
      .selectFrom('payments')
      .select(['account', sql<bigint>`cast(sum(unspent) as bigint)`.as('amount')])
      .where('owner_kind', '=', value('kind'))
      .where('owner_id', '=', value('id'))
      .where(sql<SqlBool>`unspent > 0`)
      .groupBy('account'),
  );
  const deleteEarly = preparedQuery<{ txid: string }>(database, (value) =>
    database.deleteFrom('early_confirmations').where('txid', '=', value('txid')),
  );

  return {
    /** Adds a payment to the journal. The caller has made sure that its id is new and its accounts known. */
    async insert(payment: Payment): Promise<Payment> {
      await insert(rowOf(payment));
      return payment;
    },

    /** Confirms a received payment that was read in the same unit of work. All of it is unspent. */
    async confirm(
      payment: Payment,
      { owner, isLate }: Pick<Payment, 'owner' | 'isLate'>,
      updatedAt: Date,
    ): Promise<Payment> {
      const { txid, amount: unspent } = payment;
      const row = { txid, unspent, ...ownedRow({ owner, isLate }), time: timeText(updatedAt) };
      const { numAffectedRows } = await updateConfirmed(row);
      if (numAffectedRows !== 1n) throw new Error(`Payment ${txid} was not received when it was confirmed`);
      return { ...payment, status: 'confirmed', owner, isLate, unspent, updatedAt };
    },

    /** Sets the owner of the unspent part of a payment. */
    async giveTo(payment: Payment, { owner, isLate }: Pick<Payment, 'owner' | 'isLate'>): Promise<Payment> {
      await updateOwner({ txid: payment.txid, ...ownedRow({ owner, isLate }) });
      return { ...payment, owner, isLate };
    },

    /** Spends some of the unspent part of a payment, and no more than that. */
    async spend(txid: string, amount: MicroTari): Promise<void> {
      const { numAffectedRows } = await updateUnspent({ txid, amount });
      if (numAffectedRows !== 1n) throw new Error(`Payment ${txid} is not known`);
    },

    /** The manual payments that took more from the account than it had, with the amount still owed, oldest first. */
    async owingOf(account: AccountId): Promise<{ txid: string; owed: MicroTari }[]> {
      return (await selectOwing({ account })).rows.map(({ txid, owed }) => ({ txid, owed: amountOf(owed) }));
    },

    /** Pays some of the amount owed of a manual payment, and no more than that. */
    async repay(txid: string, amount: MicroTari): Promise<void> {
      const { numAffectedRows } = await updateOwed({ txid, amount });
      if (numAffectedRows !== 1n) throw new Error(`Payment ${txid} is not known`);
    },

    /**
     * Up to `limit` of this owner's payments with an unspent part, oldest first.
     * @param which only those from an account, or from none, or the one with this id; all by default.
     */
    async unspentOf(
      { kind, id }: MoneyOwner,
      limit: number,
      { from, txid }: { from?: { account: AccountId | null }; txid?: string } = {},
    ): Promise<Payment[]> {
      if (from === undefined && txid === undefined) {
        return (await selectUnspent({ kind, id, limit })).rows.map(paymentOf);
      }
      let query = unspent().where('owner_kind', '=', kind).where('owner_id', '=', id).limit(limit);
      if (txid !== undefined) query = query.where('txid', '=', txid);
      if (from !== undefined) query = query.where('account', from.account === null ? 'is' : '=', from.account);
      return (await query.execute()).map(paymentOf);
    },

    /** This owner's unspent money by the account that it came from, in µT. */
    async unspentByAccount({ kind, id }: MoneyOwner): Promise<{ account: AccountId | null; amount: MicroTari }[]> {
      const { rows } = await selectUnspentByAccount({ kind, id });
      return rows.map((row) => ({
        account: row.account === null ? null : accountOfColumn(row.account),
        amount: amountOf(row.amount),
      }));
    },

    async find(txid: string): Promise<Payment | undefined> {
      const [row] = (await select({ txid })).rows;
      return row && paymentOf(row);
    },

    /** Moves a received payment that was read in the same unit of work to its next status. */
    async changeStatus(payment: Payment, status: PaymentStatus, updatedAt: Date): Promise<Payment> {
      const { txid, status: before } = payment;
      const { numAffectedRows } = await updateStatus({ txid, before, status, time: timeText(updatedAt) });
      if (numAffectedRows !== 1n) throw new Error(`Payment ${txid} was not ${before} when it was changed`);
      return { ...payment, status, updatedAt };
    },

    /** Sets the block that a payment is in; null for none. */
    async place(payment: Payment, block: BlockOfPayment | null, updatedAt: Date): Promise<Payment> {
      const { height: blockHeight = null, reference: paymentReference = null } = block ?? {};
      const hasLeftChain = block === null && payment.status === 'confirmed';
      await database
        .updateTable('payments')
        .set({
          block_height: blockHeight,
          payment_reference: paymentReference,
          left_chain: hasLeftChain ? 1n : 0n,
          updated_at: timeText(updatedAt),
        })
        .where('txid', '=', payment.txid)
        .execute();
      return { ...payment, blockHeight, paymentReference, hasLeftChain, updatedAt };
    },

    /** How many payments came for closed orders and are not completely spent. */
    async countLate(): Promise<number> {
      const { count } = await database
        .selectFrom('payments')
        .select(({ fn }) => fn.countAll<bigint>().as('count'))
        .where(sql<SqlBool>`is_late = 1 and unspent > 0`)
        .executeTakeFirstOrThrow();
      return Number(count);
    },

    /** Stores a confirmation whose payment is not known yet. */
    async keepEarlyConfirmation(txid: string, createdAt: Date): Promise<void> {
      await database
        .insertInto('early_confirmations')
        .values({ txid, created_at: timeText(createdAt) })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    },

    /** Removes the confirmation that arrived before this payment. Returns whether there was one. */
    async takeEarlyConfirmation(txid: string): Promise<boolean> {
      return (await deleteEarly({ txid })).numAffectedRows === 1n;
    },
  };
}
