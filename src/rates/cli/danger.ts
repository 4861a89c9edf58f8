import { readable, ServerRefusal } from '#platform/cli/server-call.ts';
import { formatAmount } from '#platform/cli/terminal/output.ts';
import type { RatesClient } from './requests.ts';

/** A rate that jumps by more than half of itself is more often a slip of the finger than a market. */
export async function rateDanger(client: RatesClient, currency: string, rate: bigint): Promise<string[]> {
  const present = await readable(client.exchangeRate(currency)).catch((error: unknown) => {
    if (error instanceof ServerRefusal && error.status === 404) return undefined;
    throw error;
  });
  if (present === undefined) return [];
  const change = rate > present.rate ? rate - present.rate : present.rate - rate;
  if (change * 2n <= present.rate) return [];
  const [now, then] = [formatAmount(present.rate), formatAmount(rate)];
  return [
    `1 ${currency} costs ${now} now, and will cost ${then} in orders from now on: ${percent(present.rate, rate)}.`,
  ];
}

function percent(from: bigint, to: bigint): string {
  const change = from === 0n ? 100n : ((to - from) * 100n) / from;
  return `${change > 0n ? '+' : ''}${change} %`;
}
