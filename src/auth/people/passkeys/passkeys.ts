import { DomainError } from '#auth/errors.ts';
import type { Browser, PeopleContext } from '#auth/people/context.ts';
import { MAX_PASSKEYS } from '#auth/people/limits.ts';
import { findPrincipal, type Principal, rolesInForce, staffIdOf } from '#auth/people/principal.ts';
import type { Sessions, SignedIn } from '#auth/people/sessions.ts';
import { type PasskeyView, passkeyView } from '#auth/people/views.ts';
import { opensConsole, type Role } from '#auth/roles.ts';
import { type Passkey, passkeyRepository } from '#auth/store/passkeys.ts';
import { sessionRepository } from '#auth/store/sessions.ts';
import { recordChange } from '#platform/audit-log/record.ts';
import type { Transaction } from '#platform/database/store.ts';
import { appendEvent } from '#platform/outbox/append-event.ts';
import type { Challenges } from './challenges.ts';
import type { RelyingParty } from './relying-party.ts';
import { userHandleOf } from './user-handle.ts';
import * as webauthn from './webauthn.ts';

/** A session that asks for something, as far as passkeys need it. */
export interface OwnSession {
  sessionId: string;
  principal: string;
}

export interface PasskeyPorts {
  party: RelyingParty;
  challenges: Challenges;
  sessions: Pick<Sessions, 'material' | 'begin'>;
}

export type Passkeys = ReturnType<typeof passkeys>;

