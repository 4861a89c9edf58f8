import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { orderRepository } from '#engine/store/orders.ts';
import { DomainError, type ErrorCode } from '#platform/errors.ts';
import type { ShopOrder } from '#shops/shop-connector.ts';
import type { Claim } from '#tari/claim.ts';
import { microTari } from '#tari/micro-tari.ts';
import { isOnPostgres, type TestDatabase } from '#test/database/database.ts';
import {
  ADMIN,
  claimBy,
  closeEngine,
  closeEngines,
  type Dump,
  discardEngine,
  HOUR,
  MINUTE,
  registerHotWallet,
  type TestEngine,
  temporaryDatabase,
  testEngine,
} from '#test/engine.ts';
import { expectSameTotals, sumsOfAll } from '#test/reports/agree-with-audit.ts';
import { ACCOUNTS, NOW } from '#test/test-wallets.ts';

/**
 * Whatever shop, customers and wallets do, in whatever order: the books stay right. Random sequences of all inputs run
 * against a real database, and after each step what the program promises of money is computed anew from the tables.
 */

const RUNS = isOnPostgres() ? 6 : 30;
/** Many times what they take: a slow machine tries as many. */
const TIMEOUT_MS = 180_000;

// ---- Inputs -------------------------------------------------------------------------------------------------------

/** By name, so that a counterexample can be read. */
const PEOPLE = { alice: ACCOUNTS[0], bob: ACCOUNTS[1], carol: ACCOUNTS[2] };
type Name = keyof typeof PEOPLE;
const NAMES = Object.keys(PEOPLE) as Name[];

/** Who claims an order in a text, and whether they signed it themselves. */
interface TextClaim {
  person: Name;
  orderId: string;
  isForged: boolean;
}

type Step =
  | { kind: 'order'; orderId: string; customer: string; price: string; currency: string; age: number; note?: TextClaim }
  | { kind: 'claim'; claim: TextClaim }
  | { kind: 'payment'; txid: string; from: Name | 'nobody'; amount: bigint; names: string | null; memo?: TextClaim }
  | { kind: 'assign'; txid: string; to: { orderId: string } | { customerId: string } }
  | { kind: 'settle'; customer: string }
  | { kind: 'confirmation'; txid: string }
  | { kind: 'rate'; rate: bigint }
  | { kind: 'wait'; minutes: number }
  | { kind: 'expiry' }
  | { kind: 'cancel'; orderId: string };

/** Few of each, so that the inputs meet each other all the time. */
const anyOrderId = fc.constantFrom('o1', 'o2', 'o3', 'o4', 'o5', 'o6', 'o7');
const anyTxid = fc.constantFrom('t1', 't2', 't3', 't4', 't5', 't6');
const anyPerson = fc.constantFrom<Name>(...NAMES);
const anyCustomer = fc.constantFrom('c1', 'c1', 'c2', 'c3', 'guest');
const anyTextClaim: fc.Arbitrary<TextClaim> = fc.record({
  person: anyPerson,
  orderId: anyOrderId,
  isForged: fc.nat(3).map((chance) => chance === 0),
});

const anyOrder = fc.record(
  {
    kind: fc.constant('order' as const),
    orderId: anyOrderId,
    customer: anyCustomer,
    price: fc.constantFrom('0', '1', '2', '3.000001', '5', '8', '13', 'much'),
    currency: fc.constantFrom('XTM', 'XTM', 'xtr', 'USD', 'EUR'),
    age: fc.nat(5),
    note: anyTextClaim,
  },
  { requiredKeys: ['kind', 'orderId', 'customer', 'price', 'currency', 'age'] },
);
const anyPayment = fc.record(
  {
    kind: fc.constant('payment' as const),
    txid: anyTxid,
    from: fc.oneof({ weight: 8, arbitrary: anyPerson }, { weight: 1, arbitrary: fc.constant('nobody' as const) }),
    amount: fc.constantFrom(1n, 1_000_000n, 2_000_000n, 3_000_001n, 5_000_000n, 9_999_999n, 21_000_000n),
    names: fc.option(anyOrderId),
    memo: anyTextClaim,
  },
  { requiredKeys: ['kind', 'txid', 'from', 'amount', 'names'] },
);
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: anyOrder as fc.Arbitrary<Step> },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('claim' as const), claim: anyTextClaim }) },
  { weight: 5, arbitrary: anyPayment as fc.Arbitrary<Step> },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('confirmation' as const), txid: anyTxid }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('rate' as const), rate: fc.constantFrom(333_333n, 1n, 30_000_000n) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), minutes: fc.constantFrom(1, 30, 90, 24 * 60) }),
  },
  { weight: 2, arbitrary: fc.constant({ kind: 'expiry' as const }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cancel' as const), orderId: anyOrderId }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('assign' as const),
      txid: anyTxid,
      to: fc.oneof(fc.record({ orderId: anyOrderId }), fc.record({ customerId: fc.constantFrom('c1', 'c2') })),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('settle' as const), customer: anyCustomer }) },
);

