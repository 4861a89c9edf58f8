import type { SettingsPart, ValuesOf } from '#platform/config/read-settings.ts';
import { withDefault } from '#platform/config/setting.ts';
import { A_BOOLEAN, booleanValue, cronValue, durationValueMs, HOUR_MS } from '#platform/config/values.ts';
import { toleranceValue } from './money/tolerance.ts';

/** A shorter time-out of an order is a typing error, and one above a year is none at all. */
const MIN_TIMEOUT_MS = 100;
const MAX_TIMEOUT_MS = 365 * 24 * HOUR_MS;
const MAX_GRACE_MS = 7 * 24 * HOUR_MS;

const A_TIMEOUT = 'hours as a number, or a number with ms, s, m, h or d, from 100ms to 365d';
const TOLERANCE_EXAMPLES = '0, a share such as 0.5% up to 10%, or an amount such as 5000 µT or 0.01 XTM';

const timeoutMs = (text: string) => durationValueMs(text, MIN_TIMEOUT_MS, MAX_TIMEOUT_MS);

const shape = {
  TPG_STRICT_MODE: withDefault('Orders', 'true', A_BOOLEAN, booleanValue, {
    description:
      'Whether requests name an order by its id only; if off, also by its name in the shop, such as #1001. It does not apply to what payments name.',
    example: 'false',
  }),
  TPG_DISABLE_MEMO_SIGNATURE_CHECK: withDefault('Orders', 'false', A_BOOLEAN, booleanValue, {
    description:
      "Accepts a claim in a memo or an order's note without checking its signature, and searches a payment's memo without a claim for an order's number. For trying out only: with it anyone can claim in anyone's name.",
    example: 'false',
  }),
  TPG_UNCLAIMED_ORDER_TIMEOUT: withDefault('Orders', '2', A_TIMEOUT, timeoutMs, {
    description:
      'How long after its last change an order without a claim expires, in hours, or with a unit: ms, s, m, h or d.',
    example: '90m',
  }),
  TPG_UNPAID_ORDER_TIMEOUT: withDefault('Orders', '48', A_TIMEOUT, timeoutMs, {
    description: 'How long after its last change a claimed order that is not paid expires, in hours, or with a unit.',
    example: '3d',
  }),
  TPG_EXPIRY_SCHEDULE: withDefault(
    'Orders',
    '* * * * *',
    'a cron expression of five fields, or of six with seconds first',
    cronValue,
    {
      description:
        'When to look for orders that expire, as a cron expression, with seconds as an optional first field. By default each minute.',
      example: '*/10 * * * * *',
    },
  ),
  TPG_EXPIRY_GRACE: withDefault(
    'Orders',
    '2m',
    'hours as a number, or a number with ms, s, m, h or d, from 0 to 7d',
    (text) => durationValueMs(text, 0, MAX_GRACE_MS),
    {
      description:
        'How long nothing expires after a start, and after a failed write to the database, so that payments that came meanwhile are counted first. In hours, or with a unit.',
      example: '10m',
    },
  ),
  TPG_CONFIRMATION_WAIT: withDefault(
    'Orders',
    '6h',
    'hours as a number, or a number with ms, s, m, h or d, from 0 to 7d',
    (text) => durationValueMs(text, 0, MAX_GRACE_MS),
    {
      description:
        'How long after its time-out an order waits for reported payments that are not confirmed yet and could cover it. In hours, or with a unit.',
      example: '12h',
    },
  ),
  TPG_UNDERPAID_TOLERANCE: withDefault('Orders', '0', TOLERANCE_EXAMPLES, toleranceValue, {
    description:
      'How much of the price of a partly paid order may be missing for it to count as paid: a share such as 0.5%, up to 10%, or an amount such as 5000 µT or 0.01 XTM; never more than half of the price. The difference is booked as a credit with the reason tolerance.',
    example: '0.5%',
  }),
};

type Values = ValuesOf<typeof shape>;

function read(values: Values) {
  return {
    strictMode: values.TPG_STRICT_MODE,
    disableMemoSignatureCheck: values.TPG_DISABLE_MEMO_SIGNATURE_CHECK,
    unclaimedOrderTimeoutMs: values.TPG_UNCLAIMED_ORDER_TIMEOUT,
    unpaidOrderTimeoutMs: values.TPG_UNPAID_ORDER_TIMEOUT,
    /** A cron expression for node-cron, with or without seconds. */
    expirySchedule: values.TPG_EXPIRY_SCHEDULE,
    expiryGraceMs: values.TPG_EXPIRY_GRACE,
    confirmationWaitMs: values.TPG_CONFIRMATION_WAIT,
    /** How much of the price may be missing for an order to count as paid. */
    underpaidTolerance: values.TPG_UNDERPAID_TOLERANCE,
  };
}

/** What the engine must know of the shop; the shop's context sets it. */
export interface ShopSettings {
  /** Whether orders come from a shop. */
  hasShop: boolean;
  /** The meaning that is tried first for a number in a payment's text: an order's id, or its name in the shop. */
  orderIdField: 'id' | 'name';
}

declare module '#platform/config/read-settings.ts' {
  interface Settings extends ReturnType<typeof read>, ShopSettings {}
}

export const settings: SettingsPart<Values> = {
  shape,
  read,
  warnings: ({ disableMemoSignatureCheck }) => [
    [
      disableMemoSignatureCheck,
      "TPG_DISABLE_MEMO_SIGNATURE_CHECK is on: anyone can claim any order in any name, and any number in a payment's memo is taken for an order. Never run production so.",
    ],
  ],
};
