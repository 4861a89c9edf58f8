import * as z from 'zod';
import { ORDER_STATUSES } from '#engine/store/tables.ts';
import { currency } from '#platform/http/fields.ts';
import { type CursorForm, idCursor, pageFields, timeIn } from '#platform/http/pagination.ts';
import { isStorable } from '#platform/storable-text.ts';
import { isDay, isTimeZone } from '#support/reports/days.ts';
import { MOVEMENT_KINDS } from '#support/reports/lines.ts';
import { PRESETS } from '#support/reports/periods.ts';
import { JOURNALS, type MovementPosition } from '#support/reports/position.ts';

/** The shapes of reports. */

const MAX_TIME_ZONE_LENGTH = 64;

const day = z.string().max(10).refine(isDay, 'must be a day like 2026-11-30');

/** The fields of a report's URL that say what it is about. */
export const reportFields = {
  period: z.enum(PRESETS, { error: `must be one of ${PRESETS.join(', ')}` }).optional(),
  from: day.optional(),
  to: day.optional(),
  time_zone: z
    .string()
    .max(MAX_TIME_ZONE_LENGTH)
    .refine(isTimeZone, 'must be the name of a time zone, such as Europe/Berlin')
    .default('UTC'),
  currency: currency.transform((code) => code.toUpperCase()).optional(),
};

export type ReportQuery = z.output<z.ZodObject<typeof reportFields>>;

export const RANGE_OR_PRESET = 'names either a period, or a first day with from and a last one with to';

/** A preset, or both days of a range with the first not behind the last; neither for the default. */
export function namesOnePeriod({ period, from, to }: Pick<ReportQuery, 'period' | 'from' | 'to'>): boolean {
  if (from === undefined && to === undefined) return true;
  return period === undefined && from !== undefined && to !== undefined && from <= to;
}

export const FORMATS = ['json', 'csv'] as const;
const format = z.enum(FORMATS, { error: `must be one of ${FORMATS.join(', ')}` }).default('json');

const ORDER_IDS = idCursor('order');

export const ORDER_LINE_CURSOR: CursorForm<{ createdAt: Date; id: bigint }> = {
  kind: 'report of orders',
  partsOf: ({ createdAt, id }) => [createdAt.toISOString(), String(id)],
  positionOf([time, ...id]) {
    const createdAt = timeIn(time);
    const known = ORDER_IDS.positionOf(id);
    return createdAt === undefined || known === undefined ? undefined : { createdAt, id: known };
  },
};

export const MOVEMENT_CURSOR: CursorForm<MovementPosition> = {
  kind: 'report of movements',
  partsOf: ({ time, journal, id }) => [time.toISOString(), journal, id],
  positionOf([text, journal, id = '', ...more]) {
    const time = timeIn(text);
    const known = JOURNALS.find((name) => name === journal);
    if (time === undefined || known === undefined || more.length > 0 || !isStorable(id) || id === '') return undefined;
    // Ids of settlements are numbers, the others are texts.
    if (known === 'settlements' && ORDER_IDS.positionOf([id]) === undefined) return undefined;
    return { time, journal: known, id };
  },
};

/** CSV is always the whole report. */
function isWholeIfCsv(query: { format: string; limit?: unknown; cursor?: unknown }): boolean {
  return query.format !== 'csv' || (query.limit === undefined && query.cursor === undefined);
}

const WHOLE_CSV = 'asks for CSV, which is the whole report, without limit and cursor';

export const orderReport = z
  .strictObject({ ...reportFields, format, ...pageFields(ORDER_LINE_CURSOR) })
  .refine(namesOnePeriod, RANGE_OR_PRESET)
  .refine(isWholeIfCsv, WHOLE_CSV);

export const movementReport = z
  .strictObject({ ...reportFields, format, ...pageFields(MOVEMENT_CURSOR) })
  .refine(namesOnePeriod, RANGE_OR_PRESET)
  .refine(isWholeIfCsv, WHOLE_CSV);

export const totalsOf = z.strictObject(reportFields).refine(namesOnePeriod, RANGE_OR_PRESET);

// ---- Responses -----------------------------------------------------------------------------------------------------

const amount = z.bigint();
const time = z.iso.datetime();
const value = z.string().nullable();

const about = {
  period: z.object({
    from: z.string(),
    to: z.string(),
    time_zone: z.string(),
    since: time,
    until: time,
  }),
  /** The currency of values; null if there is none yet. */
  currency: z.string().nullable(),
  unit: z.literal('uT'),
};

export const orderLine = z.object({
  order_id: z.string(),
  name: z.string().nullable(),
  customer_id: z.string(),
  created_at: time,
  status: z.enum(ORDER_STATUSES),
  currency: z.string(),
  original_price: z.string().nullable(),
  exchange_rate: amount,
  price: amount,
  paid: amount,
  paid_at: time.nullable(),
  refunded: amount,
  refunded_at: time.nullable(),
  kept: amount,
  paid_value: value,
  refunded_value: value,
  kept_value: value,
});

export const movementLine = z.object({
  time,
  kind: z.enum(MOVEMENT_KINDS),
  id: z.string(),
  order_id: z.string().nullable(),
  address: z.string().nullable(),
  amount,
  rate: amount.nullable(),
  value,
  memo: z.string().nullable(),
});

export const orderReportAnswer = z.object({ ...about, lines: z.array(orderLine) });
export const movementReportAnswer = z.object({ ...about, lines: z.array(movementLine) });

/** How many lines have no value, because the rate of their time is not known. */
const counted = { lines: z.number(), without_value: z.number() };

export const orderTotals = z.object({
  ...about,
  totals: z.array(
    z.object({
      status: z.enum(ORDER_STATUSES),
      ...counted,
      price: amount,
      paid: amount,
      refunded: amount,
      kept: amount,
      paid_value: value,
      refunded_value: value,
      kept_value: value,
    }),
  ),
});

export const movementTotals = z.object({
  ...about,
  totals: z.array(z.object({ kind: z.enum(MOVEMENT_KINDS), ...counted, amount, value })),
});