const order = (orderId: string, customer: string, price: string, note?: Name): Step => ({
  kind: 'order',
  orderId,
  customer,
  price,
  currency: 'XTM',
  age: 0,
  ...(note !== undefined && { note: { person: note, orderId, isForged: false } }),
});
const claim = (person: Name, orderId: string, isForged = false): Step => ({
  kind: 'claim',
  claim: { person, orderId, isForged },
});
const payment = (txid: string, from: Name | 'nobody', amount: bigint, names: string | null = null): Step => ({
  kind: 'payment',
  txid,
  from,
  amount,
  names,
});

/** The first sequence of each run, so that whatever may come of an input has come of one, however few there are. */
const EVERYTHING_ONCE: Step[] = [
  order('o1', 'c1', '5'),
  order('o2', 'c2', '2', 'alice'),
  order('o1', 'c1', '5'),
  claim('bob', 'o1'),
  claim('bob', 'o7'),
  claim('carol', 'o1', true),
  { kind: 'confirmation', txid: 't6' },
  payment('t1', 'alice', 5_000_000n),
  payment('t1', 'alice', 5_000_000n),
  payment('t1', 'alice', 1_000_000n),
  { kind: 'confirmation', txid: 't1' },
  { kind: 'confirmation', txid: 't1' },
  order('o3', 'c2', '1', 'alice'),
  order('o4', 'c3', '1'),
  claim('alice', 'o4'),
  claim('bob', 'o4'),
  order('o5', 'guest', '1'),
  order('o6', 'c3', '8'),
  { kind: 'wait', minutes: 24 * 60 },
  { kind: 'expiry' },
  { kind: 'cancel', orderId: 'o1' },
  { kind: 'cancel', orderId: 'o1' },
  { kind: 'settle', customer: 'c1' },
  payment('t2', 'nobody', 5_000_000n),
  { kind: 'confirmation', txid: 't2' },
  { kind: 'assign', txid: 't2', to: { customerId: 'c2' } },
  { kind: 'assign', txid: 't2', to: { customerId: 'c2' } },
  { kind: 'assign', txid: 't5', to: { orderId: 'o4' } },
  order('o7', 'guest', '13'),
  { kind: 'wait', minutes: 24 * 60 },
  { kind: 'expiry' },
];

// ---- Doing them ---------------------------------------------------------------------------------------------------

const signed = new Map<string, Claim>();

/** A forged claim is in the person's name, and signed by another. Signing takes long, so each is signed once. */
function claimOf({ person, orderId, isForged }: TextClaim): Claim {
  const key = `${person} ${orderId} ${isForged}`;
  const signer = isForged ? (NAMES.find((other) => other !== person) as Name) : person;
  const claim = signed.get(key) ?? claimBy(PEOPLE[signer], orderId, PEOPLE[person].tariAddress);
  signed.set(key, claim);
  return claim;
}

function shopOrderOf(step: Step & { kind: 'order' }): ShopOrder {
  const { orderId, customer, price, currency, age, note } = step;
  const memo = note === undefined ? null : JSON.stringify(claimOf(note));
  return {
    orderId,
    altId: `#${orderId}`,
    customerId: customer === 'guest' ? `guest:${orderId}` : customer,
    memo,
    claimTexts: memo === null ? [] : [memo],
    price,
    currency,
    outstanding: null,
    isPaidInShop: false,
    isCancelledInShop: false,
    createdAt: new Date(NOW.getTime() - age * HOUR),
    updatedAt: NOW,
  };
}

