import type { PasskeyView, PersonView, SessionView } from './views.ts';

declare module '#platform/outbox/events.ts' {
  interface Events {
    PersonInvited: { person: PersonView };
    PersonRegistered: { person: PersonView };
    PersonRolesChanged: { person: PersonView };
    PersonRevoked: { person: PersonView };
    PasskeyAdded: { passkey: PasskeyView };
    PasskeyRemoved: { passkey: PasskeyView };
    SignedIn: { session: SessionView };
    /** By the person, or by an operator. Sessions that end by themselves are not told of. */
    SignedOut: { session: SessionView };
  }
}

export const PEOPLE_EVENTS = [
  'PersonInvited',
  'PersonRegistered',
  'PersonRolesChanged',
  'PersonRevoked',
  'PasskeyAdded',
  'PasskeyRemoved',
  'SignedIn',
  'SignedOut',
] as const;
