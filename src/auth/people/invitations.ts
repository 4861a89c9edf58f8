import { DomainError } from '#auth/errors.ts';
import { passkeyRepository } from '#auth/store/passkeys.ts';
import { type Person, staffRepository } from '#auth/store/staff.ts';
import { recordChange } from '#platform/audit-log/record.ts';
import type { Transaction } from '#platform/database/store.ts';
import { appendEvent } from '#platform/outbox/append-event.ts';
import { hashOfCode } from './codes.ts';
import type { Browser, PeopleContext } from './context.ts';
import type { Challenges } from './passkeys/challenges.ts';
import type { Passkeys } from './passkeys/passkeys.ts';
import type { RelyingParty } from './passkeys/relying-party.ts';
import { creationOptions, refused } from './passkeys/webauthn.ts';
import type { Sessions, SignedIn } from './sessions.ts';
import { personOf } from './staff.ts';
import { type PersonView, personView, staffPrincipal } from './views.ts';

export interface InvitationPorts {
  party: RelyingParty;
  challenges: Challenges;
  passkeys: Pick<Passkeys, 'checkNew' | 'add'>;
  sessions: Pick<Sessions, 'material' | 'begin' | 'endOf'>;
}

/** Invitations: links that are good once, by which a person says their name and makes their first passkey. */
export function invitations(context: PeopleContext, { party, challenges, passkeys, sessions }: InvitationPorts) {
  const { store, clock, subscriptions } = context;

  /** @throws {DomainError} `invitation_invalid` */
  const openOne = async (tx: Transaction, code: string, now: Date): Promise<{ person: Person; hash: string }> => {
    const hash = hashOfCode(code);
    const person = hash === undefined ? undefined : await tx.use(staffRepository).byInvitation(hash);
    const isOpen = person?.invitationUntil != null && now < person.invitationUntil;
    if (hash === undefined || person === undefined || !isOpen) throw new DomainError('invitation_invalid');
    return { person, hash };
  };

  return {
    /** Shows an invitation without using it up. @throws {DomainError} `invitation_invalid` */
    async look(code: string): Promise<PersonView> {
      const now = clock.now();
      return store.read(async (tx) => personView((await openOne(tx, code, now)).person));
    },

    /** The options of `navigator.credentials.create` for the passkey. @throws {DomainError} `invitation_invalid` */
    async begin(code: string, shopName: string) {
      const now = clock.now();
      const { person, hash, existing } = await store.read(async (tx) => {
        const found = await openOne(tx, code, now);
        return { ...found, existing: await tx.use(passkeyRepository).of(staffPrincipal(found.person.id)) };
      });
      const { name, userHandle } = person;
      const challenge = await challenges.make('register', hash);
      return creationOptions(party, challenge, { shopName, name, userHandle, existing });
    },

    /**
     * Registers the person with their passkey, uses the invitation up, and signs them in. Where they were registered
     * before, all their other sessions end.
     * @throws {DomainError} `invitation_invalid`, `passkey_refused`, `too_many_passkeys`
     */
    async accept(
      code: string,
      given: { name: string; passkeyName: string; response: string },
      browser: Browser,
    ): Promise<SignedIn> {
      const made = await passkeys.checkNew(given.response, hashOfCode(code) ?? '');
      const material = sessions.material(browser);
      const now = clock.now();
      return store.run(async (tx) => {
        const { person } = await openOne(tx, code, now);
        const { id, userHandle } = person;
        const principal = staffPrincipal(id);
        if (!(await challenges.use(tx, made.challenge, now))) throw refused('its answer was used before');
        await sessions.endOf(tx, principal, principal, now);
        await tx.use(staffRepository).register(id, given.name, now);
        const after = personView(await personOf(tx, id));
        const record = { action: 'accept invitation', subject: principal, before: personView(person), after };
        await recordChange(tx, { actor: principal, ...record }, now);
        const payload = { person: after };
        await appendEvent(tx, subscriptions, { type: 'PersonRegistered', subject: principal, payload, at: now });
        const named = { principal, name: given.passkeyName, userHandle, actor: principal };
        await passkeys.add(tx, made.passkey, named, now);
        return sessions.begin(tx, material, { principal, roles: null, by: 'with a new passkey' }, now);
      });
    },
  };
}
