import { describe, expect, it } from 'vitest';
import { play } from '../../scripts/simulate/play.ts';
import type { Mutation } from '../../scripts/simulate/server.ts';
import type { Repositories } from '../../src/store/repositories.ts';

/** A simulation that finds nothing shows little unless it is known what it would find: servers that are wrong. */

const MOST_HISTORIES = 30;

/** The repositories with other methods in one of them. */
function wrong<Name extends keyof Repositories>(
  name: Name,
  change: (right: Repositories[Name]) => Partial<Repositories[Name]>,
): Mutation {
  return { repositories: (tx) => ({ ...tx, [name]: { ...tx[name], ...change(tx[name]) } }) };
}

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
