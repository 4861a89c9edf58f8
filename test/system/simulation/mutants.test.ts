import { describe, expect, it } from 'vitest';
import type { Repositories } from '#platform/database/transaction.ts';
import { microTari } from '#tari/micro-tari.ts';
import { play } from '#test/simulation/play.ts';
import type { Mutation } from '#test/simulation/simulated-server.ts';

/** A simulation that finds nothing shows little unless it is known what it would find: servers that are wrong. */

const MOST_HISTORIES = 60;

/** The repositories with some of them changed. */
function changed(change: (tx: Repositories) => Partial<Repositories>): Mutation {
  return { repositories: (tx) => ({ ...tx, ...change(tx) }) };
}

/** The repositories with other methods in one of them. */
function wrong<Name extends keyof Repositories>(
  name: Name,
  change: (right: Repositories[Name]) => Partial<Repositories[Name]>,
): Mutation {
  return { repositories: (tx) => ({ ...tx, [name]: { ...tx[name], ...change(tx[name]) } }) };
}

/** What a watcher of the chain could do wrong. */
const CHAIN_MUTANTS: Record<string, Mutation> = {
  'a payment that counts again when it comes back': changed((tx) => ({
    chain: {
      ...tx.chain,
      noteReturned: async (txid, height, now) => {
        const hadLeft = await tx.chain.noteReturned(txid, height, now);
        const payment = await tx.payments.find(txid);
        if (hadLeft && payment?.account) await tx.accounts.add(payment.account, { confirmed: payment.amount }, now);
        return hadLeft;
      },
    },
  })),
  'money that is taken back when its payment leaves the chain': changed((tx) => ({
    payments: {
      ...tx.payments,
      place: async (payment, block, now) => {
        const isTaken = block === null && payment.status === 'confirmed' && payment.account !== null;
        if (isTaken && payment.account)
          await tx.accounts.add(payment.account, { confirmed: microTari(-payment.amount) }, now);
        return tx.payments.place(payment, block, now);
      },
    },
  })),
  'a confirmed payment that is received again when it leaves the chain': wrong('payments', (right) => ({
    place: async (payment, block, now) => {
      const placed = await right.place(payment, block, now);
      const isLost = block === null && payment.status === 'confirmed';
      return isLost ? right.changeStatus(placed, 'received', now) : placed;
    },
  })),
  'a payment that keeps its block when it leaves the chain': wrong('payments', (right) => ({
    place: async (payment, block, now) => (block === null ? payment : right.place(payment, block, now)),
  })),
  'an output that keeps its block when it leaves the chain': wrong('chain', (right) => ({
    placeOutput: async (outputHash, block, fingerprint, now) =>
      block === null ? undefined : right.placeOutput(outputHash, block, fingerprint, now),
  })),
  'an output that stays in a block which was replaced before it is read again': wrong('chain', () => ({
    outputsBetween: async () => [],
  })),
  'a departure that is not listed': wrong('chain', () => ({ addDeparture: async () => undefined })),
  'a departure of which no event tells': wrong('events', (right) => ({
    append: async (event, subscribers) =>
      event.type === 'PaymentLeftTheChain' ? { id: 0n, ...event } : right.append(event, subscribers),
  })),
  'a return that is not noted': wrong('chain', () => ({ noteReturned: async () => false })),
  'a lie that is not listed': wrong('chain', () => ({ addRefusal: async () => false })),
  'blocks that are written, and where it stands not': wrong('chain', () => ({ addBlocks: async () => undefined })),
  'blocks that stay when the chain was reorganised': wrong('chain', (right) => ({
    removeBlocksAbove: (height) => right.removeBlocksAbove(height + 1),
  })),
  'a payment that a wallet has reported and the chain counts anew': wrong('payments', (right) => ({
    find: async (txid) => {
      const known = await right.find(txid);
      return known?.blockHeight === null && known.paymentType === 'on_chain' ? undefined : known;
    },
  })),
};

