/** What bounds people, and what they sign in with. */

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Far more than a shop has, those who were revoked not counted. */
export const MAX_PEOPLE = 1_000;
/** Invitations that wait; a leaked list of them is a list of ways in. */
export const MAX_OPEN_INVITATIONS = 100;
/** Phones, computers and spare keys of one person. */
export const MAX_PASSKEYS = 10;
/** Browsers of one person; the oldest one is signed out for another. */
export const MAX_SESSIONS = 20;
export const MAX_NAME_LENGTH = 100;

export const INVITATION_VALID_MS = 72 * HOUR_MS;
/** Long enough to click on what a terminal prints, too short to be passed on. */
export const LOGIN_LINK_VALID_MS = MINUTE_MS;
/** A session ends when nothing was asked for so long, */
export const SESSION_IDLE_MS = 30 * MINUTE_MS;
/** and after a working day, however busy it is. */
export const SESSION_VALID_MS = 12 * HOUR_MS;
/** How exact it is known when a session was last used: a page view in between writes nothing. */
export const SEEN_EVERY_MS = MINUTE_MS;
/** A device that asks for a finger or a code takes its time. */
export const CHALLENGE_VALID_MS = 5 * MINUTE_MS;

/** Codes of links and tokens of sessions: 256 bits. */
export const CODE_BYTES = 32;
