import { DomainError } from '#auth/errors.ts';
import type { Role } from '#auth/roles.ts';
import { type LoginLink, loginLinkRepository } from '#auth/store/login-links.ts';
import { recordChange } from '#platform/audit-log/record.ts';
import type { TariAddress } from '#tari/address.ts';
import { hashOfCode, newCode } from './codes.ts';
import type { Browser, PeopleContext } from './context.ts';
import { LOGIN_LINK_VALID_MS } from './limits.ts';
import { requireConsoleRole } from './passkeys/passkeys.ts';
import { findPrincipal, type Principal, walletPrincipal } from './principal.ts';
import type { Sessions, SignedIn } from './sessions.ts';

/** What the page behind a link shows before it is used. */
export interface OpenLink {
  principal: string;
  name: string;
  roles: readonly Role[];
  /** From where it was asked for, and when. */
  address: string;
  createdAt: Date;
  endsAt: Date;
}

/** Links by which a wallet signs in in a browser: for the first super admin, and where every passkey is lost. */
export function loginLinks(
  { store, clock, randomBytes, log }: PeopleContext,
  sessions: Pick<Sessions, 'material' | 'begin'>,
) {
  /** @throws {DomainError} `login_link_invalid` */
  const requireOpen = (link: LoginLink | undefined, who: Principal | undefined, now: Date) => {
    if (link === undefined || who === undefined || now >= link.endsAt) throw new DomainError('login_link_invalid');
    return { link, who };
  };

  return {
    /**
     * Makes a link for an address that has just logged in with these roles. It replaces an earlier one.
     * @returns the code, which is kept nowhere
     * @throws {DomainError} `console_role_missing`
     */
    async create(
      wallet: TariAddress,
      roles: readonly Role[],
      address: string,
    ): Promise<{ code: string; endsAt: Date }> {
      const principal = walletPrincipal(wallet);
      const { code, hash: codeHash } = newCode(randomBytes);
      const now = clock.now();
      const endsAt = new Date(now.getTime() + LOGIN_LINK_VALID_MS);
      await store.run(async (tx) => {
        const who = await findPrincipal(tx, principal);
        requireConsoleRole(who ?? { roles: [] }, roles);
        const links = tx.use(loginLinkRepository);
        await links.forget(now);
        await links.removeOf(principal);
        await links.insert({ codeHash, principal, roles, address, createdAt: now, endsAt });
        await recordChange(tx, { actor: principal, action: 'make login link', subject: principal }, now);
      });
      log.info({ principal, address }, 'A wallet has asked for a link to sign in with');
      return { code, endsAt };
    },

    /** Shows a link without using it up: programs that look at links before people do must not. @throws {DomainError} `login_link_invalid` */
    async look(code: string): Promise<OpenLink> {
      const hash = hashOfCode(code);
      const now = clock.now();
      const { link, who } = await store.read(async (tx) => {
        const found = hash === undefined ? undefined : await tx.use(loginLinkRepository).find(hash);
        return requireOpen(found, found && (await findPrincipal(tx, found.principal)), now);
      });
      const { principal, roles, address, createdAt, endsAt } = link;
      return { principal, name: who.name, roles, address, createdAt, endsAt };
    },

    /** Uses a link up. @throws {DomainError} `login_link_invalid`, `console_role_missing` */
    async use(code: string, browser: Browser): Promise<SignedIn> {
      const hash = hashOfCode(code);
      if (hash === undefined) throw new DomainError('login_link_invalid');
      const made = sessions.material(browser);
      const now = clock.now();
      return store.run(async (tx) => {
        const taken = await tx.use(loginLinkRepository).take(hash);
        const { link, who } = requireOpen(taken, taken && (await findPrincipal(tx, taken.principal)), now);
        requireConsoleRole(who, link.roles);
        const { principal, roles } = link;
        return sessions.begin(tx, made, { principal, roles, by: 'by a link of the wallet' }, now);
      });
    },

    /** Uses a link up without a session: its person has not asked for it. */
    async refuse(code: string, browser: Browser): Promise<void> {
      const hash = hashOfCode(code);
      if (hash === undefined) return;
      const now = clock.now();
      const link = await store.run(async (tx) => {
        const taken = await tx.use(loginLinkRepository).take(hash);
        if (taken === undefined) return undefined;
        const { principal } = taken;
        await recordChange(tx, { actor: principal, action: 'refuse login link', subject: principal }, now);
        return taken;
      });
      if (link === undefined) return;
      log.warn(
        { principal: link.principal, askedFor: link.address, refusedFrom: browser.address },
        'A link to sign in with was refused: its person says that someone else asked for it. Is the key of the wallet safe?',
      );
    },

    async forgetOver(): Promise<number> {
      const now = clock.now();
      return store.run((tx) => tx.use(loginLinkRepository).forget(now));
    },
  };
}
