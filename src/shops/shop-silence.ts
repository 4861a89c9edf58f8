import { auditLogRepository } from '#platform/audit-log/store/audit-log.ts';
import type { Transaction } from '#platform/database/store.ts';
import { webhookRepository } from './store/webhooks.ts';

/** When the shop last sent something. It is stored in the database and survives a restart. */
export interface ShopSilence {
  /** Undefined if no webhook has ever arrived. */
  lastWebhookAt: Date | undefined;
  /** Since when none has arrived: that time, or else the operator's first configuration. Undefined before that. */
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
/** Ages up to this are shown in hours, longer ones in days. */
const MAX_AGE_IN_HOURS_MS = 48 * HOUR_MS;

/**
 * Why a server is not ready if its shop has been silent for longer than the operator allows; undefined otherwise.
 * @param maxAgeMs null if silence does not matter.
 */
export function silenceReason(silence: ShopSilence, maxAgeMs: number | null, now: Date): string | undefined {
  const { lastWebhookAt, silentSince } = silence;
  if (maxAgeMs === null || silentSince === undefined) return undefined;
  const ageMs = now.getTime() - silentSince.getTime();
  if (ageMs <= maxAgeMs) return undefined;
  const advice = 'Check whether the shop still sends them: taritools shopify doctor.';
  if (lastWebhookAt !== undefined) return `No webhook has come from the shop for ${ageText(ageMs)}. ${advice}`;
  return `No webhook has ever come from the shop, and the server was set up ${ageText(ageMs)} ago. ${advice}`;
}

function ageText(ageMs: number): string {
  if (ageMs < 2 * HOUR_MS) return `${Math.floor(ageMs / MINUTE_MS)} minutes`;
  if (ageMs <= MAX_AGE_IN_HOURS_MS) return `${Math.floor(ageMs / HOUR_MS)} hours`;
  return `${Math.floor(ageMs / (24 * HOUR_MS))} days`;
}
