import { HELD_ADVICE } from '#engine/money/held-reasons.ts';
import { changeRequestOf } from '#platform/audit-log/http/idempotency-key.ts';
import { DomainError } from '#support/back-end/errors.ts';
import { addressToBase58, type TariAddress } from '#tari/address.ts';
import { bodyOf, creditCard, listOf, preapproval } from './bodies.ts';
import { type BackEndPorts, type BackEndRoutes, ROWS } from './ports.ts';
import { MONEY, preapprovalView, reserveLineView, withdrawalView } from './views.ts';

/** How much held money is summed; more of it is told as not complete. */
const MAX_HELD = 1000;

/** The beginning and the end of an address, by which people compare it. */
const SHOWN_OF_ADDRESS = 6;

/** `account`, `withdrawal`, `reserve`, `credit_card` and `preapproval`: what the shop has, and what customers have. */
export function moneyHandlers({ services, http, accountId }: BackEndPorts): BackEndRoutes {
  const { auth, engine, monitoring, payouts, pullPayments } = services;

  /** There is one account: that of the shop. */
  const requireOwn = (asked: string | undefined): void => {
    if (asked !== undefined && asked !== accountId) throw new DomainError('support_account_not_found', asked);
  };

  return {
    account: {
      roles: ['read_all'],
      async answer(request) {
        const { account_id: asked } = bodyOf(request, listOf);
        requireOwn(asked);
        const { reasons } = await monitoring.condition();
        const conditions = await payouts.limits.show();
        const actionReasons = [...reasons, ...(conditions.isStopped ? ['Payouts are stopped.'] : [])];
        const { paymentWalletAddress } = http.settings;
        const account = {
          account_id: accountId,
          name: accountId,
          state: actionReasons.length === 0 ? 'active' : 'action_required',
          action_reasons: actionReasons,
          balances: [
            { ...MONEY, withdrawal_address: conditions.coldAddress, approved_today: conditions.approvedToday },
          ],
          network: paymentWalletAddress?.network ?? null,
          wallets: (await auth.wallets.all()).map(({ address }) => address),
        };
        return asked === undefined ? [account] : account;
      },
    },

    withdrawal: {
      roles: ['read_all'],
      async answer(request) {
        const { account_id: asked, start = 0 } = bodyOf(request, listOf);
        requireOwn(asked);
        const { rows } = await payouts.payouts.list({}, { limit: start + ROWS, order: 'desc' });
        return rows.slice(start).map((payout) => withdrawalView(payout, accountId));
      },
    },

    reserve: {
      roles: ['read_all'],
      async answer(request) {
        const { account_id: asked, start = 0 } = bodyOf(request, listOf);
        requireOwn(asked);
        const { rows, next } = await engine.held.list({ limit: Math.max(MAX_HELD, start + ROWS) });
        const amounts = rows.map(({ row }) => row.amount ?? 0n);
        return {
          account_id: accountId,
          ...MONEY,
          reserved_amount: amounts.reduce((sum: bigint, amount) => sum + amount, 0n),
          is_complete: next === undefined,
          withdrawals_schedule: rows
            .slice(start, start + ROWS)
            .map((money) => reserveLineView(money, HELD_ADVICE[money.reason])),
        };
      },
    },

    credit_card: {
      roles: ['read_all'],
      answer: async (request) => walletOf(bodyOf(request, creditCard)),
    },

    preapproval: {
      roles: ['write'],
      answer: async (request) => preapprovalView(await pullPayments.get(bodyOf(request, preapproval).id)),
    },

    'preapproval/cancel': {
      roles: ['write'],
      async answer(request) {
        const { id, reason = 'asked for by the payer' } = bodyOf(request, preapproval);
        return preapprovalView(await pullPayments.cancel(changeRequestOf(request), id, reason));
      },
    },
  };

  async function walletOf(address: TariAddress) {
    const account = await engine.accounts.balance(address);
    if (account === undefined) throw new DomainError('support_wallet_not_found');
    const customers = await engine.accounts.customersOf(address);
    const id = addressToBase58(address);
    return {
      credit_card_id: id,
      create_time: account.createdAt.toISOString(),
      credit_card_name: `${id.slice(0, SHOWN_OF_ADDRESS)}…${id.slice(-SHOWN_OF_ADDRESS)}`,
      state: customers.some(({ kind }) => kind === 'proven') ? 'proven' : 'stated',
      user_name: null,
      proven: customers.some(({ kind }) => kind === 'proven'),
      shared: customers.length > 1,
      customers: customers.map(({ customerId, kind }) => ({ customer_id: customerId, tie: kind })),
      ...MONEY,
      paid: account.totalPaid,
      received: account.totalConfirmed,
    };
  }
}
