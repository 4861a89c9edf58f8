import * as z from 'zod';
import { AmountError, type MicroTari, parseTari } from '#tari/micro-tari.ts';

/** Fields of filters that several lists have. */

/** An amount as people write it. */
export const amountFilter = z.string().transform((text, context): MicroTari => {
  try {
    return parseTari(text.replace(/[\u202f\u00a0 ](?=\d)/g, ''));
  } catch (error) {
    if (!(error instanceof AmountError)) throw error;
    context.issues.push({ code: 'custom', message: 'must be an amount such as 477 XTM or 500 µT', input: text });
    return z.NEVER;
  }
});
