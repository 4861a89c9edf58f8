import { Ledger, type LedgerContext } from '#engine/money/ledger.ts';
import type { ChainPayments } from '#engine/payments/chain-payments.ts';
import { noteSeen, orderById, paymentById } from '#engine/records.ts';
import type { Clock } from '#platform/clock.ts';
import type { Store, Transaction } from '#platform/database/store.ts';
import type { Logger } from '#platform/logging/logger.ts';
import { storableText } from '#platform/storable-text.ts';
import { doubledPauseMs } from '#platform/timers/backoff.ts';
import { PollingLoop } from '#platform/timers/polling-loop.ts';
import { formatTari, type MicroTari, sumMicroTari } from '#tari/micro-tari.ts';
import type { SeenOutput } from './mempool/mempool.ts';
import { NodeError } from './nodes/node-error.ts';
import type { Scan } from './scan/open-scan.ts';
import { chainRepository } from './store/chain.ts';

/** A buyer looks at the page after paying. */
const POLL_MS = 3_000;

const FIRST_PAUSE_MS = 1_000;
const MAX_PAUSE_MS = 60_000;

/** How long a sighting is shown after the node stopped answering; it may have vanished. */
const FORGET_AFTER_MS = 10 * 60_000;

/** How often the freshness of a sighting is written. */
const NOTE_SEEN_EVERY_MS = 60_000;

/** More payments to one shop at a time are not real. */
const MAX_SIGHTINGS = 1_000;

export interface MempoolWatchPorts {
  store: Store;
  scan: Pick<Scan, 'seenInMempool'>;
  payments: ChainPayments;
  ledgerContext: LedgerContext;
  clock: Clock;
  log: Logger;
}

/**
 * Shows payments in the mempool beside the shop's orders. They have no effect: they are only displayed, and disappear
 * when they leave the mempool.
 */
export class MempoolWatch {
  readonly #ports: MempoolWatchPorts;
  readonly #loop: PollingLoop;
  #failures = 0;
  #notedAt = new Date(0);

  constructor(ports: MempoolWatchPorts) {
    this.#ports = ports;
    this.#loop = new PollingLoop(
      async () => {
        await this.look();
        return POLL_MS + this.#pauseMs();
      },
      (error) => {
        ports.log.error({ err: error }, 'Sightings in the mempool could not be saved; retrying');
        return MAX_PAUSE_MS;
      },
    );
  }

  start(): void {
    this.#loop.start();
  }

  stop(): Promise<void> {
    return this.#loop.stop();
  }

  /** Reads the mempool once. */
  async look(): Promise<void> {
    const { store, scan, log } = this.#ports;
    const top = await store.read((tx) => tx.use(chainRepository).top());
    const seen = await scan.seenInMempool(top?.height ?? 0).catch((error: unknown) => {
      if (!(error instanceof NodeError)) throw error;
      return error;
    });
    if (seen instanceof NodeError) return this.#afterFailure(seen);
    if (this.#failures > 0) log.info({}, 'The mempool can be read again');
    this.#failures = 0;
    await this.#keep(seen.slice(0, MAX_SIGHTINGS));
  }

  async #keep(seen: readonly SeenOutput[]): Promise<void> {
    const { store, clock, log, payments, ledgerContext } = this.#ports;
    const known = await store.read((tx) => tx.use(chainRepository).sightings());
    const now = clock.now();
    const isFresh = now.getTime() - this.#notedAt.getTime() < NOTE_SEEN_EVERY_MS;
    const isSame =
      known.length === seen.length && seen.every((one) => known.some((other) => other.outputHash === one.outputHash));
    if (isSame && (isFresh || known.length === 0)) return;
    const added = await store.run((tx) =>
      keepSightings({ tx, now, payments, ledger: new Ledger(tx, now, ledgerContext) }, seen),
    );
    this.#notedAt = now;
    for (const { txid, amount, orderId } of added) {
      const order = orderId === null ? 'for no known order' : `for order ${orderId}`;
      log.info({ txid, orderId }, `Payment ${txid} of ${formatTari(amount as MicroTari)} ${order} is in the mempool`);
    }
  }

  async #afterFailure(error: NodeError): Promise<void> {
    // A request aborted by the shutdown is not a failure of the node.
    if (this.#loop.stopping.aborted) return;
    const { store, clock, log } = this.#ports;
    this.#failures += 1;
    if (this.#failures === 1) {
      log.warn({ kind: error.kind }, `The mempool cannot be read: ${error.message} Retrying with back-off.`);
    }
    const old = clock.now().getTime() - FORGET_AFTER_MS;
    const known = await store.read((tx) => tx.use(chainRepository).sightings());
    if (known.some(({ lastSeenAt }) => lastSeenAt.getTime() <= old)) await store.run(forgetSightings);
  }

  /** The poll interval plus back-off: a failing node is queried less and less often. */
  #pauseMs(): number {
    return this.#failures === 0 ? 0 : doubledPauseMs(this.#failures, FIRST_PAUSE_MS, MAX_PAUSE_MS);
  }
}

