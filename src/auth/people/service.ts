import type { PeopleContext } from './context.ts';
import { sessions } from './sessions.ts';

export type PeopleService = ReturnType<typeof peopleService>;

/** People: who they are, how they sign in, and who is signed in. */
export function peopleService(context: PeopleContext) {
  const { material, begin, endOf, forgetOver, ...ofSessions } = sessions(context);
  return { sessions: ofSessions };
}
