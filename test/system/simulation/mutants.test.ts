import { describe, expect, it } from 'vitest';
import { nonceRepository } from '#auth/store/nonces.ts';
import { walletRepository } from '#auth/store/wallets.ts';
import { NO_TOLERANCE, TOLERANCE_REASON } from '#engine/money/tolerance.ts';
import { accountRepository } from '#engine/store/accounts.ts';
import { customerRepository } from '#engine/store/customers.ts';
import { heldMoneyRepository } from '#engine/store/held-money.ts';
import { orderClaimRepository } from '#engine/store/order-claims.ts';
import { orderRepository } from '#engine/store/orders.ts';
import { paymentListRepository } from '#engine/store/payment-lists.ts';
import { paymentUseRepository } from '#engine/store/payment-uses.ts';
import { paymentRepository } from '#engine/store/payments.ts';
import { settlementRepository } from '#engine/store/settlements.ts';
import { auditLogRepository } from '#platform/audit-log/store/audit-log.ts';
import { idempotencyKeyRepository } from '#platform/audit-log/store/idempotency-keys.ts';
import type { MakeRepository, Transaction } from '#platform/database/store.ts';
import { deliveryRepository } from '#platform/outbox/store/deliveries.ts';
import { eventRepository } from '#platform/outbox/store/events.ts';
import { chainRepository } from '#rails/tari-chain/store/chain.ts';
import { webhookRepository } from '#shops/store/webhooks.ts';
import { microTari } from '#tari/micro-tari.ts';
import { withRepository } from '#test/database/changed-repository.ts';
import { play } from '#test/simulation/play.ts';
import type { Mutation } from '#test/simulation/simulated-server.ts';
import { HOT_WALLETS } from '#test/simulation/world.ts';

/** A simulation that finds nothing shows little unless it is known what it would find: servers that are wrong. */

const MAX_HISTORIES = 150;
const OTHER_WALLET = HOT_WALLETS[1]?.address;
/** The rarest takes some thousand steps, twice, on a machine that may be busy. */
const TIMEOUT_MS = 10 * 60_000;

/** A server in which one repository does some things otherwise. */
function wrong<Repository extends object>(
  make: MakeRepository<Repository>,
  change: (right: Repository, tx: Transaction) => Partial<Repository>,
): Mutation {
  return { repositories: (tx) => withRepository(tx, make, change(tx.use(make), tx)) };
}

/** What a watcher of the chain could do wrong. */
const CHAIN_MUTANTS: Record<string, Mutation> = {
  'a payment that counts again when it comes back': wrong(chainRepository, (_right, tx) => ({
    noteReturned: async (txid, height, now) => {
      const hadLeft = await tx.use(chainRepository).noteReturned(txid, height, now);
      const payment = await tx.use(paymentRepository).find(txid);
      if (hadLeft && payment?.account)
        await tx.use(accountRepository).add(payment.account, { confirmed: payment.amount }, now);
      return hadLeft;
    },
  })),
  'money that is taken back when its payment leaves the chain': wrong(paymentRepository, (_right, tx) => ({
    place: async (payment, block, now) => {
      const isTaken = block === null && payment.status === 'confirmed' && payment.account !== null;
      if (isTaken && payment.account)
        await tx.use(accountRepository).add(payment.account, { confirmed: microTari(-payment.amount) }, now);
      return tx.use(paymentRepository).place(payment, block, now);
    },
  })),
  'a confirmed payment that is received again when it leaves the chain': wrong(paymentRepository, (right) => ({
    place: async (payment, block, now) => {
      const placed = await right.place(payment, block, now);
      const isLost = block === null && payment.status === 'confirmed';
      return isLost ? right.changeStatus(placed, 'received', now) : placed;
    },
  })),
  'a payment that keeps its block when it leaves the chain': wrong(paymentRepository, (right) => ({
    place: async (payment, block, now) => (block === null ? payment : right.place(payment, block, now)),
  })),
  'an output that keeps its block when it leaves the chain': wrong(chainRepository, (right) => ({
    placeOutput: async (outputHash, block, fingerprint, now) =>
      block === null ? undefined : right.placeOutput(outputHash, block, fingerprint, now),
  })),
  'an output that stays in a block which was replaced before it is read again': wrong(chainRepository, () => ({
    outputsBetween: async () => [],
  })),
  'a departure that is not listed': wrong(chainRepository, () => ({ addDeparture: async () => undefined })),
  'a departure of which no event tells': wrong(eventRepository, (right) => ({
    append: async (event, subscribers) =>
      event.type === 'PaymentLeftTheChain' ? { id: 0n, ...event } : right.append(event, subscribers),
  })),
  'a return that is not noted': wrong(chainRepository, () => ({ noteReturned: async () => false })),
  'a lie that is not listed': wrong(chainRepository, () => ({ addRefusal: async () => false })),
  'blocks that are written, and where it stands not': wrong(chainRepository, () => ({
    addBlocks: async () => undefined,
  })),
  'blocks that stay when the chain was reorganised': wrong(chainRepository, (right) => ({
    removeBlocksAbove: (height) => right.removeBlocksAbove(height + 1),
  })),
  'a payment that a wallet has reported and the chain counts anew': wrong(paymentRepository, (right) => ({
    find: async (txid) => {
      const known = await right.find(txid);
      return known?.blockHeight === null && known.paymentType === 'on_chain' ? undefined : known;
    },
  })),
};

