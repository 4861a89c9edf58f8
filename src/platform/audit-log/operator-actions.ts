import type { PlatformContext } from '#platform/context.ts';
import type { Transaction } from '#platform/database/store.ts';
import { parseJson, stringifyJson } from '#platform/json.ts';
import { DomainError } from './errors.ts';
import { recordChange } from './record.ts';
import { idempotencyKeyRepository } from './store/idempotency-keys.ts';

/** The operator who requests a change, and how a repeat of the request is recognised. */
export interface ChangeRequest {
  /** The caller's name: an address in base58, or `staff:<id>` for a person. */
  actor: string;
  /** Given by the caller, so that a repeat gets the first answer and has no further effect. */
  idempotency?: { key: string; fingerprint: string } | undefined;
}

/** The audit log entry of a change. */
export interface ChangeRecord {
  action: string;
  subject: string;
  reason?: string | undefined;
  before?: object | undefined;
  after?: object | undefined;
}

/**
 * One operator action: makes its change and returns the answer and the audit record. The answer is a view that JSON can
 * represent. A change that had no effect returns no record.
 */
export type Change<Answer> = (change: {
  tx: Transaction;
  now: Date;
}) => Promise<{ answer: Answer; record: ChangeRecord | undefined }>;

/** How long answers are kept to recognise a repeat. */
const ANSWERS_KEPT_MS = 24 * 3_600_000;

export type OperatorActions = ReturnType<typeof operatorActions>;

/** The only way in which operators change orders and money: one unit of work with its events and its audit record. */
export function operatorActions({ store, clock, log }: PlatformContext) {
  return {
    /** @throws {DomainError} `idempotency_key_reused` if the key was used for a different request; whatever the change throws. */
    async perform<Answer>(request: ChangeRequest, change: Change<Answer>): Promise<Answer> {
      const { actor, idempotency } = request;
      const now = clock.now();
      const { answer, record } = await store.run(async (tx) => {
        // Here too, so that a key's lifetime does not depend on when the housekeeping runs.
        if (idempotency !== undefined) await tx.use(idempotencyKeyRepository).forgetBefore(oldestKept(now));
        const kept = idempotency && (await tx.use(idempotencyKeyRepository).find(actor, idempotency.key));
        if (kept !== undefined) {
          if (kept.fingerprint !== idempotency?.fingerprint) throw new DomainError('idempotency_key_reused');
          return { answer: parseJson(kept.answer) as Answer, record: undefined };
        }
        const done = await change({ tx, now });
        if (done.record !== undefined) await recordChange(tx, { actor, ...done.record }, now);
        if (idempotency !== undefined) {
          const { key, fingerprint } = idempotency;
          await tx
            .use(idempotencyKeyRepository)
            .insert(actor, key, { fingerprint, answer: stringifyJson(done.answer) }, now);
        }
        return done;
      });
      if (record !== undefined) {
        const { action, subject, reason } = record;
        log.info({ actor, action, subject, reason }, `${action} ${subject}, by ${actor}`);
      }
      return answer;
    },

    /** Deletes answers that have expired. */
    forgetOld: (): Promise<number> => {
      const before = oldestKept(clock.now());
      return store.run((tx) => tx.use(idempotencyKeyRepository).forgetBefore(before));
    },
  };
}

function oldestKept(now: Date): Date {
  return new Date(now.getTime() - ANSWERS_KEPT_MS);
}
