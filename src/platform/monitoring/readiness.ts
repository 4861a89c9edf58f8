import type { PlatformContext } from '#platform/context.ts';
import { StoreReplacedError } from '#platform/database/errors.ts';
import { heartbeatRepository } from '#platform/database/heartbeat.ts';
import type { Check } from '#platform/module.ts';

/** Whether the server can do its work: keep what it is told, and tell others what it decided. */
export interface Condition {
  /** Why it can't, as sentences for operators. None where it can. */
  reasons: readonly string[];
  hasDatabase: boolean;
  /** What each context says of its part. */
  details: Readonly<Record<string, unknown>>;
}

const NO_DATABASE = 'The database cannot be written; what is sent now is refused and must be sent again.';

/** Creates the readiness check. Each call writes to the database, so callers should cache the result. */
export function readiness({ store, clock, log }: PlatformContext, checks: readonly Check[]) {
  const unknown = (): Readonly<Record<string, unknown>> => Object.assign({}, ...checks.map((check) => check.unknown));

  return {
    /** What is said of each context as long as the database can't be asked. */
    unknown: async () => unknown(),

    async condition(): Promise<Condition> {
      const now = clock.now();
      try {
        const found = await store.run(async (tx) => {
          await tx.use(heartbeatRepository).beat(now);
          const results = [];
          for (const check of checks) results.push(await check.look(tx, now));
          return results;
        });
        return {
          reasons: found.flatMap(({ reasons }) => reasons),
          hasDatabase: true,
          details: Object.assign({}, ...found.map(({ details }) => details)),
        };
      } catch (error) {
        log.error({ err: error }, 'The database cannot be written');
        const reason = error instanceof StoreReplacedError ? error.message : NO_DATABASE;
        return { reasons: [reason], hasDatabase: false, details: unknown() };
      }
    },
  };
}
