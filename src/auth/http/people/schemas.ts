import * as z from 'zod';
import { PERSON_STATES } from '#auth/people/person-state.ts';
import { time } from '#platform/http/fields.ts';

/** The shapes of people, their passkeys and their sessions. */

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
