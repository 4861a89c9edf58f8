import * as z from 'zod';

/**
 * What answers of the server are made of. Each context says in its `cli/answers.ts` what the tool needs of its answers,
 * whichever version of the server gives them: whole numbers are bigint, whatever their size; words of a newer server are
 * texts; what an older one does not tell may be missing; and fields that a newer one adds are kept, so that `--json` shows
 * all there is.
 */

export const whole = z.union([z.int(), z.bigint()]).transform((value) => BigInt(value));

export const text = z.string();

export const nullableText = z.string().nullable();

export const result = z.looseObject({ success: z.boolean(), message: z.string() });
