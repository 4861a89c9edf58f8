import * as z from 'zod';
import { amount, time } from '#platform/http/fields.ts';

/** The shapes of rates. */

export const exchangeRate = z.object({ currency: z.string(), rate: amount, updated_at: time });

/** A rate of the history. */
export const setRate = z.object({ id: z.bigint(), ...exchangeRate.shape, actor: z.string() });
