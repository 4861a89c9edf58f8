import { afterEach, describe, expect, it } from 'vitest';
import { audit } from '#engine/reconciliation.ts';
import { accountRepository } from '#engine/store/accounts.ts';
import { customerRepository } from '#engine/store/customers.ts';
import { amountMissing } from '#engine/views.ts';
import { microTari } from '#tari/micro-tari.ts';
import { claimText, closeEngines, type TestEngine, tari, testEngine } from '#test/engine.ts';
import { ACCOUNTS, type Person } from '#test/test-wallets.ts';

/**
 * Orders, claims, payments and confirmations come as networks have it. Whose money pays what must not hang on that: each
 * story is told in many orders, and comes to the same end.
 */

const [alice, bob, carol] = ACCOUNTS;
/** So many orders of a story that has more: every step is first and last in some of them. */
const MAX_ORDERS = 16;

type Step = (test: TestEngine) => Promise<unknown>;

interface Story {
  name: string;
  steps: readonly Step[];
  end: (test: TestEngine) => Promise<void>;
  /** Pairs of steps of which the first has to come before the second: nobody can claim an order that has not come. */
  before?: readonly (readonly [number, number])[];
  strictMode?: boolean;
  orderIdField?: 'id' | 'name';
}

/** All orders of the numbers below `count` that may be, or MAX_ORDERS of them, evenly taken. */
function ordersOf(count: number, before: Story['before'] = []): number[][] {
  const all = (left: readonly number[]): number[][] =>
    left.length === 0
      ? [[]]
      : left.flatMap((one) => all(left.filter((other) => other !== one)).map((rest) => [one, ...rest]));
  const orders = all(Array.from({ length: count }, (_, index) => index)).filter((path) =>
    before.every(([first, second]) => path.indexOf(first) < path.indexOf(second)),
  );
  const stride = Math.max(1, orders.length / MAX_ORDERS);
  return Array.from(
    { length: Math.min(orders.length, MAX_ORDERS) },
    (_, index) => orders[Math.floor(index * stride)] ?? [],
  );
}

const order =
  (orderId: string, more: Parameters<TestEngine['order']>[0] = {}): Step =>
  (test) =>
    test.order({ orderId, ...more });
const claim =
  (person: Person, orderId: string): Step =>
  // Before the order has come there is nothing to claim: the customer tries again, which is another story.
  (test) =>
    test.claim(person, orderId).catch(() => undefined);
const pay =
  (txid: string, payment: Omit<Parameters<TestEngine['pay']>[0], 'txid'>): Step =>
  (test) =>
    test.pay({ txid, ...payment });
/** It may come before its payment. */
const confirm =
  (txid: string): Step =>
  (test) =>
    test.confirm(txid);

const credit = (test: TestEngine, customerId: string) =>
  test.store.read((tx) => tx.use(customerRepository).credit(customerId));
const free = async (test: TestEngine, { account }: Person) =>
  (await test.store.read((tx) => tx.use(accountRepository).find(account)))?.freeCredit ?? 0n;
const missing = async (test: TestEngine, orderId: string) => amountMissing(await test.orderOf(orderId));
const statuses = (test: TestEngine, ...orderIds: string[]) =>
  Promise.all(orderIds.map((orderId) => test.statusOf(orderId)));

