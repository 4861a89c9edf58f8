import { DomainError } from '#auth/errors.ts';
import { opensConsole, type Role } from '#auth/roles.ts';
import { type Session, sessionRepository } from '#auth/store/sessions.ts';
import { type AuditEntry, recordChange } from '#platform/audit-log/record.ts';
import type { Transaction } from '#platform/database/store.ts';
import { appendEvent } from '#platform/outbox/append-event.ts';
import { newUuid } from '#platform/random.ts';
import { hashOfCode, newCode } from './codes.ts';
import type { Browser, PeopleContext } from './context.ts';
import { deviceName } from './device.ts';
import { MAX_SESSIONS, SEEN_EVERY_MS, SESSION_IDLE_MS, SESSION_VALID_MS } from './limits.ts';
import { findPrincipal, rolesInForce } from './principal.ts';
import { type SessionView, sessionView } from './views.ts';

/** A session that was just opened. Its token goes into the browser's cookie and nowhere else. */
export interface SignedIn {
  token: string;
  session: SessionView;
}

/** Who looks at a page, as plain data. */
export interface SessionVisitor {
  sessionId: string;
  principal: string;
  name: string;
  /** With those that they include. */
  roles: ReadonlySet<Role>;
  provenAt: Date;
}

/** What was made before a unit of work for the session that it opens. */
export interface SessionMaterial {
  id: string;
  token: string;
  tokenHash: string;
  previousHash: string | undefined;
  address: string;
  device: string;
}

export type Sessions = ReturnType<typeof sessions>;

export function sessions({ store, clock, randomBytes, subscriptions }: PeopleContext) {
  const told = async (tx: Transaction, ended: readonly Session[], entry: Omit<AuditEntry, 'subject'>, now: Date) => {
    for (const session of ended) {
      const view = sessionView(session);
      await recordChange(tx, { ...entry, subject: session.principal, before: view }, now);
      const payload = { session: view };
      await appendEvent(tx, subscriptions, { type: 'SignedOut', subject: session.principal, payload, at: now });
    }
  };

  return {
    /** Made outside the unit of work, because it is random. */
    material({ address, userAgent, token: previous }: Browser): SessionMaterial {
      const { code: token, hash: tokenHash } = newCode(randomBytes);
      const previousHash = previous === undefined ? undefined : hashOfCode(previous);
      return { id: newUuid(randomBytes), token, tokenHash, previousHash, address, device: deviceName(userAgent) };
    },

    /**
     * Opens a session in the unit of work of a sign-in, always with a token of its own: one that a browser brought along is
     * never taken over, and ends.
     * @param by how the person came in, for the audit log
     */
    async begin(
      tx: Transaction,
      made: SessionMaterial,
      who: { principal: string; roles: readonly Role[] | null; by: string },
      now: Date,
    ): Promise<SignedIn> {
      const { principal, roles, by } = who;
      const repository = tx.use(sessionRepository);
      const previous = made.previousHash === undefined ? undefined : await repository.byTokenHash(made.previousHash);
      if (previous !== undefined) await repository.end(previous.id);
      const others = await repository.of(principal);
      for (const { id } of others.slice(MAX_SESSIONS - 1)) await repository.end(id);
      const { id, address, device, token, tokenHash } = made;
      const endsAt = new Date(now.getTime() + SESSION_VALID_MS);
      const session = { id, principal, roles, address, device, createdAt: now, seenAt: now, provenAt: now, endsAt };
      await repository.insert(session, tokenHash);
      const view = sessionView(session);
      await recordChange(tx, { actor: principal, action: `sign in ${by}`, subject: principal, after: view }, now);
      const payload = { session: view };
      await appendEvent(tx, subscriptions, { type: 'SignedIn', subject: principal, payload, at: now });
      return { token, session: view };
    },

    /** Ends all sessions of a principal in the unit of work of a change that takes something from them. */
    async endOf(tx: Transaction, principal: string, actor: string, now: Date): Promise<void> {
      const ended = await tx.use(sessionRepository).endAll(principal);
      await told(tx, ended, { actor, action: 'sign out' }, now);
    },

    /** Who has the session of a token; undefined if it is none that is alive, or its principal may not use the console. */
    async visitor(token: string): Promise<SessionVisitor | undefined> {
      const hash = hashOfCode(token);
      if (hash === undefined) return undefined;
      const now = clock.now();
      const found = await store.read(async (tx) => {
        const session = await tx.use(sessionRepository).byTokenHash(hash);
        if (session === undefined || !isAlive(session, now)) return undefined;
        const principal = await findPrincipal(tx, session.principal);
        return principal && { session, principal };
      });
      if (found === undefined) return undefined;
      const { session, principal } = found;
      const roles = rolesInForce(principal.roles, session.roles);
      if (!opensConsole(roles)) return undefined;
      if (now.getTime() - session.seenAt.getTime() >= SEEN_EVERY_MS) {
        await store.run((tx) => tx.use(sessionRepository).see(session.id, now));
      }
      const { id: sessionId, provenAt } = session;
      return { sessionId, principal: principal.principal, name: principal.name, roles, provenAt };
    },

    /** Those of a principal that are alive, the newest first. */
    list: async (principal: string): Promise<SessionView[]> => {
      const now = clock.now();
      const found = await store.read((tx) => tx.use(sessionRepository).of(principal));
      return found.filter((session) => isAlive(session, now)).map(sessionView);
    },

    /**
     * Ends a session.
     * @param principal whose it must be
     * @throws {DomainError} `session_not_found`
     */
    async end(actor: string, principal: string, id: string): Promise<void> {
      const now = clock.now();
      await store.run(async (tx) => {
        const session = await tx.use(sessionRepository).find(id);
        if (session?.principal !== principal) throw new DomainError('session_not_found', id);
        await tx.use(sessionRepository).end(id);
        await told(tx, [session], { actor, action: 'sign out' }, now);
      });
    },

    /** Ends all sessions of a principal, but one. Returns how many. */
    async endAll(actor: string, principal: string, but?: string): Promise<number> {
      const now = clock.now();
      return store.run(async (tx) => {
        const ended = await tx.use(sessionRepository).endAll(principal, but);
        await told(tx, ended, { actor, action: 'sign out' }, now);
        return ended.length;
      });
    },

    /** Deletes those that are over. */
    async forgetOver(): Promise<number> {
      const now = clock.now();
      return store.run((tx) => tx.use(sessionRepository).forget(now, idleSince(now)));
    },
  };
}

export function isAlive({ seenAt, endsAt }: Session, now: Date): boolean {
  return now < endsAt && seenAt > idleSince(now);
}

export function idleSince(now: Date): Date {
  return new Date(now.getTime() - SESSION_IDLE_MS);
}