/** What could go wrong with nodes that do not show the same, and with what stands in a mempool. */
const NODE_MUTANTS: Record<string, Mutation> = {
  'a watcher that believes the first node alone of what is deep enough': {
    scan: (right) => ({ ...right, confirm: (_node, ...rest) => right.confirm(0, ...rest) }),
  },
  'a watcher that believes the other node alone of what is deep enough': {
    scan: (right) => ({ ...right, confirm: (_node, ...rest) => right.confirm(1, ...rest) }),
  },
  'a watcher that takes what any node says to be there': {
    scan: (right) => ({
      ...right,
      confirm: async (_node, ...rest) => [
        ...new Set((await Promise.all([0, 1].map((node) => right.confirm(node, ...rest)))).flat()),
      ],
    }),
  },
  'a watcher that does not ask a second node what stands in a block': {
    scan: (right) => ({ ...right, digests: async () => new Map() }),
  },
  'a watcher that sees that nodes differ, and does not look': {
    scan: (right) => ({ ...right, scan: async () => undefined }),
  },
  'a watcher that asks nobody again about what one node alone has given': wrong(chainRepository, () => ({
    stands: async () => false,
  })),
  'money that counts when it is only seen': {
    repositories: (tx) =>
      withRepository(tx, chainRepository, {
        addSighting: async (sighting, now) => {
          await tx.use(chainRepository).addSighting(sighting, now);
          if (sighting.orderId !== null) await tx.use(orderRepository).addOwnMoney(sighting.orderId, sighting.amount);
        },
      }),
  },
  'what was seen and stays when it is gone': wrong(chainRepository, () => ({ removeSighting: async () => undefined })),
  'an order that shows nothing of what was seen': wrong(orderRepository, () => ({ noteSeen: async (order) => order })),
  'what is seen, and nobody is told': wrong(eventRepository, (right) => ({
    append: async (event, subscribers) =>
      event.type === 'PaymentSeen' ? { id: 0n, ...event } : right.append(event, subscribers),
  })),
  'what is seen again and again, and seems old': wrong(chainRepository, () => ({ seeAgain: async () => undefined })),
};

/** What could go wrong with money that a person gives to an order or a customer. */
const HELD_MUTANTS: Record<string, Mutation> = {
  'money that is given, and nobody is told': wrong(eventRepository, (right) => ({
    append: async (event, subscribers) =>
      event.type === 'PaymentAssigned' ? { id: 0n, ...event } : right.append(event, subscribers),
  })),
  'money that is given, and nothing says who gave it': wrong(auditLogRepository, (right) => ({
    append: async (record, now) => (record.action === 'assign payment' ? undefined : right.append(record, now)),
  })),
  'money that is given to a customer and stays its sender’s as well': {
    repositories: (tx) =>
      withRepository(tx, paymentRepository, {
        giveTo: async (payment, given) => {
          const answer = await tx.use(paymentRepository).giveTo(payment, given);
          const { account, owner, unspent, updatedAt } = payment;
          if (account !== null && owner?.kind === 'account' && given.owner?.kind === 'customer')
            await tx.use(accountRepository).add(account, { free: unspent }, updatedAt);
          return answer;
        },
      }),
  },
  'money that is given to an order and is late for ever': wrong(paymentRepository, (right) => ({
    giveTo: (payment, { owner, isLate }) => right.giveTo(payment, { owner, isLate: isLate || payment.isLate }),
  })),
  'late money that no list shows': wrong(heldMoneyRepository, (right) => ({
    page: async (after, limit) => (await right.page(after, limit)).filter(({ isLate }) => !isLate),
  })),
  'confirmations without a payment that no list shows': wrong(heldMoneyRepository, (right) => ({
    page: async (after, limit) =>
      (await right.page(after, limit)).filter(({ state }) => state !== 'early_confirmation'),
  })),
};

