/** Where a person stands: invited but not here yet, registered, or not allowed in any more. */
export const PERSON_STATES = ['invited', 'registered', 'revoked'] as const;
export type PersonState = (typeof PERSON_STATES)[number];
