import { type OutputOptions, table } from '#platform/cli/terminal/output.ts';
import type { ExchangeRateAnswer, SetRateAnswer } from './answers.ts';

export function ratesView(rates: readonly ExchangeRateAnswer[], output: OutputOptions): string[] {
  return table<ExchangeRateAnswer>(
    [
      { title: 'Currency', of: (rate) => rate.currency },
      { title: 'One unit costs', amount: (rate) => rate.rate },
      { title: 'Since', time: (rate) => rate.updated_at },
    ],
    rates,
    output,
  );
}

export function rateHistoryView(rates: readonly SetRateAnswer[], output: OutputOptions): string[] {
  return table<SetRateAnswer>(
    [
      { title: 'Number', whole: (rate) => rate.id },
      { title: 'Set', time: (rate) => rate.updated_at },
      { title: 'One unit costs', amount: (rate) => rate.rate },
      { title: 'By', of: (rate) => rate.actor, canShrink: true },
    ],
    rates,
    output,
  );
}