const STORIES: readonly Story[] = [
  {
    name: 'two customers of one exchange, each naming an order',
    steps: [
      order('A', { customerId: '1', price: '477' }),
      order('B', { customerId: '2', price: '477' }),
      pay('a', { from: alice, amount: tari(400), orderId: 'A' }),
      confirm('a'),
      pay('b', { from: alice, amount: tari(477), orderId: 'B' }),
      confirm('b'),
    ],
    async end(test) {
      expect(await statuses(test, 'A', 'B')).toEqual(['New', 'Paid']);
      expect([await missing(test, 'A'), await free(test, alice)]).toEqual([tari(77), 0n]);
    },
  },
  {
    name: 'one of them sends more than its order costs',
    steps: [
      order('A', { customerId: '1', price: '10' }),
      order('B', { customerId: '2', price: '10' }),
      pay('a', { from: alice, amount: tari(25), orderId: 'A' }),
      confirm('a'),
      pay('b', { from: alice, amount: tari(4), orderId: 'B' }),
      confirm('b'),
    ],
    async end(test) {
      expect(await statuses(test, 'A', 'B')).toEqual(['Paid', 'New']);
      expect([await credit(test, '1'), await credit(test, '2'), await missing(test, 'B')]).toEqual([
        tari(15),
        0n,
        tari(6),
      ]);
    },
  },
  {
    name: '1 µT in a victim’s name, and the victim’s own order',
    steps: [
      order('loot', { customerId: 'thief', price: '60' }),
      pay('t', { from: alice, amount: microTari(1n), orderId: 'loot' }),
      confirm('t'),
      pay('v', { from: alice, amount: tari(100) }),
      confirm('v'),
    ],
    async end(test) {
      expect(await test.statusOf('loot')).toBe('New');
      expect([await missing(test, 'loot'), await free(test, alice)]).toEqual([tari(60) - 1n, tari(100)]);
      await test.order({ orderId: 'own', customerId: 'victim', price: '100', memo: claimText(alice, 'own') });
      expect(await test.statusOf('own')).toBe('Paid');
    },
  },
  {
    name: 'a claim in the order’s note, and money that names nothing',
    steps: [
      order('1', { memo: claimText(alice, '1') }),
      pay('a', { from: alice, amount: tari(70) }),
      confirm('a'),
      pay('b', { from: alice, amount: tari(40) }),
      confirm('b'),
    ],
    async end(test) {
      expect(await test.orderOf('1')).toMatchObject({ status: 'Paid', claimedBy: alice.account });
      expect([await free(test, alice), await credit(test, 'c1')]).toEqual([tari(10), 0n]);
    },
  },
  {
    name: 'a claim in the payment’s memo',
    steps: [
      order('1'),
      pay('a', { from: alice, amount: tari(60), memo: claimText(alice, '1') }),
      confirm('a'),
      pay('b', { from: bob, amount: tari(60), memo: claimText(bob, '1') }),
      confirm('b'),
    ],
    async end(test) {
      expect(await test.statusOf('1')).toBe('Paid');
      // Both named it: what is over is the customer's, whoever signed first.
      expect([await credit(test, 'c1'), await free(test, alice), await free(test, bob)]).toEqual([tari(20), 0n, 0n]);
    },
  },
  {
    name: 'a squatter’s signature, and the customer’s money from two wallets',
    steps: [
      order('1'),
      claim(carol, '1'),
      pay('a', { from: alice, amount: tari(50), orderId: '1' }),
      confirm('a'),
      pay('b', { from: bob, amount: tari(55), orderId: '1' }),
      confirm('b'),
    ],
    async end(test) {
      expect(await test.statusOf('1')).toBe('Paid');
      expect([await credit(test, 'c1'), await free(test, carol)]).toEqual([tari(5), 0n]);
    },
  },
  {
    name: 'a squatter who has named the order with a signature before it exists',
    steps: [
      pay('squat', { from: carol, amount: microTari(1n), memo: claimText(carol, '1') }),
      confirm('squat'),
      order('1'),
      pay('a', { from: alice, amount: tari(100), orderId: '1' }),
      confirm('a'),
    ],
    async end(test) {
      expect(await test.statusOf('1')).toBe('Paid');
      expect(await credit(test, 'c1')).toBe(1n);
    },
  },
  {
    name: 'a claim, and money of the claimant that names nothing',
    strictMode: true,
    before: [[0, 1]],
    steps: [order('1'), claim(alice, '1'), pay('a', { from: alice, amount: tari(130) }), confirm('a')],
    async end(test) {
      expect(await test.orderOf('1')).toMatchObject({ status: 'Paid', claimedBy: alice.account });
      expect([await free(test, alice), await credit(test, 'c1')]).toEqual([tari(30), 0n]);
    },
  },
  {
    name: 'a claim by the order’s name, where the mode is not strict, and two customers at once',
    before: [
      [0, 1],
      [4, 5],
    ],
    steps: [
      order('8997470732594', { altId: '#1001', customerId: '1' }),
      claim(alice, '#1001'),
      pay('a', { from: alice, amount: tari(100) }),
      confirm('a'),
      order('8997470732595', { altId: '#1002', customerId: '2' }),
      claim(bob, '1002'),
    ],
    async end(test) {
      expect(await statuses(test, '8997470732594', '8997470732595')).toEqual(['Paid', 'New']);
      await test.payConfirmed({ from: bob, amount: tari(100) });
      expect(await test.statusOf('8997470732595')).toBe('Paid');
    },
  },
  {
    name: 'money of nobody that names the order by its name',
    orderIdField: 'name',
    steps: [
      order('8997470732594', { altId: '#1001' }),
      pay('a', { from: '', amount: tari(40), orderId: '1001' }),
      confirm('a'),
      pay('b', { from: 'unknown', amount: tari(60), orderId: '#1001' }),
      confirm('b'),
    ],
    async end(test) {
      expect(await test.statusOf('8997470732594')).toBe('Paid');
      expect(await credit(test, 'c1')).toBe(0n);
    },
  },
  {
    name: 'the same, where a number is an id and the mode is strict',
    strictMode: true,
    steps: [
      order('1001', { altId: '#7' }),
      order('1002', { altId: '#8', customerId: 'c2' }),
      pay('a', { from: alice, amount: tari(100), orderId: '#1001' }),
      confirm('a'),
      pay('b', { from: alice, amount: tari(100), orderId: '8' }),
      confirm('b'),
    ],
    async end(test) {
      expect(await statuses(test, '1001', '1002')).toEqual(['Paid', 'Paid']);
    },
  },
  {
    name: 'a credit note and half of the price',
    steps: [
      order('1'),
      (test) =>
        test.engine.orderChanges.credit({ actor: 'op' }, { customerId: 'c1', amount: tari(50), reason: undefined }),
      pay('a', { from: alice, amount: tari(50), orderId: '1' }),
      confirm('a'),
    ],
    async end(test) {
      expect([await test.statusOf('1'), await credit(test, 'c1')]).toEqual(['Paid', 0n]);
    },
  },
  {
    name: 'two orders of one customer, of which one is paid for both',
    steps: [
      order('1', { price: '30' }),
      order('2', { price: '50' }),
      pay('a', { from: alice, amount: tari(80), orderId: '2' }),
      confirm('a'),
    ],
    async end(test) {
      expect([await statuses(test, '1', '2'), await credit(test, 'c1')]).toEqual([['Paid', 'Paid'], 0n]);
    },
  },
  {
    name: 'two guests, of whom one sends too much',
    steps: [
      order('1', { price: '30', customerId: 'guest:1' }),
      order('2', { price: '30', customerId: 'guest:2' }),
      pay('a', { from: alice, amount: tari(60), orderId: '1' }),
      confirm('a'),
    ],
    async end(test) {
      expect(await statuses(test, '1', '2')).toEqual(['Paid', 'Unclaimed']);
      expect([await credit(test, 'guest:1'), await credit(test, 'guest:2')]).toEqual([tari(30), 0n]);
    },
  },
];

afterEach(closeEngines);

describe.each(STORIES)('$name', ({ steps, end, before, strictMode = false, orderIdField = 'id' }) => {
  it('comes to the same in whatever order it comes', async () => {
    for (const path of ordersOf(steps.length, before)) {
      const test = await testEngine({ settings: { strictMode, orderIdField } });
      for (const index of path) await steps[index]?.(test);
      try {
        await end(test);
        expect((await audit(test.store)).differences).toEqual([]);
      } catch (error) {
        throw new Error(`In the order ${path.join(', ')}: ${(error as Error).message}`, { cause: error });
      }
      await closeEngines();
    }
  });
});
