import { hex } from '@scure/base';
import { enterSweep, shopsOwnMoney } from '#engine/money/giving-back.ts';
import type { Change, ChangeRecord, ChangeRequest, OperatorActions } from '#platform/audit-log/operator-actions.ts';
import { stringifyJson } from '#platform/json.ts';
import { type Page, type PageRequest, readPage } from '#platform/paging.ts';
import { formatTari, MIN_SENDABLE, type MicroTari } from '#tari/micro-tari.ts';
import { approvalHashOf } from './approval-hash.ts';
import type { PayoutContext } from './context.ts';
import { requirePayable } from './destinations.ts';
import { DomainError } from './errors.ts';
import { startOfDay } from './limits.ts';
import { PayoutWork } from './refund-changes.ts';
import { payoutRepository } from './store/payouts.ts';
import { refundRepository } from './store/refunds.ts';
import { switchRepository } from './store/switch.ts';
import type { Approval, Outcome, Payout, PayoutConditions, PayoutFilter, PayoutState } from './types.ts';
import { type conditionsView, type PayoutView, payoutView } from './views.ts';
import { endUnpaid, enterSent } from './wallet-payouts.ts';

const TAG_BYTES = 8;

export type Payouts = ReturnType<typeof payouts>;
export type Sweeps = ReturnType<typeof sweeps>;
export type PayoutSwitch = ReturnType<typeof payoutSwitch>;

/** Payouts as people see them, and what people decide about those whose fate is unknown. */
export function payouts(context: PayoutContext, { perform }: OperatorActions) {
  const { store, clock } = context;
  return {
    list: (filter: PayoutFilter, { order = 'asc', ...request }: PageRequest<bigint>): Promise<Page<Payout, bigint>> =>
      store.read((tx) =>
        readPage(
          request,
          async (after, limit) => (await tx.use(payoutRepository).page(filter, after, limit, order)).map(withoutToken),
          ({ ordinal }) => ordinal,
        ),
      ),

    /** @throws {DomainError} `payout_not_found` */
    find: (id: string): Promise<Payout> =>
      store.read(async (tx) => withoutToken(await new PayoutWork(tx, clock.now(), context).payoutOf(id))),

    /**
     * Decides about a payout whose fate is unknown, after a person has looked into the wallet: it was sent by a transaction, or
     * it was not, and then its money comes back.
     * @throws {DomainError} `payout_not_found`, `payout_change_forbidden`, `payout_contradicted`, `refund_money_moved`
     */
    resolve(request: ChangeRequest, id: string, outcome: Outcome, reason: string): Promise<PayoutView> {
      return perform(request, async ({ tx, now }) => {
        const work = new PayoutWork(tx, now, context);
        const payout = await work.payoutOf(id);
        const isOverdue = payout.state === 'leased' && payout.leaseUntil !== null && payout.leaseUntil <= now;
        if (payout.state !== 'unknown' && !(isOverdue && payout.startedAt !== null)) {
          throw new DomainError(
            'payout_change_forbidden',
            `${stateSentence(payout.state)} Its fate is not in question.`,
          );
        }
        const after = outcome.sent
          ? await enterSent(work, payout, outcome.txid)
          : await endUnpaid(work, payout, reason);
        return answerWith(withoutToken(after), { action: 'resolve payout', reason, before: payoutView(payout) });
      });
    },
  };
}

