import * as z from 'zod';
import { integer, keptText } from '#platform/http/fields.ts';
import { assetCodeValue, webhookUrlValue } from '#pull-payments/setting-values.ts';
import { MAX_AMOUNT, MAX_CYCLES, MAX_SCALE } from '#pull-payments/terms/check.ts';
import { parseInterval } from '#pull-payments/terms/interval.ts';
import { readTermTime } from '#pull-payments/terms/time.ts';
import type { NewTerms, TermsChange } from '#pull-payments/types.ts';

/** The terms of an agreement as operators send them. Amounts may be texts: JSON of many programs loses those past 2^53. */

const MAX_NOTE_LENGTH = 500;

export const MAX_WEBHOOK_LENGTH = 2000;

const termAmount = z.union([
  z
    .string()
    .regex(/^\d{1,20}$/, 'must be a whole number')
    .transform(BigInt)
    .refine((value) => value >= 1n && value <= MAX_AMOUNT, `must be from 1 to ${MAX_AMOUNT}`),
  integer(1n, MAX_AMOUNT),
]);

const termTime = z.string().transform((text, context): Date => {
  const time = readTermTime(text);
  if (time !== undefined) return time;
  context.issues.push({
    code: 'custom',
    message: 'must be a time with its zone, as 2026-11-30T08:00:00Z',
    input: text,
  });
  return z.NEVER;
});

const assetCode = z
  .string()
  .refine((code) => assetCodeValue(code) !== undefined, 'must be 1 to 20 visible ASCII characters');
const assetScale = z.int().min(0).max(MAX_SCALE);
const interval = z
  .string()
  .refine(
    (text) => parseInterval(text) !== undefined,
    'must be an ISO 8601 duration of at least a second, such as P1M',
  );
const cycles = z.int().min(1).max(MAX_CYCLES);
const note = keptText(MAX_NOTE_LENGTH);
const webhook = keptText(MAX_WEBHOOK_LENGTH).refine(
  (text) => webhookUrlValue(text) !== undefined,
  'must be an http or https URL',
);

export const newTerms = z.strictObject({
  amount: termAmount,
  asset_code: assetCode,
  asset_scale: assetScale,
  interval,
  cycles,
  cap: z.boolean().default(false),
  /** Without it the agreement begins at once. */
  start: termTime.nullish(),
  expiry: termTime.nullish(),
  max_pull: termAmount.nullish(),
  webhook: webhook.nullish(),
  description: note.nullish(),
  reference: note.nullish(),
});

export function newTermsFrom(body: z.output<typeof newTerms>): NewTerms {
  return {
    amount: body.amount,
    asset: { code: body.asset_code, scale: body.asset_scale },
    startAt: body.start ?? null,
    expiryAt: body.expiry ?? null,
    interval: body.interval,
    cycles: body.cycles,
    cap: body.cap,
    maxPull: body.max_pull ?? null,
    webhook: body.webhook ?? null,
    description: body.description ?? null,
    reference: body.reference ?? null,
  };
}

export const termsChange = {
  amount: termAmount.optional(),
  /** With `asset_scale`, or neither: amounts are converted. */
  asset_code: assetCode.optional(),
  asset_scale: assetScale.optional(),
  interval: interval.optional(),
  cycles: cycles.optional(),
  cap: z.boolean().optional(),
  /** Null for never. */
  expiry: termTime.nullish(),
  /** Null for no limit. */
  max_pull: termAmount.nullish(),
};

type GivenChange = z.output<z.ZodObject<typeof termsChange>>;

export function hasWholeAsset({ asset_code: code, asset_scale: scale }: GivenChange): boolean {
  return (code === undefined) === (scale === undefined);
}

/** What is absent stays as it is. */
export function termsChangeFrom(given: GivenChange): TermsChange {
  const { asset_code: code, asset_scale: scale } = given;
  return {
    ...(given.amount !== undefined && { amount: given.amount }),
    ...(code !== undefined && scale !== undefined && { asset: { code, scale } }),
    ...(given.interval !== undefined && { interval: given.interval }),
    ...(given.cycles !== undefined && { cycles: given.cycles }),
    ...(given.cap !== undefined && { cap: given.cap }),
    ...(given.expiry !== undefined && { expiryAt: given.expiry }),
    ...(given.max_pull !== undefined && { maxPull: given.max_pull }),
  };
}
