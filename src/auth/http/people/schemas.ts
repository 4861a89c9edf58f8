import * as z from 'zod';
import { MAX_NAME_LENGTH } from '#auth/people/limits.ts';
import { PERSON_STATES } from '#auth/people/person-state.ts';
import { PERSON_ROLES } from '#auth/roles.ts';
import { keptText, time } from '#platform/http/fields.ts';

/** The shapes of people, their passkeys and their sessions. */

/** Control characters, and those that reverse the direction of writing: they can make one name look like another. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused.
const STEERING = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/;

/** The name of a person, or of a passkey. */
export const shownName = keptText(MAX_NAME_LENGTH)
  .transform((text) => text.trim().normalize('NFC'))
  .refine((text) => text !== '', 'must not be empty')
  .refine((text) => !STEERING.test(text), 'must not hold control characters');

export const personRoles = z.array(z.enum(PERSON_ROLES)).min(1).max(PERSON_ROLES.length);

export const person = z.object({
  id: z.bigint(),
  principal: z.string(),
  name: z.string(),
  roles: z.array(z.string()),
  state: z.enum(PERSON_STATES),
  invitation_until: time.nullable(),
  invited_by: z.string(),
  invited_at: time,
  registered_at: time.nullable(),
  revoked_at: time.nullable(),
});

export const session = z.object({
  id: z.string(),
  principal: z.string(),
  address: z.string(),
  device: z.string(),
  created_at: time,
  seen_at: time,
  ends_at: time,
});

const passkey = z.object({
  id: z.bigint(),
  principal: z.string(),
  name: z.string(),
  is_backed_up: z.boolean(),
  created_at: time,
  used_at: time.nullable(),
});

/** What the events of this context say. */
export const eventPayloads = {
  PersonInvited: z.object({ person }),
  PersonRegistered: z.object({ person }),
  PersonRolesChanged: z.object({ person }),
  PersonRevoked: z.object({ person }),
  PasskeyAdded: z.object({ passkey }),
  PasskeyRemoved: z.object({ passkey }),
  SignedIn: z.object({ session }),
  SignedOut: z.object({ session }),
};