/** Deletes all sightings: the watcher stopped, or they are too old. */
export async function forgetSightings(tx: Transaction): Promise<void> {
  const sightings = await tx.use(chainRepository).sightings();
  for (const { outputHash } of sightings) await tx.use(chainRepository).removeSighting(outputHash);
  await noteAmountsSeen(tx, new Set(sightings.map(({ orderId }) => orderId)));
}

interface Sighting {
  txid: string;
  amount: bigint;
  orderId: string | null;
}

/** Makes the stored sightings equal to the mempool. Returns the new ones. */
async function keepSightings(
  { tx, now, payments, ledger }: { tx: Transaction; now: Date; payments: ChainPayments; ledger: Ledger },
  seen: readonly SeenOutput[],
): Promise<Sighting[]> {
  const known = await tx.use(chainRepository).sightings();
  const shown = new Set(seen.map(({ outputHash }) => outputHash));
  // First the vanished ones, so that an order never shows an old sighting beside a new one.
  const gone = known.filter(({ outputHash }) => !shown.has(outputHash));
  for (const { outputHash } of gone) await tx.use(chainRepository).removeSighting(outputHash);
  await noteAmountsSeen(tx, new Set(gone.map(({ orderId }) => orderId)));
  const kept = new Set(known.map(({ outputHash }) => outputHash));
  const added: Sighting[] = [];
  for (const { outputHash, txid, amount, text } of seen) {
    // For a moment a node may still show a payment in its mempool that is already in a block.
    if (kept.has(outputHash) || (await paymentById(tx, txid)) !== undefined) continue;
    kept.add(outputHash);
    const memo = text === null ? null : storableText(text);
    const order = await payments.orderSeenFor(tx, memo);
    const orderId = order?.orderId ?? null;
    await tx.use(chainRepository).addSighting({ outputHash, txid, amount, orderId }, now);
    added.push({ txid, amount, orderId });
    await noteAmountsSeen(tx, new Set([orderId]));
    const shown = order && (await orderById(tx, order.orderId));
    await ledger.announceSeen({ txid, amount, memo, order_id: orderId }, shown);
  }
  await tx.use(chainRepository).seeAgain(now);
  return added;
}

async function noteAmountsSeen(tx: Transaction, orderIds: ReadonlySet<string | null>): Promise<void> {
  const sightings = await tx.use(chainRepository).sightings();
  for (const orderId of orderIds) {
    const order = orderId === null ? undefined : await orderById(tx, orderId);
    if (order === undefined) continue;
    const amounts = sightings.filter((one) => one.orderId === orderId).map(({ amount }) => amount as MicroTari);
    await noteSeen(tx, order, sumMicroTari(amounts));
  }
}
