import { HOUSEKEEPING_SCHEDULE } from '#platform/jobs/housekeeping.ts';
import type { Job } from '#platform/jobs/scheduled-job.ts';
import type { PeopleContext } from './context.ts';
import { invitations } from './invitations.ts';
import { loginLinks } from './login-links.ts';
import { approvals } from './passkeys/approvals.ts';
import { challenges } from './passkeys/challenges.ts';
import { passkeys } from './passkeys/passkeys.ts';
import { relyingPartyOf } from './passkeys/relying-party.ts';
import { sessions } from './sessions.ts';
import { staff } from './staff.ts';

export type PeopleService = ReturnType<typeof people>['service'];

/** People: who they are, how they sign in, and who is signed in. */
export function people(context: PeopleContext) {
  const party = relyingPartyOf(context.settings.publicUrl);
  const allSessions = sessions(context);
  const allChallenges = challenges(context);
  const allPasskeys = passkeys(context, { party, challenges: allChallenges, sessions: allSessions });
  const ports = { party, challenges: allChallenges, passkeys: allPasskeys, sessions: allSessions };
  const allLinks = loginLinks(context, allSessions);
  const { material, begin, endOf, forgetOver, ...ofSessions } = allSessions;
  const { check, take, add, checkNew, ...ofPasskeys } = allPasskeys;
  const { forgetOver: forgetLinks, ...ofLinks } = allLinks;
  const forget = async () => (await forgetOver()) + (await forgetLinks()) + (await allChallenges.forgetOver());
  const jobs: readonly Job[] = [{ name: 'forget-sessions', schedule: HOUSEKEEPING_SCHEDULE, run: forget }];
  return {
    service: {
      ...staff(context, allSessions),
      ...approvals(context, ports),
      sessions: ofSessions,
      passkeys: ofPasskeys,
      invitations: invitations(context, ports),
      loginLinks: ofLinks,
    },
    jobs,
    endSessionsOf: endOf,
  };
}
