import type { ChangeRequest, OperatorActions } from '#platform/audit-log/operator-actions.ts';
import type { Transaction } from '#platform/database/store.ts';
import { appendEvent } from '#platform/outbox/append-event.ts';
import { checkTerms, insertAgreement, onlineAgreement, openByToken, requireAgreement } from './agreements.ts';
import type { PullContext } from './context.ts';
import { DomainError } from './errors.ts';
import type { AgreementChange } from './events.ts';
import { type KeptAnswer, keptAnswer, readAnswer } from './kept-answers.ts';
import { agreementAt } from './money/balances.ts';
import { requireRate } from './money/rates-between.ts';
import type { PullPaymentsService } from './service-type.ts';
import { agreementRepository, type KeptAgreement } from './store/agreements.ts';
import { tallyRepository } from './store/tallies.ts';
import { changesTerms, revise } from './terms/change.ts';
import { inverse, ONE_TO_ONE, product } from './terms/rate.ts';
import { standingAt } from './terms/standing.ts';
import type { Agreement, AgreementState, TermsChange } from './types.ts';
import { agreementView, shortId, subjectOf } from './views.ts';

type ChangeCalls = Pick<PullPaymentsService, 'createFor' | 'update' | 'pause' | 'resume' | 'cancel' | 'change'>;

interface Origin {
  by: string | null;
  reason: string | null;
  now: Date;
}

/** Changes agreements: each change is one unit of work, and is in force from the next packet on. */
export function changing(context: PullContext, { perform }: OperatorActions): ChangeCalls {
  const { store, clock, uplink } = context;

  /** Changes the state of an agreement for an operator; nothing is changed if it is in that state. */
  const setState = async (
    request: ChangeRequest,
    id: string,
    to: { state: AgreementState; change: AgreementChange; action: string; reason: string },
  ): Promise<Agreement> =>
    readAnswer(
      await perform<KeptAnswer>(request, async ({ tx, now }) => {
        const kept = await requireChangeable(tx, id);
        const before = await agreementAt(tx, kept, uplink, now);
        if (kept.state === to.state) return { answer: keptAnswer(before), record: undefined };
        await tx.use(agreementRepository).setState(id, to.state, now);
        const after = await told(tx, context, id, to.change, { by: request.actor, reason: to.reason, now });
        const { action, reason } = to;
        const views = { before: agreementView(before, kept.ordinal), after: agreementView(after, kept.ordinal) };
        return { answer: keptAnswer(after), record: { action, subject: subjectOf(id), reason, ...views } };
      }),
    );

  return {
    update(tokenHash, change) {
      const now = clock.now();
      return store.run(async (tx) => {
        const kept = await openByToken(tx, tokenHash, now);
        if (kept === undefined) throw new DomainError('pull_pointer_not_found', 'of that path');
        if (!changesTerms(kept.revision.terms, change)) return agreementAt(tx, kept, uplink, now);
        const origin = { by: null, reason: null, now };
        await changeTerms(tx, kept, change, origin);
        return told(tx, context, kept.id, 'terms', origin);
      });
    },

    async createFor(request, terms) {
      const id = context.makeAgreementId();
      const answer = await perform<KeptAnswer>(request, async ({ tx, now }) => {
        const made = onlineAgreement(id, terms, now);
        const kept = await insertAgreement(tx, context, made, { by: request.actor, now });
        const agreement = await agreementAt(tx, kept, uplink, now);
        const after = agreementView(agreement, kept.ordinal);
        const record = { action: 'create pull pointer', subject: subjectOf(id), after };
        return { answer: keptAnswer(agreement), record };
      });
      return readAnswer(answer);
    },

    async change(request, id, change, reason) {
      const answer = await perform<KeptAnswer>(request, async ({ tx, now }) => {
        const kept = await requireChangeable(tx, id);
        const before = await agreementAt(tx, kept, uplink, now);
        if (!changesTerms(kept.revision.terms, change)) return { answer: keptAnswer(before), record: undefined };
        const origin = { by: request.actor, reason, now };
        await changeTerms(tx, kept, change, origin);
        const after = await told(tx, context, id, 'terms', origin);
        const views = { before: agreementView(before, kept.ordinal), after: agreementView(after, kept.ordinal) };
        const record = { action: 'change pull pointer', subject: subjectOf(id), reason, ...views };
        return { answer: keptAnswer(after), record };
      });
      return readAnswer(answer);
    },

    pause: (request, id, reason) =>
      setState(request, id, { state: 'paused', change: 'paused', action: 'pause pull pointer', reason }),
    resume: (request, id, reason) =>
      setState(request, id, { state: 'active', change: 'resumed', action: 'resume pull pointer', reason }),
    cancel: (request, id, reason) =>
      setState(request, id, { state: 'cancelled', change: 'cancelled', action: 'cancel pull pointer', reason }),
  };
}

/** @throws {DomainError} `pull_pointer_not_found`, `pull_pointer_cancelled` */
async function requireChangeable(tx: Transaction, id: string): Promise<KeptAgreement> {
  const kept = await requireAgreement(tx, id);
  if (kept.state === 'cancelled') throw new DomainError('pull_pointer_cancelled', shortId(id));
  return kept;
}

/**
 * Puts changed terms into force as a new revision.
 * @throws {DomainError} `pull_terms_refused`, `no_rate_between_assets`
 */
async function changeTerms(
  tx: Transaction,
  { id, revision, standing }: KeptAgreement,
  change: TermsChange,
  { by, reason, now }: Origin,
): Promise<void> {
  const { terms } = revision;
  const conversion = change.asset === undefined ? ONE_TO_ONE : await requireRate(tx, terms.asset, change.asset);
  const next = revise(revision, standingAt(standing, revision, now), change, conversion);
  checkTerms(next.revision.terms);
  const repository = tx.use(agreementRepository);
  await repository.insertRevision(id, next.revision, { conversion, by, reason, at: now });
  await repository.revise(id, next.revision, next.standing, now);
  // What is held is entered under the new terms, at the rate at which it was sent.
  const tallies = tx.use(tallyRepository);
  for (const tally of (await tallies.holding([id])).get(id) ?? []) {
    await tallies.save(id, revision.number, { ...tally, held: 0n });
    const rate = product(tally.rate, inverse(conversion));
    await tallies.insert(id, next.revision.number, { ...tally, rate, units: 0n });
  }
}

/** Tells of a change, and answers the agreement as it is since then. */
async function told(
  tx: Transaction,
  { subscriptions, uplink }: PullContext,
  id: string,
  change: AgreementChange,
  { reason, now }: Origin,
): Promise<Agreement> {
  const kept = await requireAgreement(tx, id);
  const agreement = await agreementAt(tx, kept, uplink, now);
  await appendEvent(tx, subscriptions, {
    type: 'PullAgreementChanged',
    subject: subjectOf(id),
    payload: { agreement: agreementView(agreement, kept.ordinal), change, reason },
    at: now,
  });
  return agreement;
}
