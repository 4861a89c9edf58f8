import type { Transaction } from '#platform/database/store.ts';
import { appendEvent } from '#platform/outbox/append-event.ts';
import { type Page, type PageRequest, readPage } from '#platform/paging.ts';
import type { PullContext } from './context.ts';
import { DomainError } from './errors.ts';
import { agreementAt, agreementsAt } from './money/balances.ts';
import { requireRate } from './money/rates-between.ts';
import type { PullPaymentsService } from './service-type.ts';
import { agreementRepository, type KeptAgreement, type NewAgreement } from './store/agreements.ts';
import { packetRepository } from './store/packets.ts';
import { pullRepository } from './store/pulls.ts';
import { pushRepository } from './store/pushes.ts';
import { problemOfTerms } from './terms/check.ts';
import { convertDown, ONE_TO_ONE } from './terms/rate.ts';
import { isOpenAt, type Revision } from './terms/standing.ts';
import { tokenHashOf } from './token-hash.ts';
import type { NewTerms, Terms } from './types.ts';
import { agreementView, shortId, subjectOf } from './views.ts';

type AgreementCalls = Pick<
  PullPaymentsService,
  'create' | 'register' | 'findByToken' | 'exchange' | 'isOpen' | 'list' | 'get' | 'pulls' | 'packets' | 'pushes'
>;

/** Makes agreements and finds them. */
export function agreements(context: PullContext): AgreementCalls {
  const { store, clock, uplink } = context;
  const shown = (tx: Transaction, kept: KeptAgreement, now: Date) => agreementAt(tx, kept, uplink, now);

  return {
    async create(terms) {
      const now = clock.now();
      const made = onlineAgreement(context.makeAgreementId(), terms, now);
      return store.run(async (tx) => shown(tx, await insertAgreement(tx, context, made, { by: null, now }), now));
    },

    register(tokenHash, terms, token) {
      const now = clock.now();
      const id = context.makeAgreementId();
      return store.run(async (tx) => {
        const known = await tx.use(agreementRepository).findByToken(tokenHash);
        if (known !== undefined) return shown(tx, known, now);
        const revision = firstRevision(terms, now);
        const made = { id, token: token ?? null, source: 'token', revision, tokenHash } as const;
        return shown(tx, await insertAgreement(tx, context, made, { by: null, now }), now);
      });
    },

    findByToken(tokenHash) {
      const now = clock.now();
      return store.read(async (tx) => {
        const kept = await openByToken(tx, tokenHash, now);
        return kept && shown(tx, kept, now);
      });
    },

    exchange: (amount, from, to) => store.read(async (tx) => convertDown(amount, await requireRate(tx, from, to))),

    async isOpen(agreementId) {
      const kept = await store.read((tx) => tx.use(agreementRepository).find(agreementId));
      return kept !== undefined && isOpenAt({ state: kept.state, terms: kept.revision.terms }, clock.now());
    },

    list: (filter, { order = 'asc', ...page }) =>
      store.read(async (tx) => {
        const read = (after: bigint | undefined, limit: number) =>
          tx.use(agreementRepository).page(filter, after, limit, order);
        const { rows, next } = await readPage(page, read, ({ ordinal }) => ordinal);
        return { rows: await agreementsAt(tx, rows, uplink, clock.now()), next };
      }),

    get: (id) =>
      store.read(async (tx) => {
        const kept = await requireAgreement(tx, id);
        const revisions = await tx.use(agreementRepository).revisions(id);
        return {
          ...(await shown(tx, kept, clock.now())),
          revisions: revisions.map(({ revision: { number: revision, terms }, origin: { at: since, by, reason } }) => ({
            revision,
            terms,
            since,
            by,
            reason,
          })),
          unknownPackets: await tx.use(packetRepository).countUnknown(id),
        };
      }),

    pulls: (id, { order = 'asc', ...page }) =>
      store.read(async (tx) => {
        await requireAgreement(tx, id);
        const read = (after: bigint | undefined, limit: number) => tx.use(pullRepository).page(id, after, limit, order);
        return readPage(page, read, ({ ordinal }) => ordinal);
      }),

    packets: (filter, page) => readPackets(context, filter, page),

    pushes: ({ order = 'asc', ...page }) =>
      store.read((tx) =>
        readPage(
          page,
          (after, limit) => tx.use(pushRepository).page(after, limit, order),
          ({ ordinal }) => ordinal,
        ),
      ),
  };
}