const MUTANTS: Record<string, Mutation> = {
  'a payment from an account that is not taken off its balance': wrong('accounts', (right) => ({
    add: (account, { confirmed }, now) => right.add(account, confirmed === undefined ? {} : { confirmed }, now),
  })),
  'a customer who is not linked with the account that pays': wrong('accounts', () => ({ link: async () => undefined })),
  'a link that lets an account pay though it was only stated': wrong('accounts', (right) => ({
    link: (customerId, account, _kind, now) => right.link(customerId, account, 'proven', now),
  })),
  'what is left over that stays with the order': wrong('payments', (right) => ({
    unspentOf: async (owner, limit, which) => {
      const found = await right.unspentOf(owner, limit, which);
      return owner.kind === 'order' && found.every(({ unspent, amount }) => unspent < amount) ? [] : found;
    },
  })),
  'a signature that is not kept': wrong('orderClaims', () => ({ insert: async () => true })),
  'money that is used and not written down': wrong('paymentUses', () => ({ insert: async () => undefined })),
  'a payment that named an order and becomes its sender’s': wrong('payments', (right) => ({
    confirm: (payment, { isLate }, now) => {
      const owner = payment.account === null ? null : ({ kind: 'account', id: payment.account } as const);
      return right.confirm(payment, { owner, isLate }, now);
    },
  })),
  'late money that is not said to be late': wrong('payments', (right) => ({
    confirm: (payment, { owner }, now) => right.confirm(payment, { owner, isLate: false }, now),
    giveTo: (payment, { owner }) => right.giveTo(payment, { owner, isLate: false }),
  })),
  'payments that named an order before it came, and are forgotten': wrong('payments', () => ({
    naming: async () => [],
  })),
  'the credit of another customer that pays': wrong('customers', (right) => ({
    addCredit: (_customerId, amount, now) => right.addCredit('c1', amount, now),
  })),
  'an event that is not appended': wrong('events', (right) => ({
    append: async (event, subscribers) =>
      event.type === 'OrderClaimed' ? { id: 0n, ...event } : right.append(event, subscribers),
  })),
  'an event that is appended twice': wrong('events', (right) => ({
    append: async (event, subscribers) => {
      if (event.type === 'PaymentConfirmed') await right.append(event, subscribers);
      return right.append(event, subscribers);
    },
  })),
  'an event that nobody is told of': wrong('events', (right) => ({ append: (event) => right.append(event, []) })),
  'a settlement that is entered twice': wrong('settlements', (right) => ({
    insert: async (entry) => {
      await right.insert(entry);
      return right.insert(entry);
    },
  })),
  'a nonce that is not used up': wrong('nonces', () => ({ raise: async () => true })),
  'a webhook that is not remembered': wrong('webhooks', (right) => ({
    insert: (delivery, answer, body, now) => right.insert({ ...delivery, webhookId: null }, answer, body, now),
  })),
  'a confirmation that came early and is forgotten': wrong('payments', () => ({
    takeEarlyConfirmation: async () => false,
  })),
  'older news that overwrites newer': wrong('orders', (right) => ({
    change: (order, change, updatedAt) =>
      right.change(order, { ...change, shopUpdatedAt: order.shopUpdatedAt }, updatedAt),
  })),
  'an order that expires too early': wrong('orders', (right) => ({
    unchangedSince: (status, since, limit) =>
      right.unchangedSince(status, new Date(since.getTime() + 60 * 60_000), limit),
  })),
  'a change that is done again under its key': wrong('idempotencyKeys', () => ({ find: async () => undefined })),
  'a delivery that is settled before it is carried': wrong('deliveries', (right) => ({
    takeNext: async (subscribers, now, held) => {
      const delivery = await right.takeNext(subscribers, now, held);
      const done = { state: 'done', nextAttemptAt: now, lastError: null } as const;
      if (delivery !== undefined) await right.settle(delivery, done, now);
      return delivery;
    },
  })),
  'a delivery that is carried again although it is done': wrong('deliveries', (right) => ({
    settle: (delivery, outcome, now) => right.settle(delivery, { ...outcome, state: 'pending' }, now),
  })),
  ...CHAIN_MUTANTS,
  'a failed work that is not rolled back': {
    statement: (text) => (text === 'rollback to work' ? 'savepoint another' : text),
  },
  'works that are run again without a rollback': {
    statement: (text) => (text === 'rollback' ? 'commit' : text),
  },
};

describe.each(Object.entries(MUTANTS))('%s', (_, mutation) => {
  it('is found, and found again by the seed of the history that found it', async () => {
    const finding = await play({ first: 1, count: MOST_HISTORIES, stride: 1, mutation });
    expect(finding).toBeDefined();
    const again = await play({ first: finding?.seed ?? 0, count: 1, stride: 1, mutation });
    expect(again).toMatchObject({ seed: finding?.seed, message: finding?.message, trail: finding?.trail });
  });
});