/** What may come of each input besides its success. Everything else that is thrown is a bug. */
const MAY_REFUSE: Readonly<Record<Step['kind'], readonly ErrorCode[]>> = {
  order: [],
  claim: ['order_not_found', 'claim_signature_invalid'],
  payment: ['payment_contradicted'],
  confirmation: [],
  rate: [],
  wait: [],
  expiry: [],
  cancel: ['order_change_forbidden'],
  assign: ['payment_not_held', 'order_not_found', 'order_change_forbidden', 'order_change_no_op'],
  settle: [],
};

/** Does the step. Answers what came of it, or the code of the error by which it was refused; a bug is thrown. */
async function perform(test: TestEngine, step: Step, webhookId: string | null): Promise<string> {
  try {
    return await attempt(test, step, webhookId);
  } catch (error) {
    if (error instanceof DomainError && MAY_REFUSE[step.kind].includes(error.code)) return `refused: ${error.code}`;
    throw error;
  }
}

async function attempt(test: TestEngine, step: Step, webhookId: string | null): Promise<string> {
  switch (step.kind) {
    case 'order': {
      const { state, message } = await test.deliver(shopOrderOf(step), webhookId);
      return `${state}: ${message}`;
    }
    case 'claim':
      return `claimed: ${(await test.engine.orders.claim(claimOf(step.claim))).order.status}`;
    case 'payment': {
      const memo = step.memo === undefined ? null : JSON.stringify(claimOf(step.memo));
      const { from, txid, names: orderId } = step;
      const sender = from === 'nobody' ? 'not an address' : PEOPLE[from];
      const { isNew } = await test.pay({ from: sender, txid, amount: microTari(step.amount), memo, orderId });
      return isNew ? 'received' : 'known';
    }
    case 'confirmation':
      return (await test.confirm(step.txid)).outcome;
    case 'rate':
      await test.engine.exchangeRates.set('USD', step.rate, ADMIN);
      return 'set';
    case 'wait':
      test.clock.advance(step.minutes * MINUTE);
      return 'waited';
    case 'expiry':
      return `expired: ${(await test.engine.expiry.run()).length}`;
    case 'assign':
      await test.engine.held.assign({ actor: ADMIN }, step.txid, step.to, 'asked for');
      return 'assigned';
    case 'settle': {
      const settled = await test.engine.orderChanges.settleCustomer({ actor: ADMIN }, step.customer);
      return settled === null ? 'nothing to settle' : 'settled';
    }
    case 'cancel': {
      const order = await test.store.read((tx) => tx.use(orderRepository).find(step.orderId));
      return order === undefined ? 'nothing to cancel' : (await test.cancel(step.orderId)).status;
    }
  }
}

// ---- What must hold -----------------------------------------------------------------------------------------------

type Row = Record<string, unknown>;

/** What a run has seen so far that must not change any more, or that explains what may be. */
class Witness {
  readonly #finished = new Map<string, string>();
  /** `account order`: the account has signed that the order is its. */
  readonly #signed = new Set<string>();
  /** `txid order` and `txid customer`: a person has given it there. */
  readonly #given = new Set<string>();

  /** Notes whom a step lets pay for what: by a signature of the account, or by hand. */
  note(step: Step, outcome: string): void {
    const claims = [
      step.kind === 'order' ? step.note : undefined,
      step.kind === 'claim' ? step.claim : undefined,
      step.kind === 'payment' ? step.memo : undefined,
    ];
    for (const claim of claims) {
      if (claim !== undefined && !claim.isForged) this.#signed.add(`${PEOPLE[claim.person].account} ${claim.orderId}`);
    }
    if (step.kind === 'assign' && outcome === 'assigned') {
      this.#given.add(`${step.txid} ${'orderId' in step.to ? step.to.orderId : step.to.customerId}`);
    }
  }

  async check(test: TestEngine): Promise<void> {
    const audit = await test.engine.audit();
    expect(audit.differences).toEqual([]);
    expectSameTotals(await sumsOfAll(test.engine.reports, 'USD'), audit);
    const orders = test.rows('select * from orders order by id');
    const settlements = test.rows('select * from settlements order by id');
    const accounts = test.rows('select * from accounts');
    checkMoney(test, accounts, settlements);
    checkOrders(orders, settlements);
    checkNews(test, orders);
    this.#checkFinished(orders, settlements);
    this.#checkUses(test, orders);
  }

