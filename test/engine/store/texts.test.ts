import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withOwnNotes } from '#engine/order-notes.ts';
import { accountOrderRepository } from '#engine/store/account-orders.ts';
import { accountRepository } from '#engine/store/accounts.ts';
import { customerRepository } from '#engine/store/customers.ts';
import { orderClaimRepository } from '#engine/store/order-claims.ts';
import { type NewOrder, orderRepository } from '#engine/store/orders.ts';
import { paymentListRepository } from '#engine/store/payment-lists.ts';
import { type Payment, paymentRepository } from '#engine/store/payments.ts';
import { orderSearchRepository } from '#engine/store/search/order-search.ts';
import { type NewSettlementEntry, settlementRepository } from '#engine/store/settlements.ts';
import {
  CLAIM_KINDS,
  ORDER_STATUSES,
  PAYMENT_STATUSES,
  PAYMENT_TYPES,
  SETTLEMENT_TYPES,
} from '#engine/store/tables.ts';
import { positionOfOrder, positionOfPayment, positionOfSettlement } from '#engine/store/texts.ts';
import { ordersText, rowsText } from '#engine/texts/rows.ts';
import { orderView, paymentView, settlementView } from '#engine/views.ts';
import type { OpenedStore } from '#platform/database/open.ts';
import { stringifyJson } from '#platform/json.ts';
import { MAX_I64 } from '#tari/integer-bounds.ts';
import type { MicroTari } from '#tari/micro-tari.ts';
import { noOrderAddress, orderAddress } from '#tari/order-address.ts';
import { newDatabase, type TestDatabase } from '#test/database/database.ts';
import { openStore } from '#test/database/open.ts';
import { aPerson } from '#test/demo/walkthrough.ts';
import { ACCOUNTS, aNewOrder, aPayment, NOW } from '#test/test-wallets.ts';

/** The database makes rows into JSON by itself. Its bytes are those that are made of the same rows as objects. */

const [alice, bob] = ACCOUNTS;

let database: TestDatabase;
let store: OpenedStore;

beforeEach(async () => {
  database = await newDatabase();
  store = await openStore(database.url, { maxConnections: 2 });
  await store.run(async (tx) => {
    for (const { account, address } of [alice, bob]) await tx.use(accountRepository).ensure(account, address, NOW);
    for (const customerId of ['c1', 'c2']) await tx.use(customerRepository).ensure(customerId, NOW);
    await tx.use(customerRepository).addCredit('c1', 1_000n, NOW);
    await tx.use(accountRepository).add(alice.account, { confirmed: 5_000n, free: 5_000n }, NOW);
  });
});
afterEach(async () => {
  await store.close();
  await database.release();
});

/** What JSON, SQL and Unicode have opinions about; a null character and halves of characters are never stored. */
const character = fc.oneof(
  fc.integer({ min: 1, max: 0x7f }).map((code) => String.fromCharCode(code)),
  fc.constantFrom(
    '"',
    '\\',
    '/',
    "'",
    'ä',
    '\u0080',
    '\u009f',
    '\u2028',
    '\u2029',
    '\ufeff',
    '\uffff',
    '😀',
    '{"a":1}',
  ),
);
const text = fc.string({ unit: character, maxLength: 12 });
const textOrNull = fc.option(text, { nil: null });
const positive = (max: bigint) => fc.bigInt({ min: 0n, max }) as fc.Arbitrary<MicroTari>;
const time = fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true });
const accountOrNone = fc.constantFrom(alice.account, bob.account, null);

const anOrder = fc
  .record({
    orderId: text,
    altId: textOrNull,
    customerId: fc.constantFrom('c1', 'c2'),
    memo: textOrNull,
    totalPrice: fc.oneof(positive(20_000n), positive(MAX_I64 - 10_000n)),
    originalPrice: textOrNull,
    currency: fc.constantFrom('XTM', 'USD', 'a"b'),
    status: fc.constantFrom(...ORDER_STATUSES),
    amountOutstanding: fc.option(fc.constantFrom('0', '12.50', '9007199254740993', '0.10'), { nil: null }),
    claimedBy: accountOrNone,
    createdAt: time,
    updatedAt: time,
    hasSigner: fc.boolean(),
    ownMoney: positive(6_000n),
    seen: positive(MAX_I64),
    paidByAlice: fc.constantFrom(0n, 1n, 2n),
  })
  .map((order) => (order.status === 'Unclaimed' ? { ...order, claimedBy: null } : order));

const aStoredPayment = fc
  .record({
    account: accountOrNone,
    sender: text,
    amount: fc.bigInt({ min: 1n, max: MAX_I64 }) as fc.Arbitrary<MicroTari>,
    isTaken: fc.boolean(),
    memo: textOrNull,
    paymentType: fc.constantFrom(...PAYMENT_TYPES),
    status: fc.constantFrom(...PAYMENT_STATUSES),
    orderId: textOrNull,
    paymentReference: fc.option(fc.constant('ab'.repeat(32)), { nil: null }),
    blockHeight: fc.option(positive(MAX_I64), { nil: null }),
    createdAt: time,
    updatedAt: time,
  })
  .map(({ isTaken, ...payment }) => {
    if (payment.paymentType === 'on_chain') return payment;
    return {
      ...payment,
      status: 'confirmed' as const,
      amount: (isTaken ? -payment.amount : payment.amount) as MicroTari,
    };
  });

