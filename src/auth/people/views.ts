import type { Passkey } from '#auth/store/passkeys.ts';
import type { Session } from '#auth/store/sessions.ts';
import type { Person } from '#auth/store/staff.ts';
import type { PersonState } from './person-state.ts';

/** How a person is named in the audit log. */
export function staffPrincipal(id: bigint): string {
  return `staff:${id}`;
}

/** A person as the interface, events and the audit log show them. */
export interface PersonView {
  id: bigint;
  /** As which the person appears in the audit log. */
  principal: string;
  name: string;
  roles: string[];
  state: PersonState;
  /** Until when the open invitation is good. */
  invitation_until: string | null;
  invited_by: string;
  invited_at: string;
  registered_at: string | null;
  revoked_at: string | null;
}

export function personView(person: Person): PersonView {
  const timeOrNull = (time: Date | null) => time?.toISOString() ?? null;
  return {
    id: person.id,
    principal: staffPrincipal(person.id),
    name: person.name,
    roles: [...person.roles],
    state: person.state,
    invitation_until: timeOrNull(person.invitationUntil),
    invited_by: person.invitedBy,
    invited_at: person.invitedAt.toISOString(),
    registered_at: timeOrNull(person.registeredAt),
    revoked_at: timeOrNull(person.revokedAt),
  };
}

/** A browser in which a person is signed in. Its id is no secret: nobody is let in by it. */
export interface SessionView {
  id: string;
  principal: string;
  address: string;
  device: string;
  created_at: string;
  seen_at: string;
  ends_at: string;
}

export function sessionView({ id, principal, address, device, createdAt, seenAt, endsAt }: Session): SessionView {
  return {
    id,
    principal,
    address,
    device,
    created_at: createdAt.toISOString(),
    seen_at: seenAt.toISOString(),
    ends_at: endsAt.toISOString(),
  };
}

/** A passkey without its key. */
export interface PasskeyView {
  id: bigint;
  principal: string;
  name: string;
  is_backed_up: boolean;
  created_at: string;
  used_at: string | null;
}

export function passkeyView({ id, principal, name, isBackedUp, createdAt, usedAt }: Passkey): PasskeyView {
  return {
    id,
    principal,
    name,
    is_backed_up: isBackedUp,
    created_at: createdAt.toISOString(),
    used_at: usedAt?.toISOString() ?? null,
  };
}