/** Sweeps of the shop's own money to the owner's cold address: two people, always. */
export function sweeps(context: PayoutContext, { perform }: OperatorActions) {
  const { settings, randomBytes } = context;
  return {
    /**
     * @param amount all of the shop's own money if it is left out.
     * @throws {DomainError} `sweep_impossible`, `payout_address_refused`
     */
    request(
      request: ChangeRequest,
      { amount: asked, reason }: { amount?: MicroTari | undefined; reason: string },
    ): Promise<PayoutView> {
      const tag = hex.encode(randomBytes(TAG_BYTES));
      return perform(request, async ({ tx, now }) => {
        const { coldAddress } = settings;
        if (coldAddress === null) throw new DomainError('sweep_impossible', 'TPG_COLD_ADDRESS is not set.');
        const address = await requirePayable(tx, context, coldAddress);
        const own = await shopsOwnMoney(tx);
        const amount = asked ?? own;
        if (amount > own || amount < MIN_SENDABLE) {
          throw new DomainError('sweep_impossible', `The shop has ${formatTari(own)} of its own to sweep.`);
        }
        const swept = await tx.use(payoutRepository).insert(
          {
            kind: 'sweep',
            refundId: null,
            orderId: null,
            address,
            amount,
            reason,
            state: 'waiting_for_approval',
            requestedBy: request.actor,
            approvedBy: null,
            approvedAt: null,
            createdAt: now,
          },
          (ordinal) => {
            const id = `payout-${ordinal}-${tag}`;
            return { id, approvalHash: approvalHashOf({ id, amount, address }) };
          },
        );
        await enterSweep(tx, swept.id, amount, now);
        await new PayoutWork(tx, now, context).announcePayout('SweepRequested', swept);
        return answerWith(withoutToken(swept), { action: 'request sweep', reason });
      });
    },

    /** @throws {DomainError} `payout_not_found`, `payout_change_forbidden`, `approval_by_requester`, `approval_outdated` */
    approve(request: ChangeRequest, id: string, { hash, evidence }: Approval): Promise<PayoutView> {
      return perform(request, async ({ tx, now }) => {
        const work = new PayoutWork(tx, now, context);
        const payout = await waitingSweep(work, id);
        if (request.actor === payout.requestedBy) {
          throw new DomainError('approval_by_requester', 'you have requested it yourself');
        }
        if (hash !== payout.approvalHash) throw new DomainError('approval_outdated', id);
        const approved = await work.changePayout(payout, {
          state: 'approved',
          approvedBy: request.actor,
          approvedAt: now,
          evidence: stringifyJson(evidence),
        });
        await work.announcePayout('SweepApproved', approved);
        return answerWith(
          withoutToken(approved),
          { action: 'approve sweep', before: payoutView(payout) },
          { evidence },
        );
      });
    },

    /** @throws {DomainError} `payout_not_found`, `payout_change_forbidden` */
    cancel(request: ChangeRequest, id: string, reason: string): Promise<PayoutView> {
      return perform(request, async ({ tx, now }) => {
        const work = new PayoutWork(tx, now, context);
        const payout = await work.payoutOf(id);
        if (payout.kind !== 'sweep' || (payout.state !== 'waiting_for_approval' && payout.state !== 'approved')) {
          throw new DomainError('payout_change_forbidden', stateSentence(payout.state));
        }
        const cancelled = await work.changePayout(payout, { state: 'cancelled', problem: reason });
        await work.returnMoney(cancelled, reason);
        await work.announcePayout('SweepCancelled', cancelled);
        return answerWith(withoutToken(cancelled), { action: 'cancel sweep', reason, before: payoutView(payout) });
      });
    },
  };
}

/** The switch that stops all payouts, and what holds today. */
export function payoutSwitch(context: PayoutContext, { perform }: OperatorActions) {
  const { store, clock, settings } = context;
  return {
    show: (): Promise<PayoutConditions> =>
      store.read(async (tx) => {
        const { isStopped, reason, actor, updatedAt } = await tx.use(switchRepository).read();
        return {
          isStopped,
          stopReason: reason,
          stoppedBy: actor,
          stoppedAt: updatedAt,
          refundLimit: settings.refundLimit,
          dailyLimit: settings.payoutDailyLimit,
          approvedToday: await tx.use(refundRepository).approvedSince(startOfDay(clock.now())),
          coldAddress: settings.coldAddress,
        };
      }),

    /** While payouts are stopped, no wallet gets one and none may start one. @throws {DomainError} `payout_switch_no_op` */
    async setStopped(request: ChangeRequest, isStopped: boolean, reason: string): Promise<SwitchView> {
      return perform(request, async ({ tx, now }) => {
        const before = await tx.use(switchRepository).read();
        if (before.isStopped === isStopped) {
          throw new DomainError('payout_switch_no_op', isStopped ? 'stopped' : 'going on');
        }
        await tx.use(switchRepository).set(isStopped, reason, request.actor, now);
        const answer = { is_stopped: isStopped };
        const record = {
          action: isStopped ? 'stop payouts' : 'let payouts go on',
          subject: 'payouts',
          reason,
          before: { is_stopped: before.isStopped },
          after: answer,
        };
        return { answer, record };
      });
    },
  };
}

export type SwitchView = Pick<ReturnType<typeof conditionsView>, 'is_stopped'>;

async function waitingSweep(work: PayoutWork, id: string) {
  const payout = await work.payoutOf(id);
  if (payout.kind !== 'sweep') {
    throw new DomainError('payout_change_forbidden', 'It pays a refund: the refund is what is approved.');
  }
  if (payout.state !== 'waiting_for_approval') {
    throw new DomainError('payout_change_forbidden', stateSentence(payout.state));
  }
  return payout;
}

const STATE_SENTENCES: Readonly<Record<PayoutState, string>> = {
  waiting_for_approval: 'It waits for an approval.',
  approved: 'It waits for a wallet.',
  leased: 'A wallet has it.',
  unknown: 'Nobody knows whether it was sent.',
  sent: 'It was sent.',
  confirmed: 'It was sent, and is confirmed.',
  failed: 'It has failed, and its money is back.',
  cancelled: 'It was cancelled.',
};

function stateSentence(state: PayoutState): string {
  return STATE_SENTENCES[state];
}

function withoutToken({
  leaseToken,
  leases,
  ...payout
}: Payout & { leaseToken: string | null; leases: bigint }): Payout {
  return payout;
}

function answerWith(
  payout: Payout,
  record: Omit<ChangeRecord, 'subject' | 'after'>,
  kept: object = {},
): Awaited<ReturnType<Change<PayoutView>>> {
  const answer = payoutView(payout);
  return { answer, record: { ...record, subject: payout.id, after: { ...answer, ...kept } } };
}