/** What could go wrong with payments to orders' own addresses. */
const ADDRESS_MUTANTS: Record<string, Mutation> = {
  'orders whose address is that of another wallet, or that have none': wrong(walletRepository, () => ({
    firstAddress: async () => undefined,
  })),
  'an order’s address that has another wallet’s keys': {
    settings: (right) => ({ ...right, paymentWalletAddress: OTHER_WALLET }),
  },
  'a payment id in which the notifier sees no order': { report: (report) => ({ ...report, orderId: null }) },
  'a payment id that is an order’s, and another order is named': {
    report: (report) => ({ ...report, orderId: report.orderId === null ? null : 'o1' }),
  },
  'a payment id of which nothing is kept': { report: (report) => ({ ...report, memo: null }) },
  'a payment to an order’s address that the watcher finds, and that names nothing': wrong(
    paymentRepository,
    (right) => ({
      insert: (payment) => {
        const isFound = payment.paymentReference !== null;
        return right.insert(isFound ? { ...payment, orderId: null } : payment);
      },
    }),
  ),
};

/** A payment that is the credit of a tolerance. */
const isTolerance = ({ memo }: { memo: string | null }) => memo === TOLERANCE_REASON;

/** What could go wrong with what may be missing. */
const TOLERANCE_MUTANTS: Record<string, Mutation> = {
  'a tolerance that is never given': { settings: (right) => ({ ...right, underpaidTolerance: NO_TOLERANCE }) },
  'a tolerance that nobody has set': {
    settings: (right) => ({ ...right, underpaidTolerance: { kind: 'share', perMillion: 20_000n } }),
  },
  'a tolerance that is one µT more': {
    settings: (right) => {
      const { underpaidTolerance: tolerance } = right;
      const isAmount = tolerance?.kind === 'amount' && tolerance.microTari > 0n;
      return isAmount
        ? { ...right, underpaidTolerance: { kind: 'amount', microTari: tolerance.microTari + 1n } }
        : right;
    },
  },
  'a tolerance that is the customer’s credit, and not the order’s': wrong(paymentRepository, (right, tx) => ({
    insert: async (payment) => {
      if (!isTolerance(payment) || payment.orderId === null) return right.insert(payment);
      const order = await tx.use(orderRepository).find(payment.orderId);
      return right.insert({ ...payment, owner: { kind: 'customer', id: order?.customerId ?? '' } });
    },
  })),
  'a tolerance that is not said to be one': wrong(paymentRepository, (right) => ({
    insert: (payment) => right.insert(isTolerance(payment) ? { ...payment, memo: null } : payment),
  })),
  'a tolerance that stands in the books for more than it was': wrong(paymentRepository, (right) => ({
    insert: (payment) =>
      right.insert(isTolerance(payment) ? { ...payment, amount: microTari(payment.amount + 1n) } : payment),
  })),
  'a tolerance of which no event tells': wrong(eventRepository, (right) => ({
    append: async (event, subscribers) =>
      event.type === 'PaymentConfirmed' && event.subject.startsWith(TOLERANCE_REASON)
        ? { id: 0n, ...event }
        : right.append(event, subscribers),
  })),
};

