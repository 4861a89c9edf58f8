import { DomainError } from '#auth/errors.ts';
import { mayActAs, type Role } from '#auth/roles.ts';
import { passkeyRepository } from '#auth/store/passkeys.ts';
import { type Person, staffRepository } from '#auth/store/staff.ts';
import { type ChangeRequest, operatorActions } from '#platform/audit-log/operator-actions.ts';
import type { Transaction } from '#platform/database/store.ts';
import { appendEvent } from '#platform/outbox/append-event.ts';
import { type PageRequest, readPage } from '#platform/paging.ts';
import { newCode } from './codes.ts';
import type { PeopleContext } from './context.ts';
import type { PEOPLE_EVENTS } from './events.ts';
import { INVITATION_VALID_MS, MAX_OPEN_INVITATIONS, MAX_PEOPLE } from './limits.ts';
import type { Sessions } from './sessions.ts';
import { isSuperAdminLeft } from './super-admins.ts';
import { type PersonView, personView, staffPrincipal } from './views.ts';

/** The code is null where the request is a repeat: it was told once, and only its hash is kept. */
export type Invited = { person: PersonView; code: string | null };

const USER_HANDLE_BYTES = 32;

export type Staff = ReturnType<typeof staff>;

/** The people who work for the shop. Each change is one unit of work with its event and its line in the audit log. */
export function staff(context: PeopleContext, sessions: Pick<Sessions, 'endOf'>) {
  const { store, subscriptions, randomBytes } = context;
  const { perform } = operatorActions(context);

  const told = async (tx: Transaction, id: bigint, type: PersonEvent, now: Date): Promise<PersonView> => {
    const person = personView(await personOf(tx, id));
    await appendEvent(tx, subscriptions, { type, subject: staffPrincipal(id), payload: { person }, at: now });
    return person;
  };

  const changed = (request: ChangeRequest, id: bigint, change: PersonChange): Promise<PersonView> =>
    perform(request, async ({ tx, now }) => {
      const before = await personOf(tx, id);
      if (before.state === 'revoked') throw new DomainError('person_state', `${id} may not sign in any more`);
      await change.apply(tx, before, now);
      const answer = await told(tx, id, change.type, now);
      const { action, reason } = change;
      const record = { action, reason, subject: staffPrincipal(id), before: personView(before), after: answer };
      return { answer, record };
    });

  return {
    /** All people by id, those who may not sign in any more too. */
    list: (request: PageRequest<bigint>) =>
      store.read((tx) =>
        readPage(
          request,
          (after, limit) => tx.use(staffRepository).page(after ?? 0n, limit),
          ({ id }) => id,
        ),
      ),

    /** @throws {DomainError} `person_not_found` */
    find: (id: bigint): Promise<PersonView> => store.read(async (tx) => personView(await personOf(tx, id))),

    /** @throws {DomainError} `too_many_people` */
    async invite(request: ChangeRequest, asked: { name: string; roles: readonly Role[] }): Promise<Invited> {
      const { code, hash: invitationHash } = newCode(randomBytes);
      const userHandle = Buffer.from(randomBytes(USER_HANDLE_BYTES)).toString('base64url');
      let isNew = false;
      const person = await perform(request, async ({ tx, now }) => {
        const people = tx.use(staffRepository);
        const [invited, registered] = [await people.countIn('invited'), await people.countIn('registered')];
        if (invited >= MAX_OPEN_INVITATIONS) throw new DomainError('too_many_people', `${invited} open invitations`);
        if (registered >= MAX_PEOPLE) throw new DomainError('too_many_people', `${registered} people`);
        const invitationUntil = new Date(now.getTime() + INVITATION_VALID_MS);
        const given = { userHandle, invitationHash, invitationUntil, invitedBy: request.actor, now };
        const id = await people.insert({ ...asked, ...given });
        isNew = true;
        const answer = await told(tx, id, 'PersonInvited', now);
        return { answer, record: { action: 'invite person', subject: staffPrincipal(id), after: answer } };
      });
      return { person, code: isNew ? code : null };
    },

    /**
     * Makes another invitation in place of the open one. For a person who is registered it is the way back in without a
     * passkey.
     * @throws {DomainError} `person_not_found`, `person_state`
     */
    async inviteAgain(request: ChangeRequest, id: bigint): Promise<Invited> {
      const { code, hash } = newCode(randomBytes);
      let isNew = false;
      const person = await changed(request, id, {
        type: 'PersonInvited',
        action: 'invite person again',
        async apply(tx, _, now) {
          await tx.use(staffRepository).invite(id, hash, new Date(now.getTime() + INVITATION_VALID_MS));
          isNew = true;
        },
      });
      return { person, code: isNew ? code : null };
    },

    /**
     * Gives a person these roles, and no others. Who loses one is signed out.
     * @throws {DomainError} `person_not_found`, `person_state`, `last_super_admin`
     */
    setRoles: (request: ChangeRequest, id: bigint, roles: readonly Role[], reason?: string): Promise<PersonView> =>
      changed(request, id, {
        type: 'PersonRolesChanged',
        action: 'change roles',
        reason,
        async apply(tx, before, now) {
          await tx.use(staffRepository).setRoles(id, [...new Set(roles)]);
          await requireSuperAdminLeft(tx, before);
          const losesOne = before.roles.some((role) => !roles.includes(role));
          if (losesOne) await sessions.endOf(tx, staffPrincipal(id), request.actor, now);
        },
      }),

    /**
     * Ends all of a person's sessions, forgets their passkeys, and lets them in no more.
     * @throws {DomainError} `person_not_found`, `person_state`, `last_super_admin`
     */
    revoke: (request: ChangeRequest, id: bigint, reason: string): Promise<PersonView> =>
      changed(request, id, {
        type: 'PersonRevoked',
        action: 'revoke person',
        reason,
        async apply(tx, before, now) {
          await tx.use(staffRepository).revoke(id, now);
          await requireSuperAdminLeft(tx, before);
          await sessions.endOf(tx, staffPrincipal(id), request.actor, now);
          await tx.use(passkeyRepository).removeAll(staffPrincipal(id));
        },
      }),
  };
}

type PersonEvent = Extract<(typeof PEOPLE_EVENTS)[number], `Person${string}`>;

interface PersonChange {
  type: PersonEvent;
  action: string;
  reason?: string | undefined;
  apply: (tx: Transaction, before: Person, now: Date) => Promise<void>;
}

/** @throws {DomainError} `person_not_found` */
export async function personOf(tx: Transaction, id: bigint): Promise<Person> {
  const person = await tx.use(staffRepository).find(id);
  if (person === undefined) throw new DomainError('person_not_found', String(id));
  return person;
}

async function requireSuperAdminLeft(tx: Transaction, before: Person): Promise<void> {
  const was = before.state === 'registered' && mayActAs(new Set(before.roles), ['super_admin']);
  if (was && !(await isSuperAdminLeft(tx))) throw new DomainError('last_super_admin', before.name);
}
