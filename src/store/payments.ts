import { type Kysely, type Selectable, type SqlBool, sql } from 'kysely';
import type { AccountId } from '../tari/address.ts';
import type { MicroTari } from '../tari/micro-tari.ts';
import { ordinalOf } from './account-ordinals.ts';
import type { PaymentStatus, PaymentType, Tables } from './database.ts';
import { columnsOf, preparedQuery } from './prepared-query.ts';
import { accountOfColumn, amountOf, timeOf, timeText } from './values.ts';

export interface Payment {
  /** The transaction's id on the chain, decimal; for a manual payment an id of our own. */
  txid: string;
  /** Whose credit it is once confirmed; null where the sender is no wallet's address. */
  account: AccountId | null;
  /** The sender's address in base58 as the wallet reported it. */
  sender: string;
  /** Above zero for a payment on the chain; a manual one may take away. */
  amount: MicroTari;
  memo: string | null;
  paymentType: PaymentType;
  status: PaymentStatus;
  /** The order that the payment names, whether or not we know it yet. */
  orderId: string | null;
  /** For whom the named order is claimed: the signer of the memo's claim, else the sender. Null when none is named. */
  claimant: AccountId | null;
  /** The payment reference that payer and shop both see, 64 characters of lower-case hex. Null until it is known. */
  paymentReference: string | null;
  /** The block that it stands in. Null until that is known, and for a payment that left the chain. */
  blockHeight: bigint | null;
  createdAt: Date;
  updatedAt: Date;
}

/** The block that a payment stands in. */
export interface BlockOfPayment {
  height: bigint;
  /** The payment reference, hex: it changes with the block. */
  reference: string;
}

/** What payments are searched by. All that is given must hold; nothing given is every payment. */
export interface PaymentFilter {
  txid?: string | undefined;
  /** 64 characters of lower-case hex. */
  paymentReference?: string | undefined;
  /** The order as the payment names it. */
  orderId?: string | undefined;
  /** The earliest and the latest time of creation, both included. */
  since?: Date | undefined;
  until?: Date | undefined;
}

/** Where a payment stands in a list that is sorted by its creation. */
export interface PaymentPosition {
  createdAt: Date;
  txid: string;
}

type PaymentRow = Selectable<Tables['payments']>;

function paymentOf(row: PaymentRow): Payment {
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
    paymentReference: row.payment_reference,
    blockHeight: row.block_height,
    createdAt: timeOf(row.created_at),
    updatedAt: timeOf(row.updated_at),
  };
}

/** What is written of a payment; the rest follows from it. */
type WrittenRow = Omit<PaymentRow, 'account_ordinal'>;

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
  'payment_reference',
  'block_height',
  'created_at',
  'updated_at',
] as const;

/** What payments may call an order. */
export type OrderNames = readonly [string, string?, string?, string?];

export type PaymentRepository = ReturnType<typeof paymentRepository>;