async function enterOrder({ hasSigner, ownMoney, seen, paidByAlice, ...given }: OrderOf<typeof anOrder>) {
  const order = aNewOrder({
    ...given,
    claimKind: given.status === 'Unclaimed' ? null : CLAIM_KINDS[0],
    pageCode: null,
  } satisfies Partial<NewOrder>);
  const isOpen = order.status === 'Unclaimed' || order.status === 'New';
  await store.run(async (tx) => {
    const entered = await tx.use(orderRepository).insert(order);
    await tx.use(orderRepository).noteSeen(entered, seen);
    if (isOpen) await tx.use(orderRepository).addOwnMoney(order.orderId, ownMoney);
    if (hasSigner) await tx.use(orderClaimRepository).insert(order.orderId, alice.account, NOW);
    const part = (order.totalPrice * paidByAlice) / 2n;
    if (part > 0n) await tx.use(settlementRepository).insert(aSettlement(order.orderId, part));
  });
  return order.orderId;
}

type OrderOf<Arbitrary> = Arbitrary extends fc.Arbitrary<infer Value> ? Value : never;

const aSettlement = (orderId: string, amount: bigint, given: Partial<NewSettlementEntry> = {}): NewSettlementEntry => ({
  orderId,
  account: alice.account,
  address: alice.address,
  settlementType: SETTLEMENT_TYPES[0],
  amount: amount as MicroTari,
  createdAt: NOW,
  ...given,
});

const RUNS = { numRuns: 60 };

describe('the text of a list is what the views of its rows give', () => {
  it('for orders, with every note or the payer’s own', async () => {
    const payTo = orderAddress(aPerson('dual').address);
    const entered: string[] = [];
    await fc.assert(
      fc.asyncProperty(fc.array(anOrder, { minLength: 1, maxLength: 3 }), async (given) => {
        for (const order of given)
          entered.push(await enterOrder({ ...order, orderId: `${entered.length}${order.orderId}` }));
        await store.read(async (tx) => {
          const orders = await Promise.all(entered.map((orderId) => tx.use(orderRepository).find(orderId)));
          const known = orders.flatMap((order) => order ?? []);
          known.sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime() || (a.id < b.id ? -1 : 1));
          const found = await tx.use(orderSearchRepository).searchTexts({}, undefined, 1000);
          const textOf = (shown: typeof known, address = payTo) =>
            stringifyJson(shown.map((order) => orderView(order, address)));
          expect(ordersText(found, payTo)).toBe(textOf(known));
          expect(ordersText(found, noOrderAddress)).toBe(textOf(known, noOrderAddress));
          expect(found.map(positionOfOrder)).toEqual(known.map(({ createdAt, id }) => ({ createdAt, id })));

          const paid = await tx.use(settlementRepository).paidParts(entered, alice.account);
          const own = known.filter((order) => order.claimedBy === alice.account || paid.has(order.orderId));
          const lists = tx.use(accountOrderRepository);
          const list = { account: alice.account, orders: 'all' } as const;
          const withAll = await lists.textsOfAccount({ ...list, notes: 'all' }, undefined, 1000);
          const withOwn = await lists.textsOfAccount({ ...list, notes: 'own' }, undefined, 1000);
          expect(ordersText(withAll, payTo)).toBe(textOf(own));
          expect(ordersText(withOwn, payTo)).toBe(textOf(await withOwnNotes(tx, own, alice.account)));
          const open = own.filter(({ status }) => status === 'Unclaimed' || status === 'New').reverse();
          const openOnes = await lists.textsOfAccount(
            { ...list, orders: 'open', notes: 'all' },
            undefined,
            1000,
            'desc',
          );
          expect(ordersText(openOnes, payTo)).toBe(textOf(open));
        });
      }),
      RUNS,
    );
  });

  it('for payments', async () => {
    const entered: Payment[] = [];
    await fc.assert(
      fc.asyncProperty(fc.array(aStoredPayment, { minLength: 1, maxLength: 4 }), async (given) => {
        const payments = given.map((payment, index) => aPayment({ ...payment, txid: `t${entered.length + index}` }));
        await store.run(async (tx) => {
          for (const payment of payments) await tx.use(paymentRepository).insert(payment);
        });
        entered.push(...payments);
        entered.sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime() || (a.txid < b.txid ? -1 : 1));
        await store.read(async (tx) => {
          const lists = tx.use(paymentListRepository);
          const found = await lists.searchTexts({}, undefined, 1000);
          expect(rowsText(found)).toBe(stringifyJson(entered.map(paymentView)));
          expect(found.map(positionOfPayment)).toEqual(entered.map(({ createdAt, txid }) => ({ createdAt, txid })));
          const own = entered.filter(({ account }) => account === alice.account);
          expect(rowsText(await lists.textsOfAccount(alice.account, undefined, 1000))).toBe(
            stringifyJson(own.map(paymentView)),
          );
        });
      }),
      RUNS,
    );
  });

  it('for settlements', async () => {
    const orderId = '"1"\n';
    await store.run((tx) => tx.use(orderRepository).insert(aNewOrder({ orderId })));
    const given = [
      aSettlement(orderId, MAX_I64),
      aSettlement(orderId, 9_007_199_254_740_993n, {
        account: bob.account,
        address: bob.address,
        settlementType: 'multiple',
        createdAt: new Date(1),
      }),
      aSettlement(orderId, 1n, { account: null, address: 'nobody’s "wallet"\\ 😀' }),
    ];
    const entries = await store.run(async (tx) => {
      const stored = [];
      for (const entry of given) stored.push(await tx.use(settlementRepository).insert(entry));
      return stored;
    });
    await store.read(async (tx) => {
      const found = await tx.use(settlementRepository).textsOfCustomer('c1', 0n, 10);
      expect(rowsText(found)).toBe(stringifyJson(entries.map(settlementView)));
      expect(found.map(positionOfSettlement)).toEqual(entries.map(({ id }) => id));
      const own = await tx.use(settlementRepository).textsOfAccount(alice.account, 0n, 10);
      expect(rowsText(own)).toBe(stringifyJson(entries.slice(0, 1).map(settlementView)));
    });
  });
});
