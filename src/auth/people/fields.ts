import * as z from 'zod';
import { PERSON_ROLES } from '#auth/roles.ts';
import { keptText } from '#platform/http/fields.ts';
import { MAX_NAME_LENGTH } from './limits.ts';

/** What is entered of people, in forms and in requests. */

/** Control characters, and those that reverse the direction of writing: they can make one name look like another. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused.
const STEERING = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/;

/** The name of a person, or of a passkey. */
export const shownName = keptText(MAX_NAME_LENGTH)
  .transform((text) => text.trim().normalize('NFC'))
  .refine((text) => text !== '', 'must not be empty')
  .refine((text) => !STEERING.test(text), 'must not hold control characters');

export const personRoles = z.array(z.enum(PERSON_ROLES)).min(1).max(PERSON_ROLES.length);