export function paymentRepository(database: Kysely<Tables>) {
  const pageAfter = (after: PaymentPosition | undefined, limit: number) => {
    const page = database.selectFrom('payments').selectAll().orderBy('created_at').orderBy('txid').limit(limit);
    if (after === undefined) return page;
    return page.where(sql<SqlBool>`(created_at, txid) > (${timeText(after.createdAt)}, ${after.txid})`);
  };

  const insert = preparedQuery<WrittenRow>(database, (value) =>
    database
      .insertInto('payments')
      .values({ ...columnsOf(value, COLUMNS), account_ordinal: ordinalOf(value('account')) }),
  );
  const select = preparedQuery<{ txid: string }, PaymentRow>(database, (value) =>
    database.selectFrom('payments').selectAll().where('txid', '=', value('txid')),
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
  const selectNaming = preparedQuery<Record<'name' | 'second' | 'third' | 'fourth', string>, PaymentRow>(
    database,
    (value) =>
      database
        .selectFrom('payments')
        .selectAll()
        .where('order_id', 'in', [value('name'), value('second'), value('third'), value('fourth')])
        .where('status', '<>', 'cancelled')
        .orderBy('created_at')
        .orderBy('txid'),
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

    /** Says in which block a payment stands now; null for in none. */
    async place(payment: Payment, block: BlockOfPayment | null, updatedAt: Date): Promise<Payment> {
      const { height: blockHeight = null, reference: paymentReference = null } = block ?? {};
      await database
        .updateTable('payments')
        .set({ block_height: blockHeight, payment_reference: paymentReference, updated_at: timeText(updatedAt) })
        .where('txid', '=', payment.txid)
        .execute();
      return { ...payment, blockHeight, paymentReference, updatedAt };
    },

    /** Up to `limit` payments of an account after the position, oldest first. */
    async pageOfAccount(account: AccountId, after: PaymentPosition | undefined, limit: number): Promise<Payment[]> {
      const rows = await pageAfter(after, limit).where('account_ordinal', '=', ordinalOf(account)).execute();
      return rows.map(paymentOf);
    },

    /** The sum of all payments of an account, whatever their status. */
    async totalOfAccount(account: AccountId): Promise<MicroTari> {
      const { total } = await database
        .selectFrom('payments')
        .select(sql<bigint>`cast(coalesce(sum(amount), 0) as bigint)`.as('total'))
        .where('account_ordinal', '=', ordinalOf(account))
        .executeTakeFirstOrThrow();
      return amountOf(total);
    },

    /** Up to `limit` payments that fit the filter, after the position, oldest first. */
    async search(filter: PaymentFilter, after: PaymentPosition | undefined, limit: number): Promise<Payment[]> {
      const { txid, paymentReference, orderId, since, until } = filter;
      let page = pageAfter(after, limit);
      if (txid !== undefined) page = page.where('txid', '=', txid);
      if (paymentReference !== undefined) page = page.where('payment_reference', '=', paymentReference);
      if (orderId !== undefined) page = page.where('order_id', '=', orderId);
      if (since !== undefined) page = page.where('created_at', '>=', timeText(since));
      if (until !== undefined) page = page.where('created_at', '<=', timeText(until));
      return (await page.execute()).map(paymentOf);
    },

    /** Up to `limit` payments that name an order by any of the given ids, after the position, oldest first. */
    async pageNaming(
      orderIds: readonly string[],
      after: PaymentPosition | undefined,
      limit: number,
    ): Promise<Payment[]> {
      const rows = await pageAfter(after, limit).where('order_id', 'in', orderIds).execute();
      return rows.map(paymentOf);
    },

    /** The payments that name an order by any of up to four names, oldest first, those that were cancelled left out. */
    async naming([name, second = name, third = name, fourth = name]: OrderNames): Promise<Payment[]> {
      const { rows } = await selectNaming({ name, second, third, fourth });
      return rows.map(paymentOf);
    },

    /**
     * Up to `limit` payments on the chain that were entered since then, or that stand in that block or a later one, after
     * the one with that id, by their ids.
     */
    async onChainSince(
      { time, height }: { time: Date; height: number },
      after: string,
      limit: number,
    ): Promise<Payment[]> {
      const rows = await database
        .selectFrom('payments')
        .selectAll()
        .where('payment_type', '=', 'on_chain')
        .where(({ eb, or }) => or([eb('created_at', '>=', timeText(time)), eb('block_height', '>=', BigInt(height))]))
        .where('txid', '>', after)
        .orderBy('txid')
        .limit(limit)
        .execute();
      return rows.map(paymentOf);
    },

    /** Keeps a confirmation whose payment is not known yet. */
    async keepEarlyConfirmation(txid: string, createdAt: Date): Promise<void> {
      await database
        .insertInto('early_confirmations')
        .values({ txid, created_at: timeText(createdAt) })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    },

    /** Takes out the confirmation that came before this payment. Answers whether there was one. */
    async takeEarlyConfirmation(txid: string): Promise<boolean> {
      return (await deleteEarly({ txid })).numAffectedRows === 1n;
    },
  };
}
