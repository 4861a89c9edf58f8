import type { PlatformContext } from '#platform/context.ts';
import { StoreReplacedError } from '#platform/database/errors.ts';
import { heartbeatRepository } from '#platform/database/heartbeat.ts';
import type { Check } from '#platform/module.ts';

/** Whether the server can do its work: store requests and deliver events. */
export interface Condition {
  /** Why it can't, as sentences for operators; none if it can. */
  reasons: readonly string[];
  hasDatabase: boolean;
  /** The details of each context. */
  details: Readonly<Record<string, unknown>>;
}

const NO_DATABASE = 'The database cannot be written; requests are refused for now and must be sent again.';

/** Creates the readiness check. Each call writes to the database, so callers should cache the result. */
export function readiness({ store, clock, log }: PlatformContext, checks: readonly Check[]) {
  const unknown = (): Readonly<Record<string, unknown>> => Object.assign({}, ...checks.map((check) => check.unknown));

  return {
    /** The details of each context while the database is unreachable. */
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
