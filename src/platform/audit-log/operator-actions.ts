import type { EngineContext } from '#engine/context.ts';
import { Ledger } from '#engine/money/ledger.ts';
import { EngineError } from '#platform/errors.ts';
import { parseJson, stringifyJson } from '#platform/json.ts';
import { recordChange } from './record.ts';

/** Who changes something by hand, and how a repeat is recognised. */
export interface ChangeRequest {
  /** The caller's address in base58. */
  actor: string;
  /** Given by the caller so that a repeat is answered as the first time, and not done again. */
  idempotency?: { key: string; fingerprint: string } | undefined;
}

/** What a change says of itself in the audit log. */
export interface ChangeRecord {
  action: string;
  subject: string;
  reason?: string | undefined;
  before?: object | undefined;
  after?: object | undefined;
}

/**
 * Changes one thing by hand, and says what it did and what to answer. The answer is a view, as JSON can hold it. What
 * changed nothing leaves no record.
 */
export type Change<Answer> = (ledger: Ledger) => Promise<{ answer: Answer; record: ChangeRecord | undefined }>;

/** How long a repeat is recognised. */
const ANSWERS_KEPT_MS = 24 * 3_600_000;

export type Changes = ReturnType<typeof changes>;

/** The one way in which people change orders and money: one unit of work with its events and its line in the audit log. */
export function changes(context: EngineContext) {
  const { store, clock, log } = context;
  return {
    /** @throws {EngineError} `idempotency_key_reused` where the key stands for another request; what the change throws. */
    async perform<Answer>(request: ChangeRequest, change: Change<Answer>): Promise<Answer> {
      const { actor, idempotency } = request;
      const now = clock.now();
      const { answer, record } = await store.run(async (tx) => {
        // Here too, so that how long a key counts does not hang on when the housekeeping runs.
        if (idempotency !== undefined) await tx.idempotencyKeys.forgetBefore(oldestKept(now));
        const kept = idempotency && (await tx.idempotencyKeys.find(actor, idempotency.key));
        if (kept !== undefined) {
          if (kept.fingerprint !== idempotency?.fingerprint) throw new EngineError('idempotency_key_reused');
          return { answer: parseJson(kept.answer) as Answer, record: undefined };
        }
        const done = await change(new Ledger(tx, now, context));
        if (done.record !== undefined) await recordChange(tx, { actor, ...done.record }, now);
        if (idempotency !== undefined) {
          const { key, fingerprint } = idempotency;
          await tx.idempotencyKeys.insert(actor, key, { fingerprint, answer: stringifyJson(done.answer) }, now);
        }
        return done;
      });
      if (record !== undefined) {
        const { action, subject, reason } = record;
        log.info({ actor, action, subject, reason }, `${action} ${subject}, by ${actor}`);
      }
      return answer;
    },

    /** Forgets answers that are too old to be asked for again. */
    forgetOld: (): Promise<number> => {
      const before = oldestKept(clock.now());
      return store.run((tx) => tx.idempotencyKeys.forgetBefore(before));
    },
  };
}

function oldestKept(now: Date): Date {
  return new Date(now.getTime() - ANSWERS_KEPT_MS);
}