const MUTANTS: Record<string, Mutation> = {
  'a payment from an account that is not taken off its balance': wrong(accountRepository, (right) => ({
    add: (account, { confirmed }, now) => right.add(account, confirmed === undefined ? {} : { confirmed }, now),
  })),
  'a customer who is not linked with the account that pays': wrong(accountRepository, () => ({
    link: async () => undefined,
  })),
  'a link that lets an account pay though it was only stated': wrong(accountRepository, (right) => ({
    link: (customerId, account, _kind, now) => right.link(customerId, account, 'proven', now),
  })),
  'what is left over that stays with the order': wrong(paymentRepository, (right) => ({
    unspentOf: async (owner, limit, which) => {
      const found = await right.unspentOf(owner, limit, which);
      return owner.kind === 'order' && found.every(({ unspent, amount }) => unspent < amount) ? [] : found;
    },
  })),
  'a signature that is not kept': wrong(orderClaimRepository, () => ({ insert: async () => true })),
  'money that is used and not written down': wrong(paymentUseRepository, () => ({ insert: async () => undefined })),
  'a payment that named an order and becomes its sender’s': wrong(paymentRepository, (right) => ({
    confirm: (payment, { isLate }, now) => {
      const owner = payment.account === null ? null : ({ kind: 'account', id: payment.account } as const);
      return right.confirm(payment, { owner, isLate }, now);
    },
  })),
  'late money that is not said to be late': wrong(paymentRepository, (right) => ({
    confirm: (payment, { owner }, now) => right.confirm(payment, { owner, isLate: false }, now),
    giveTo: (payment, { owner }) => right.giveTo(payment, { owner, isLate: false }),
  })),
  'payments that named an order before it came, and are forgotten': wrong(paymentListRepository, () => ({
    naming: async () => [],
  })),
  'the credit of another customer that pays': wrong(customerRepository, (right) => ({
    addCredit: (_customerId, amount, now) => right.addCredit('c1', amount, now),
  })),
  'an event that is not appended': wrong(eventRepository, (right) => ({
    append: async (event, subscribers) =>
      event.type === 'OrderClaimed' ? { id: 0n, ...event } : right.append(event, subscribers),
  })),
  'an event that is appended twice': wrong(eventRepository, (right) => ({
    append: async (event, subscribers) => {
      if (event.type === 'PaymentConfirmed') await right.append(event, subscribers);
      return right.append(event, subscribers);
    },
  })),
  'an event that nobody is told of': wrong(eventRepository, (right) => ({
    append: (event) => right.append(event, []),
  })),
  'a settlement that is entered twice': wrong(settlementRepository, (right) => ({
    insert: async (entry) => {
      await right.insert(entry);
      return right.insert(entry);
    },
  })),
  'a nonce that is not used up': wrong(nonceRepository, () => ({ raise: async () => true })),
  'a webhook that is not remembered': wrong(webhookRepository, (right) => ({
    insert: (delivery, answer, body, now) => right.insert({ ...delivery, webhookId: null }, answer, body, now),
  })),
  'a confirmation that came early and is forgotten': wrong(paymentRepository, () => ({
    takeEarlyConfirmation: async () => false,
  })),
  'older news that overwrites newer': wrong(orderRepository, (right) => ({
    change: (order, change, updatedAt) =>
      right.change(order, { ...change, shopUpdatedAt: order.shopUpdatedAt }, updatedAt),
  })),
  'an order that expires too early': wrong(orderRepository, (right) => ({
    unchangedSince: (status, since, limit) =>
      right.unchangedSince(status, new Date(since.getTime() + 60 * 60_000), limit),
  })),
  'a change that is done again under its key': wrong(idempotencyKeyRepository, () => ({ find: async () => undefined })),
  'a delivery that is settled before it is carried': wrong(deliveryRepository, (right) => ({
    leaseNext: async (subscribers, now, held) => {
      const delivery = await right.leaseNext(subscribers, now, held);
      const done = { state: 'done', nextAttemptAt: now, lastError: null } as const;
      if (delivery !== undefined) await right.settle(delivery, done, now);
      return delivery;
    },
  })),
  'a delivery that is carried again although it is done': wrong(deliveryRepository, (right) => ({
    settle: (delivery, outcome, now) => right.settle(delivery, { ...outcome, state: 'pending' }, now),
  })),
  ...CHAIN_MUTANTS,
  ...NODE_MUTANTS,
  ...HELD_MUTANTS,
  ...ADDRESS_MUTANTS,
  ...TOLERANCE_MUTANTS,
  'a failed work that is not rolled back': {
    statement: (text) => (text === 'rollback to work' ? 'savepoint another' : text),
  },
  'works that are run again without a rollback': {
    statement: (text) => (text === 'rollback' ? 'commit' : text),
  },
};

describe.each(Object.entries(MUTANTS))('%s', { timeout: TIMEOUT_MS }, (_, mutation) => {
  it('is found, and found again by the seed of the history that found it', async () => {
    const finding = await play({ first: 1, count: MAX_HISTORIES, stride: 1, mutation });
    expect(finding).toBeDefined();
    const again = await play({ first: finding?.seed ?? 0, count: 1, stride: 1, mutation });
    expect(again).toMatchObject({ seed: finding?.seed, message: finding?.message, trail: finding?.trail });
  });
});
