import * as z from 'zod';

const MAX_ID_LENGTH = 100;

/** The id of a refund or of a payout, in a path. */
export const payoutId = z
  .string()
  .max(MAX_ID_LENGTH)
  .regex(/^[\w-]+$/);