function readPackets(
  { store }: PullContext,
  filter: Parameters<PullPaymentsService['packets']>[0],
  { order = 'desc', ...page }: PageRequest<bigint>,
): ReturnType<PullPaymentsService['packets']> {
  return store.read(async (tx) => {
    if (filter.agreementId !== undefined) await requireAgreement(tx, filter.agreementId);
    const read = (after: bigint | undefined, limit: number) =>
      tx.use(packetRepository).page(filter, after, limit, order);
    const found: Page<Awaited<ReturnType<typeof read>>[number], bigint> = await readPage(page, read, ({ id }) => id);
    return { ...found, rows: found.rows.map(({ tally: _, booked: __, packet: ___, ...packet }) => packet) };
  });
}

/** @throws {DomainError} `pull_pointer_not_found` */
export async function requireAgreement(tx: Transaction, id: string): Promise<KeptAgreement> {
  const kept = await tx.use(agreementRepository).find(id);
  if (kept === undefined) throw new DomainError('pull_pointer_not_found', shortId(id));
  return kept;
}

/** The agreement of a pointer, unless it is cancelled or expired. */
export async function openByToken(tx: Transaction, tokenHash: string, now: Date): Promise<KeptAgreement | undefined> {
  const kept = await tx.use(agreementRepository).findByToken(tokenHash);
  return kept && isOpenAt({ state: kept.state, terms: kept.revision.terms }, now) ? kept : undefined;
}

type MadeAgreement = Pick<NewAgreement, 'id' | 'token' | 'source' | 'revision' | 'tokenHash'>;

/** What is to be inserted for terms whose pointer ends with the id. @throws {DomainError} `pull_terms_refused` */
export function onlineAgreement(id: string, terms: NewTerms, now: Date): MadeAgreement {
  return { id, token: null, source: 'online', revision: firstRevision(terms, now), tokenHash: tokenHashOf(id) };
}

/** Inserts an agreement with its first terms, and tells of it. */
export async function insertAgreement(
  tx: Transaction,
  { subscriptions, uplink }: PullContext,
  agreement: MadeAgreement,
  { by, now }: { by: string | null; now: Date },
): Promise<KeptAgreement> {
  const { id, revision } = agreement;
  const repository = tx.use(agreementRepository);
  const standing = { total: 0n, cycle: 1, totalBefore: 0n };
  await repository.insert({ ...agreement, standing, createdAt: now });
  await repository.insertRevision(id, revision, { conversion: ONE_TO_ONE, by, reason: null, at: now });
  const kept = await requireAgreement(tx, id);
  const view = agreementView(await agreementAt(tx, kept, uplink, now), kept.ordinal);
  await appendEvent(tx, subscriptions, {
    type: 'PullAgreementCreated',
    subject: subjectOf(id),
    payload: { agreement: view },
    at: now,
  });
  return kept;
}

/** @throws {DomainError} `pull_terms_refused` */
export function checkTerms(terms: Terms): void {
  const problem = problemOfTerms(terms);
  if (problem !== undefined) throw new DomainError('pull_terms_refused', problem);
}

function firstRevision(newTerms: NewTerms, now: Date): Revision {
  const terms: Terms = { ...newTerms, startAt: newTerms.startAt ?? now };
  checkTerms(terms);
  return {
    number: 1,
    terms,
    anchorAt: terms.startAt,
    skipped: 0,
    grantedBefore: 0n,
    carriedTotal: 0n,
    carriedInterval: 0n,
    firstCycle: 1,
  };
}
