import { ORDER_STATUSES, type OrderStatus } from '#engine/store/tables.ts';
import type { PaperPayment } from '#test/simulation/model/records.ts';
import type { Paper } from '#test/simulation/model/reference-model.ts';
import { CUSTOMERS, PEOPLE } from '#test/simulation/world.ts';
import type { InputMaker } from './input.ts';

/** What time brings, and what people look up. */

const expiry: InputMaker = (world) => ({
  name: 'expiry',
  about: '',
  isSeveral: true,
  async run({ engine }) {
    return (await engine.expiry.run()).map((order) => order.orderId).join();
  },
  enter(works) {
    if (world.nothingExpiresYet()) return '';
    const [unclaimed, unpaid] = works;
    return [
      ...(unclaimed === 'kept' ? world.paper.expire('Unclaimed') : []),
      ...(unpaid === 'kept' ? world.paper.expire('New') : []),
    ].join();
  },
});

const forgetWebhooks: InputMaker = ({ paper }) => ({
  name: 'housekeeping: webhooks',
  about: '',
  run: async ({ engine }) => `${await engine.webhooks.forgetOld()}`,
  enter: () => paper.forgetOldWebhooks(),
});

const forgetKeys: InputMaker = ({ paper }) => ({
  name: 'housekeeping: keys',
  about: '',
  run: async ({ engine }) => `${await engine.changes.forgetOld()}`,
  enter: () => paper.forgetOldKeys(),
});

const balance: InputMaker = ({ random, paper }) => {
  const person = random.pick(PEOPLE);
  return {
    name: 'look-up of a balance',
    isLookUp: true,
    about: person.address.slice(0, 6),
    async run({ engine }) {
      const account = await engine.accounts.balance(person.tariAddress);
      return `${account?.totalConfirmed ?? 0} ${account?.totalPaid ?? 0}`;
    },
    enter() {
      const account = paper.accounts.get(person.account);
      return `${account?.confirmed ?? 0} ${account?.paid ?? 0}`;
    },
  };
};

const ownOrder: InputMaker = ({ random, paper }) => {
  const person = random.pick(PEOPLE);
  const order = random.pick([...paper.orders.values()]);
  if (order === undefined) return undefined;
  return {
    name: 'look-up of an own order',
    isLookUp: true,
    about: `${person.address.slice(0, 6)} ${order.orderId}`,
    async run({ engine }) {
      return (await engine.accounts.ownOrder(person.tariAddress, order.orderId))?.status ?? 'none';
    },
    enter() {
      const paid = paper.money.settlements.some(
        (entry) => entry.orderId === order.orderId && entry.account === person.account,
      );
      const hasSigned = paper.money.signers.get(order.orderId)?.includes(person.account) ?? false;
      return order.claimedBy === person.account || hasSigned || paid ? order.state : 'none';
    },
  };
};

/** Money that has paid no order yet, with the reason by which an operator goes about it. */
const held: InputMaker = ({ paper }) => ({
  name: 'look-up of held money',
  isLookUp: true,
  about: '',
  async run({ engine }) {
    const { rows } = await engine.held.list({ limit: 1000 });
    const payments = rows.filter(({ reason }) => reason !== 'early_confirmation');
    const early = rows.length - payments.length;
    return [early, ...payments.map(({ row, reason }) => `${row.txid} ${reason} ${row.amount}`)].join();
  },
  enter() {
    const rows = [...paper.payments.values()]
      .filter((payment) => payment.left > 0 || !payment.isConfirmed)
      .sort((a, b) => a.createdAt - b.createdAt || (a.txid < b.txid ? -1 : 1))
      .map(
        (payment) =>
          `${payment.txid} ${reasonOf(paper, payment)} ${payment.isConfirmed ? payment.left : payment.amount}`,
      );
    return [paper.earlyConfirmations.size, ...rows].join();
  },
});

function reasonOf(paper: Paper, { isConfirmed, whose, isLate, account }: PaperPayment): string {
  if (!isConfirmed) return 'unconfirmed';
  if (whose?.startsWith('order ')) return 'short';
  if (whose?.startsWith('customer ')) return isLate ? 'late' : 'surplus';
  const isTrusted = [...paper.customers].some((customer) => paper.money.maySpendFor(customer, account ?? ''));
  if (whose !== null && isTrusted) return 'surplus';
  return account === null ? 'no_sender' : 'unclaimed_sender';
}

const SOME_STATUSES: readonly (readonly OrderStatus[])[] = [
  ...ORDER_STATUSES.map((status) => [status]),
  ['Unclaimed', 'New'],
];

/** What an operator looks for, the memo among it: its index is kept by the database itself. */
const search: InputMaker = ({ random, paper }) => {
  const customerId = random.chance(0.5) ? random.pick(CUSTOMERS) : undefined;
  const statuses = random.chance(0.5) ? SOME_STATUSES[random.between(0, SOME_STATUSES.length - 1)] : undefined;
  const memo = random.pick([undefined, 'a claim of 14', 'a', 'B', 'nobody wrote this']);
  const limit = random.between(1, 8);
  return {
    name: `look-up of orders${memo === undefined ? '' : ' by their memo'}`,
    isLookUp: true,
    about: `${customerId ?? ''} ${statuses?.join() ?? ''} ${memo ?? ''}`,
    async run({ engine }) {
      const { rows } = await engine.lists.search({ customerId, statuses, memo }, { limit });
      return rows.map((order) => order.orderId).join();
    },
    enter() {
      const found = [...paper.orders.values()].filter(
        (order) =>
          (customerId === undefined || order.customer === customerId) &&
          (statuses === undefined || statuses.includes(order.state)) &&
          (memo === undefined || (order.memo?.toLowerCase().includes(memo.toLowerCase()) ?? false)),
      );
      found.sort((a, b) => a.createdAt - b.createdAt || a.id - b.id);
      return found
        .slice(0, limit)
        .map((order) => order.orderId)
        .join();
    },
  };
};

const debtors: InputMaker = ({ paper }) => ({
  name: 'look-up of who owes',
  isLookUp: true,
  about: '',
  async run({ engine }) {
    const { rows } = await engine.lists.debtors({ limit: 100 });
    return rows.map(({ customerId, totalOrders }) => `${customerId}:${totalOrders}`).join();
  },
  enter() {
    const owed = new Map<string, number>();
    for (const { state, customer, price } of paper.orders.values()) {
      if (state === 'New' && price > 0) owed.set(customer, (owed.get(customer) ?? 0) + price);
    }
    const byCustomer = [...owed].sort(([a], [b]) => (a < b ? -1 : 1));
    return byCustomer.map(([customer, total]) => `${customer}:${total}`).join();
  },
});

export const TIME_INPUTS: readonly (readonly [number, InputMaker])[] = [
  [6, expiry],
  [1, forgetWebhooks],
  [1, forgetKeys],
  [2, balance],
  [2, ownOrder],
  [1, held],
  [1, search],
  [1, debtors],
];
