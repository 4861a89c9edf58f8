import * as z from 'zod';
import { whole } from '#platform/cli/answers.ts';

/** What the server answers about what currencies cost. */

export const exchangeRate = z.looseObject({ currency: z.string(), rate: whole, updated_at: z.string() });
export const setRate = exchangeRate.extend({ id: whole, actor: z.string() });

export type ExchangeRateAnswer = z.output<typeof exchangeRate>;
export type SetRateAnswer = z.output<typeof setRate>;
