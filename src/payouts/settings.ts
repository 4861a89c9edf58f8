import type { SettingsPart, ValuesOf } from '#platform/config/read-settings.ts';
import { optional, withDefault } from '#platform/config/setting.ts';
import { addressToBase58, ONE_SIDED, parseAddress, type TariAddress } from '#tari/address.ts';
import { AmountError, formatTari, type MicroTari, parseTari, TARI_SUPPLY } from '#tari/micro-tari.ts';

const AN_AMOUNT = 'an amount such as 100 XTM or 5000 µT, from 0 to the supply of Tari';
const GROUP = 'Refunds and payouts';

const shape = {
  TPG_REFUND_LIMIT: withDefault(GROUP, '100 XTM', AN_AMOUNT, amountValue, {
    description:
      'How much one person may refund without a second person’s approval: the most of one refund, and of all refunds of a day (UTC). 0 has every refund approved. An address that no signature proves is approved whatever the amount.',
    example: '250 XTM',
  }),
  TPG_PAYOUT_DAILY_LIMIT: withDefault(GROUP, '1000 XTM', AN_AMOUNT, amountValue, {
    description:
      'How much the installation may refund in a day (UTC) until every further refund needs a second person’s approval.',
    example: '5000 XTM',
  }),
  TPG_COLD_ADDRESS: optional(
    GROUP,
    'a Tari address in base58, emoji or hex that takes one-sided payments',
    addressValue,
    {
      description:
        'The owner’s own address, to which the shop’s earnings are swept when two people agree. Without it there are no sweeps.',
      example: '<Tari address>',
    },
  ),
};

type Values = ValuesOf<typeof shape>;

function read(values: Values) {
  return {
    refundLimit: values.TPG_REFUND_LIMIT,
    payoutDailyLimit: values.TPG_PAYOUT_DAILY_LIMIT,
    /** Base58. */
    coldAddress: values.TPG_COLD_ADDRESS === undefined ? null : addressToBase58(values.TPG_COLD_ADDRESS),
  };
}

declare module '#platform/config/read-settings.ts' {
  interface Settings extends ReturnType<typeof read> {}
}

export const settings: SettingsPart<Values> = {
  shape,
  read,
  rules: [{ settings: ['TPG_REFUND_LIMIT', 'TPG_PAYOUT_DAILY_LIMIT'], problem: limitProblem }],
  warnings: () => [],
};

function limitProblem({ TPG_REFUND_LIMIT: one, TPG_PAYOUT_DAILY_LIMIT: all }: Values): string | undefined {
  if (one <= all) return undefined;
  return `TPG_REFUND_LIMIT (${formatTari(one)}) must not be above TPG_PAYOUT_DAILY_LIMIT (${formatTari(all)}).`;
}

function amountValue(text: string): MicroTari | undefined {
  try {
    const amount = parseTari(text);
    return amount >= 0n && amount <= TARI_SUPPLY ? amount : undefined;
  } catch (error) {
    if (error instanceof AmountError) return undefined;
    throw error;
  }
}

function addressValue(text: string): TariAddress | undefined {
  try {
    const address = parseAddress(text);
    return (address.features & ONE_SIDED) === 0 ? undefined : address;
  } catch {
    return undefined;
  }
}
