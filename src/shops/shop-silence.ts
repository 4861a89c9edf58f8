import { auditLogRepository } from '#platform/audit-log/store/audit-log.ts';
import type { Transaction } from '#platform/database/store.ts';
import { webhookRepository } from './store/webhooks.ts';

/** When the shop last sent something. All of it is kept in the database, so a restart forgets nothing. */
export interface ShopSilence {
  /** Undefined where no webhook has ever come. */
  lastWebhookAt: Date | undefined;
  /** Since when none has come: that time, or else the first thing that an operator set here. Undefined before that. */
  silentSince: Date | undefined;
}

export async function shopSilence(tx: Transaction): Promise<ShopSilence> {
  const lastWebhookAt = await tx.use(webhookRepository).lastReceivedAt();
  if (lastWebhookAt !== undefined) return { lastWebhookAt, silentSince: lastWebhookAt };
  const [first] = await tx.use(auditLogRepository).search({}, 0n, 1);
  return { lastWebhookAt, silentSince: first?.createdAt };
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Up to here an age is told in hours, above in days. */
const MAX_HOURS_TOLD_MS = 48 * HOUR_MS;

/**
 * Why a server is not ready whose shop has been silent for longer than the operator wants; undefined where it has not.
 * @param maxAgeMs null where silence is no reason.
 */
export function silenceReason(silence: ShopSilence, maxAgeMs: number | null, now: Date): string | undefined {
  const { lastWebhookAt, silentSince } = silence;
  if (maxAgeMs === null || silentSince === undefined) return undefined;
  const ageMs = now.getTime() - silentSince.getTime();
  if (ageMs <= maxAgeMs) return undefined;
  const advice = 'Look whether the shop still sends them: taritools shopify doctor.';
  if (lastWebhookAt !== undefined) return `No webhook has come from the shop for ${ageText(ageMs)}. ${advice}`;
  return `No webhook has ever come from the shop, and the server was set up ${ageText(ageMs)} ago. ${advice}`;
}

function ageText(ageMs: number): string {
  if (ageMs < 2 * HOUR_MS) return `${Math.floor(ageMs / MINUTE_MS)} minutes`;
  if (ageMs <= MAX_HOURS_TOLD_MS) return `${Math.floor(ageMs / HOUR_MS)} hours`;
  return `${Math.floor(ageMs / (24 * HOUR_MS))} days`;
}
