import { appendFileSync } from 'node:fs';
import type { Store } from '#platform/database/store.ts';
import { silentLog } from '#platform/logging/logger.ts';
import { EventBus } from '#platform/outbox/event-bus.ts';
import { eventTypesOf } from '#platform/outbox/events.ts';
import { pullPayments } from '#pull-payments/module.ts';
import { recovery } from '#pull-payments/money/recovery.ts';
import { pullPaymentsService } from '#pull-payments/service.ts';
import { openStore } from '#test/database/open.ts';

/**
 * A process that pays five clients at once from an agreement, packet by packet, and dies at a moment without a word. What
 * clients got is in a file of theirs. Its argument is JSON of PayingOptions.
 */
export interface PayingOptions {
  url: string;
  agreementId: string;
  /** Where clients note what they got. */
  ledger: string;
  /** Of this life, so that its connections are new ones. */
  life: number;
  /** Before, within and after units of work, and between: at which of these moments it dies; 0 lets it live. */
  dieAt: number;
  /** By how much its clock is ahead. */
  aheadMs: number;
}

const CLIENTS = 5;
const ASSET = { code: 'XRP', scale: 9 };

/** How often a client asks again while others hold the rest. */
const MAX_WAITS = 100;

const options = JSON.parse(process.argv[2] ?? '') as PayingOptions;
let moments = 0;

function moment(): void {
  moments += 1;
  if (moments === options.dieAt) process.kill(process.pid, 'SIGKILL');
}

function mortal(store: Store): Store {
  return {
    ...store,
    async run(work) {
      moment();
      const answer = await store.run(async (tx) => {
        const result = await work(tx);
        moment();
        return result;
      });
      moment();
      return answer;
    },
  };
}

async function main(): Promise<void> {
  const opened = await openStore(options.url, { maxConnections: 2 });
  const clock = { now: () => new Date(Date.now() + options.aheadMs) };
  const context = {
    store: mortal(opened),
    clock,
    log: silentLog,
    subscriptions: new EventBus(silentLog, eventTypesOf([pullPayments])),
    randomBytes: (length: number) => new Uint8Array(length),
    makeAgreementId: () => '',
    uplink: { state: undefined },
  };
  const service = pullPaymentsService(context);
  const { start, run } = recovery(context);
  await start();
  await run();
  await Promise.all(
    Array.from({ length: CLIENTS }, (_, client) => pay(service, `life ${options.life} ${client}`, clock)),
  );
  await opened.close();
  process.stdout.write(String(moments));
}

type Service = ReturnType<typeof pullPaymentsService>;

async function pay(service: Service, pullId: string, clock: { now(): Date }): Promise<void> {
  let waits = 0;
  for (let packet = 1; waits < MAX_WAITS; packet += 1) {
    const expiresAt = new Date(clock.now().getTime() + 30_000);
    const asked = { agreementId: options.agreementId, pullId, packet, amount: 7n, asset: ASSET, expiresAt };
    const granted = await service.reserve(asked);
    if (granted === 0n) break;
    if (granted === 'later') {
      waits += 1;
      continue;
    }
    moment();
    // From here on the client has it, whatever becomes of us.
    appendFileSync(options.ledger, `${pullId}|${packet}|${granted}\n`);
    moment();
    await service.settle({ pullId, packet, outcome: 'fulfilled', fulfillment: new Uint8Array(32), code: null });
  }
  await service.endPull(pullId);
}

void main();
