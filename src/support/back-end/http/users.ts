import type { FastifyRequest } from 'fastify';
import { invitationUrl } from '#auth/people/urls.ts';
import type { PersonView } from '#auth/people/views.ts';
import { changeRequestOf } from '#platform/audit-log/http/idempotency-key.ts';
import { callerOf } from '#platform/http/caller.ts';
import { DomainError } from '#support/back-end/errors.ts';
import { bodyOf, user } from './bodies.ts';
import type { BackEndPorts, BackEndRoutes } from './ports.ts';

/** Far more than a shop has. */
const MAX_PEOPLE = 1000;

const STAFF_ID = /^(?:staff:)?(\d{1,18})$/;

/** `user` and `user/resend_confirmation`: the shop's staff. Their e-mail addresses are not kept; a name may be one. */
export function userHandlers({ services, http, accountId }: BackEndPorts): BackEndRoutes {
  const { people } = services.auth;

  /** By id, or by name in any case. @throws {DomainError} `support_user_not_found`, `person_not_found` */
  const personOf = async (named: string): Promise<PersonView> => {
    const id = STAFF_ID.exec(named)?.[1];
    if (id !== undefined) return people.find(BigInt(id));
    const { rows } = await people.list({ limit: MAX_PEOPLE });
    const found = rows.filter(({ name }) => name.toLowerCase() === named.toLowerCase());
    const [only] = found;
    if (only === undefined || found.length > 1) throw new DomainError('support_user_not_found');
    return people.find(only.id);
  };

  const userView = ({ principal, name, state, roles, invited_at: invitedAt }: PersonView) => ({
    user_id: principal,
    user_name: name,
    state,
    roles,
    shops: [accountId],
    create_time: invitedAt,
  });

  const oneself = async (request: FastifyRequest) => {
    const { name, roles } = callerOf(request);
    const id = /^staff:(\d{1,18})$/.exec(name)?.[1];
    if (id !== undefined) return userView(await people.find(BigInt(id)));
    return { user_id: name, user_name: name, state: 'registered', roles: [...roles], shops: [accountId] };
  };

  return {
    user: {
      roles: [],
      async answer(request) {
        const { user_id: id, email, account_id: account } = bodyOf(request, user);
        const named = id ?? email ?? (account === accountId ? undefined : account);
        const { name, roles } = callerOf(request);
        if (named === undefined || named === name) return oneself(request);
        // Others are for those who look after people.
        if (!roles.has('super_admin')) throw new DomainError('permission_missing');
        return userView(await personOf(named));
      },
    },

    'user/resend_confirmation': {
      roles: ['super_admin'],
      async answer(request) {
        const { user_id: id, email, account_id: account } = bodyOf(request, user);
        const named = id ?? email ?? account;
        if (named === undefined) throw new DomainError('support_user_not_found');
        const { person, code } = await people.inviteAgain(changeRequestOf(request), (await personOf(named)).id);
        return {
          user_id: person.principal,
          state: person.state,
          // Shown once: a repeat under the same key has no code.
          invitation_url: invitationUrl(http.settings, code),
          invitation_until: person.invitation_until,
        };
      },
    },
  };
}