  /** What is Paid, Expired or Cancelled stays so, to the last column. */
  #checkFinished(orders: readonly Row[], settlements: readonly Row[]): void {
    for (const order of orders) {
      if (order.status === 'Unclaimed' || order.status === 'New') continue;
      const orderId = String(order.order_id);
      const text = describeRows([order, ...settlements.filter((entry) => entry.order_id === orderId)]);
      expect(text).toBe(this.#finished.get(orderId) ?? text);
      this.#finished.set(orderId, text);
    }
    const isKept = [...this.#finished.keys()].every((orderId) => orders.some((order) => order.order_id === orderId));
    expect(isKept).toBe(true);
  }

  /**
   * No µT ever pays an order that it did not name, whose customer it does not belong to, and that no signature of its
   * account and no person gave it to.
   */
  #checkUses(test: TestEngine, orders: readonly Row[]): void {
    const customerOf = new Map(orders.map((order) => [order.order_id, order.customer_id]));
    const uses = test.rows(`select payments.txid, payments.account, payments.order_id as named, payments.payment_type,
      settlements.order_id from payment_uses join payments on payments.txid = payment_uses.txid
      join settlements on settlements.id = payment_uses.settlement_id`);
    for (const use of uses) {
      const orderId = String(use.order_id);
      const customer = customerOf.get(orderId);
      const isNamed = use.named === orderId;
      // What is left over of an order's money belongs to its customer.
      const isCustomers = use.named !== null && customerOf.get(use.named) === customer;
      const hasSigned = orders.some(
        (order) =>
          use.named === null && order.customer_id === customer && this.#signed.has(`${use.account} ${order.order_id}`),
      );
      const given = [...this.#given].filter((each) => each.startsWith(`${use.txid} `));
      const isGiven = given.some((each) => {
        const [, to = ''] = each.split(' ');
        return to === orderId || to === customer || customerOf.get(to) === customer;
      });
      expect(isNamed || isCustomers || hasSigned || isGiven, `${use.txid} pays ${orderId}`).toBe(true);
    }
  }
}

function checkMoney(test: TestEngine, accounts: readonly Row[], settlements: readonly Row[]): void {
  const credits = accounts.map((account) => big(account.total_confirmed) - big(account.total_paid));
  expect(credits.every((credit) => credit >= 0n)).toBe(true);
  // Every µT that came in is in exactly one place.
  const confirmed = sum(test.rows(`select amount from payments where status = 'confirmed'`), 'amount');
  const owned =
    sum(test.rows('select credit from customers'), 'credit') +
    sum(test.rows('select own_money from orders'), 'own_money') +
    sum(accounts, 'free_credit') +
    sum(test.rows('select unspent from payments where owner_kind is null'), 'unspent');
  expect(confirmed).toBe(owned + sum(settlements, 'amount'));
}

/** A Paid order is settled with exactly its price, every other with nothing; whoever is to pay is known. */
function checkOrders(orders: readonly Row[], settlements: readonly Row[]): void {
  for (const order of orders) {
    const settled = settlements.filter((entry) => entry.order_id === order.order_id);
    expect(sum(settled, 'amount')).toBe(order.status === 'Paid' ? order.total_price : 0n);
    if (order.status === 'Unclaimed') expect(order.claimed_by).toBeNull();
    if (order.status === 'New' || order.status === 'Paid') expect(order.claim_kind).not.toBeNull();
    if (order.status === 'New' || order.status === 'Unclaimed') {
      // As soon as what may pay it covers it, it is paid.
      expect(big(order.own_money)).toBeLessThanOrEqual(big(order.total_price));
    }
  }
}

/** Each change of state is told exactly once. */
function checkNews(test: TestEngine, orders: readonly Row[]): void {
  const events = test.rows('select type, subject from events');
  const count = (type: string, subject: unknown) =>
    events.filter((event) => event.type === type && event.subject === subject).length;
  for (const { order_id: orderId, status, claim_kind: kind } of orders) {
    expect(count('NewOrder', orderId)).toBe(1);
    // A signature may have taken it over from who was only stated.
    const claims = count('OrderClaimed', orderId);
    expect(kind === null ? claims === 0 : claims === 1 || (claims === 2 && kind === 'proven')).toBe(true);
    expect(count('OrderPaid', orderId)).toBe(status === 'Paid' ? 1 : 0);
    expect(count('OrderAnnulled', orderId)).toBe(status === 'Expired' || status === 'Cancelled' ? 1 : 0);
  }
}

const big = (value: unknown) => value as bigint;
const sum = (rows: readonly Row[], column: string) => rows.reduce((total, row) => total + big(row[column]), 0n);
const describeRows = (rows: readonly unknown[]) =>
  JSON.stringify(rows, (_, value: unknown) => (typeof value === 'bigint' ? `${value}` : value));

/** Comparing texts is much faster than comparing rows; rows say what differs. */
function expectSame(after: Dump, before: Dump): void {
  if (describeRows(Object.values(after)) !== describeRows(Object.values(before))) expect(after).toEqual(before);
}

function without(dump: Dump, ...tables: string[]): Dump {
  return Object.fromEntries(Object.entries(dump).filter(([table]) => !tables.includes(table)));
}

/** Does the same input once more: it changes nothing but what notes that it came. */
async function checkRepeat(test: TestEngine, step: Step, webhookId: string, outcome: string): Promise<void> {
  if (step.kind === 'rate' || step.kind === 'wait' || step.kind === 'assign') return;
  const before = test.dump();
  if (step.kind === 'order') {
    expect(await perform(test, step, webhookId)).toBe(outcome);
    expectSame(test.dump(), before);
  }
  await perform(test, step, null);
  expectSame(test.dump('nonces', 'webhooks'), without(before, 'nonces', 'webhooks'));
}

/** Does a step, and looks at all that must hold after it. */
async function stepAndCheck(test: TestEngine, witness: Witness, step: Step, webhookId: string): Promise<string> {
  const before = test.dump();
  const isKnownOrder = step.kind === 'order' && before.orders?.some((order) => order.order_id === step.orderId);
  const outcome = await perform(test, step, webhookId);
  witness.note(step, outcome);
  if (outcome.startsWith('refused')) expectSame(test.dump(), before);
  if (isKnownOrder || outcome.startsWith('set_aside')) {
    expectSame(test.dump('webhooks'), without(before, 'webhooks'));
  }
  await witness.check(test);
  await checkRepeat(test, step, webhookId, outcome);
  return outcome;
}

// ---- The property -------------------------------------------------------------------------------------------------

afterEach(closeEngines);

describe('the books', () => {
  it(
    'stay right, whatever happens in whatever order',
    async () => {
      const template = await temporaryDatabase();
      await writeTemplate(template);
      const seen = new Set<string>();

      await fc.assert(
        fc.asyncProperty(fc.array(anyStep, { minLength: 15, maxLength: 40, size: 'max' }), async (steps) => {
          const database = await template.copy();
          const test = await testEngine({ database });
          try {
            const witness = new Witness();
            for (const [index, step] of steps.entries()) {
              seen.add(await stepAndCheck(test, witness, step, `w${index}`));
            }
          } finally {
            await discardEngine(test);
            await database.release();
          }
        }),
        { numRuns: RUNS, examples: [[EVERYTHING_ONCE]] },
      );

      // All of this happened; otherwise the sequences would have shown little.
      expect([...seen]).toEqual(expect.arrayContaining(MUST_HAPPEN));
    },
    TIMEOUT_MS,
  );
});

const MUST_HAPPEN = [
  'accepted: Order processed successfully. It is Unclaimed.',
  'accepted: Order processed successfully. It is New.',
  'accepted: Order processed successfully. It is Paid.',
  'accepted: Order already processed.',
  'claimed: New',
  'claimed: Paid',
  'received',
  'known',
  'confirmed',
  'already_confirmed',
  'early',
  'expired: 1',
  'expired: 2',
  'Cancelled',
  'assigned',
  'nothing to settle',
  'refused: payment_not_held',
  'refused: order_change_forbidden',
  'refused: order_not_found',
  'refused: claim_signature_invalid',
  'refused: payment_contradicted',
];

/** A database with everything but orders and money, so that a run need not make its own. */
async function writeTemplate(database: TestDatabase): Promise<void> {
  const test = await testEngine({ database });
  await registerHotWallet(test);
  await closeEngine(test);
}
