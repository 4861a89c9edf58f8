import type { PullContext } from '../context.ts';
import { packetRepository } from '../store/packets.ts';
import { pullRepository } from '../store/pulls.ts';
import { endPull, loseSight } from './settling.ts';

/**
 * How long after its expiry the answer to a packet may still come: the published programs wait 30 s for their peers, and an
 * expired packet's rejection has to travel.
 */
export const ANSWERS_WITHIN_MS = 35_000;

/** A connection without packets is ended after a minute (`idleMs` of its limits): one that is silent longer has no process. */
export const MAX_SILENCE_MS = 5 * 60_000;

/** Of one unit of work, for which others wait. */
const AT_ONCE = 100;

export const RECOVERY_SCHEDULE = '*/10 * * * * *';

/** Takes up what a process that died has left: packets without an answer, and pulls that it did not end. */
export function recovery(context: PullContext) {
  const { store, clock, log } = context;

  /** Packets whose answer did not come become unknown. Returns how many. */
  const loseExpired = (now: Date) =>
    store.run(async (tx) => {
      const expired = await tx.use(packetRepository).expiredBy(new Date(now.getTime() - ANSWERS_WITHIN_MS), AT_ONCE);
      for (const packet of expired) await loseSight(tx, context, packet, now);
      return expired.length;
    });

  const endSince = (silentSince: Date, now: Date) =>
    store.run(async (tx) => {
      const silent = await tx.use(pullRepository).silentSince(silentSince, AT_ONCE);
      for (const id of silent) await endPull(tx, context, id, now);
      return silent.length;
    });

  const endAll = async (silentSince: Date, now: Date) => {
    let ended = 0;
    for (;;) {
      const count = await endSince(silentSince, now);
      ended += count;
      if (count < AT_ONCE) return ended;
    }
  };

  return {
    /** The pulls of an earlier process are over when this one starts, if it is the only one. */
    async start(): Promise<void> {
      if (store.isShared) return;
      const now = clock.now();
      const ended = await endAll(now, now);
      if (ended > 0) log.info({ pulls: ended }, `Ended ${ended} pulls that an earlier process had left open`);
    },

    async run(): Promise<void> {
      const now = clock.now();
      for (;;) {
        const lost = await loseExpired(now);
        if (lost > 0) log.warn({ packets: lost }, `The outcome of ${lost} packets of pull payments is unknown`);
        if (lost < AT_ONCE) break;
      }
      await endAll(new Date(now.getTime() - MAX_SILENCE_MS), now);
    },
  };
}