/** What people sign in with every day, and by which they prove again who they are. */
export function passkeys(context: PeopleContext, { party, challenges, sessions }: PasskeyPorts) {
  const { store, clock, subscriptions } = context;

  /** Checks the answer of a passkey. What it is good for is up to the unit of work, which must use it up with `take`. */
  const check = async (response: string, good: (challenge: string) => Promise<boolean>): Promise<Checked> => {
    const given = webauthn.readAssertion(response);
    const challenge = webauthn.challengeIn(given);
    if (!(await good(challenge))) throw webauthn.refused('it took too long, or the page was another one. Try again');
    const passkey = await store.read((tx) => tx.use(passkeyRepository).byCredential(given.id));
    if (passkey === undefined) throw webauthn.refused('it is not known here');
    const handle = given.response.userHandle ?? passkey.userHandle;
    if (handle !== passkey.userHandle) throw webauthn.refused('it is not known here');
    const counter = await webauthn.checkAssertion(given, passkey, { party, challenge });
    return { given, passkey, challenge, counter };
  };

  const take = async (tx: Transaction, { passkey, challenge, counter }: Checked, now: Date): Promise<void> => {
    if (!(await challenges.use(tx, challenge, now))) throw webauthn.refused('its answer was used before');
    const isAhead = await tx.use(passkeyRepository).use(passkey.id, counter, now);
    if (!isAhead) throw webauthn.refused('it was removed, or its counter went backwards');
  };

  /** Adds a passkey in the unit of work that admits its person. */
  const add = async (
    tx: Transaction,
    made: webauthn.MadePasskey,
    who: { principal: string; name: string; userHandle: string; actor: string },
    now: Date,
  ): Promise<PasskeyView> => {
    const repository = tx.use(passkeyRepository);
    const existing = await repository.of(who.principal);
    if (existing.length >= MAX_PASSKEYS) throw new DomainError('too_many_passkeys', String(existing.length));
    const isTaken = (await repository.byCredential(made.credentialId)) !== undefined;
    if (isTaken) throw webauthn.refused('it is registered already');
    const { principal, name, userHandle, actor } = who;
    const row = { ...made, principal, name, userHandle, createdAt: now };
    const id = await repository.insert(row);
    const view = passkeyView({ ...row, id, usedAt: null });
    await recordChange(tx, { actor, action: 'add passkey', subject: principal, after: view }, now);
    await appendEvent(tx, subscriptions, {
      type: 'PasskeyAdded',
      subject: principal,
      payload: { passkey: view },
      at: now,
    });
    return view;
  };

  const own = async (tx: Transaction, principal: string, id: bigint): Promise<Passkey> => {
    const found = (await tx.use(passkeyRepository).of(principal)).find((passkey) => passkey.id === id);
    if (found === undefined) throw new DomainError('passkey_not_found', String(id));
    return found;
  };

  return {
    check,
    take,
    add,

    /** The options of `navigator.credentials.get` for someone who has not said who they are. */
    async beginSignIn() {
      return webauthn.requestOptions(party, await challenges.make('sign in', ''));
    },

    /** @throws {DomainError} `passkey_refused`, `console_role_missing` */
    async signIn(response: string, browser: Browser): Promise<SignedIn> {
      const checked = await check(response, (challenge) => challenges.isGood('sign in', '', challenge));
      const made = sessions.material(browser);
      const now = clock.now();
      return store.run(async (tx) => {
        const who = await findPrincipal(tx, checked.passkey.principal);
        if (who === undefined) throw webauthn.refused('its person may not sign in any more');
        requireConsoleRole(who);
        await take(tx, checked, now);
        return sessions.begin(tx, made, { principal: who.principal, roles: null, by: 'with a passkey' }, now);
      });
    },

    /** The options of `navigator.credentials.create` for a further passkey of one's own. */
    async beginAdding({ sessionId, principal }: OwnSession, shopName: string) {
      const { who, existing, userHandle } = await store.read(async (tx) => ({
        who: await findPrincipal(tx, principal),
        existing: await tx.use(passkeyRepository).of(principal),
        userHandle: await userHandleOf(tx, principal),
      }));
      const challenge = await challenges.make('register', sessionId);
      const named = { shopName, name: who?.name ?? principal, userHandle, existing };
      return webauthn.creationOptions(party, challenge, named);
    },

    /** @throws {DomainError} `passkey_refused`, `too_many_passkeys` */
    async addOwn({ sessionId, principal }: OwnSession, name: string, response: string): Promise<PasskeyView> {
      const made = await checkNew(response, sessionId);
      const now = clock.now();
      return store.run(async (tx) => {
        if (!(await challenges.use(tx, made.challenge, now))) throw webauthn.refused('its answer was used before');
        const userHandle = await userHandleOf(tx, principal);
        return add(tx, made.passkey, { principal, name, userHandle, actor: principal }, now);
      });
    },

    checkNew,

    list: async (principal: string): Promise<PasskeyView[]> =>
      (await store.read((tx) => tx.use(passkeyRepository).of(principal))).map(passkeyView),

    /** @throws {DomainError} `passkey_not_found` */
    async rename(actor: string, principal: string, id: bigint, name: string): Promise<void> {
      const now = clock.now();
      await store.run(async (tx) => {
        const before = passkeyView(await own(tx, principal, id));
        await tx.use(passkeyRepository).rename(id, name);
        const after = { ...before, name };
        await recordChange(tx, { actor, action: 'rename passkey', subject: principal, before, after }, now);
      });
    },

    /**
     * @param isLastToo also if the person has no other way to sign in
     * @throws {DomainError} `passkey_not_found`, `last_passkey`
     */
    async remove(actor: string, principal: string, id: bigint, isLastToo = false): Promise<void> {
      const now = clock.now();
      await store.run(async (tx) => {
        const before = passkeyView(await own(tx, principal, id));
        const isLast = (await tx.use(passkeyRepository).of(principal)).length === 1;
        // A wallet can always ask for a link.
        if (isLast && !isLastToo && staffIdOf(principal) !== undefined)
          throw new DomainError('last_passkey', before.name);
        await tx.use(passkeyRepository).remove(id);
        await recordChange(tx, { actor, action: 'remove passkey', subject: principal, before }, now);
        const payload = { passkey: before };
        await appendEvent(tx, subscriptions, { type: 'PasskeyRemoved', subject: principal, payload, at: now });
      });
    },

    /** The options of `navigator.credentials.get` by which a session proves again who it is. */
    async beginProof({ sessionId, principal }: OwnSession) {
      const existing = await store.read((tx) => tx.use(passkeyRepository).of(principal));
      return webauthn.requestOptions(party, await challenges.make('proof', sessionId), existing);
    },

    /** Makes the session's proof fresh. @throws {DomainError} `passkey_refused` */
    async prove({ sessionId, principal }: OwnSession, response: string): Promise<void> {
      const checked = await check(response, (challenge) => challenges.isGood('proof', sessionId, challenge));
      if (checked.passkey.principal !== principal) throw webauthn.refused('it is another person’s');
      const now = clock.now();
      await store.run(async (tx) => {
        await take(tx, checked, now);
        await tx.use(sessionRepository).prove(sessionId, now);
        await recordChange(tx, { actor: principal, action: 'prove with a passkey', subject: principal }, now);
      });
    },
  };

  /** Checks a passkey that was just made. @param about what its challenge was made for */
  async function checkNew(
    response: string,
    about: string,
  ): Promise<{ passkey: webauthn.MadePasskey; challenge: string }> {
    const given = webauthn.readAttestation(response);
    const challenge = webauthn.challengeIn(given);
    if (!(await challenges.isGood('register', about, challenge))) {
      throw webauthn.refused('it took too long, or the page was another one. Try again');
    }
    return { passkey: await webauthn.checkAttestation(given, { party, challenge }), challenge };
  }
}

/** An answer whose signature was checked. */
export interface Checked {
  given: webauthn.Assertion;
  passkey: Passkey;
  challenge: string;
  counter: number;
}

/** @throws {DomainError} `console_role_missing` */
export function requireConsoleRole({ roles }: Pick<Principal, 'roles'>, asked: readonly Role[] | null = null): void {
  const inForce = rolesInForce(roles, asked);
  if (!opensConsole(inForce)) throw new DomainError('console_role_missing', [...inForce].join(', ') || '(none)');
}
