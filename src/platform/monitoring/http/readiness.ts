import { setTimeout as sleep } from 'node:timers/promises';
import type { z } from 'zod';
import type { readiness } from '#platform/http/fields.ts';
import { type Condition, NO_BACKLOG } from '#platform/monitoring/readiness.ts';
import { blocksBehind, type ChainStatus } from '#rails/tari-chain/chain-watch.ts';

export type Readiness = z.output<typeof readiness>;

/** Finding out writes to the database, so it is done at most so often, whoever asks. */
const FRESH_FOR_MS = 2_000;

/** Longer than a locked SQLite file is waited for, and shorter than balancers wait for an answer. */
const FOUND_WITHIN_MS = 2_500;

const ENDING = 'The server is about to end; it takes requests until then.';

const NOT_FOUND: Condition = {
  reasons: [
    `The database, or a plugin that computes, has kept the server from doing anything for ${FOUND_WITHIN_MS / 1000} s.`,
  ],
  hasDatabase: false,
  storefront: 'behind',
  lagMs: 0,
  ...NO_BACKLOG,
};

/**
 * Says whether requests had better come here.
 * @param isEnding whether the server will end soon.
 */
export function createReadiness(condition: () => Promise<Condition>, isEnding: () => boolean) {
  let last: { at: number; found: Promise<Condition> } | undefined;

  return async (): Promise<Readiness> => {
    const now = performance.now();
    if (last === undefined || now - last.at > FRESH_FOR_MS) last = { at: now, found: inTime(condition()) };
    const { reasons, hasDatabase, storefront, deliveries, lagMs, prices, latePayments, chain } = await last.found;
    const allReasons = isEnding() ? [...reasons, ENDING] : [...reasons];
    return {
      ready: allReasons.length === 0,
      reasons: allReasons,
      database: hasDatabase ? 'ok' : 'unavailable',
      storefront,
      outbox: { pending: deliveries.pending, dead_letters: deliveries.dead, lag_seconds: Math.floor(lagMs / 1000) },
      price_updates: prices,
      payments: { late: latePayments },
      ...(chain && chain.state !== 'off' && { chain: chainReadiness(chain, chain.state) }),
    };
  };
}

/** How old our knowledge of the chain is. It makes no server unready: it takes orders and reports without a node. */
function chainReadiness(chain: ChainStatus, state: 'watching' | 'elsewhere'): Readiness['chain'] {
  const ageMs = chain.lastAnswerAt === null ? null : Math.max(0, Date.now() - chain.lastAnswerAt.getTime());
  return {
    state,
    height: chain.height,
    blocks_behind: blocksBehind(chain),
    age_seconds: ageMs === null ? null : Math.floor(ageMs / 1000),
  };
}

async function inTime(found: Promise<Condition>): Promise<Condition> {
  const waiting = new AbortController();
  const late = sleep(FOUND_WITHIN_MS, NOT_FOUND, { signal: waiting.signal });
  late.catch(() => undefined);
  try {
    return await Promise.race([found, late]);
  } finally {
    waiting.abort();
  }
}
