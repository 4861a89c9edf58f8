import { recordChange } from '#platform/audit-log/record.ts';
import type { Transaction } from '#platform/database/store.ts';
import { formatIpAddress, parseIpAddress } from '#platform/ip-address.ts';
import { type AccountId, accountOf, addressToBase58, type TariAddress } from '#tari/address.ts';
import type { AuthContext } from './context.ts';
import { DomainError } from './errors.ts';
import { requireShopNetwork, shopAddress } from './shop-network.ts';
import { nonceRepository } from './store/nonces.ts';
import { type HotWallet, type RegisteredWallet, walletRepository } from './store/wallets.ts';
import { walletView } from './views.ts';

/** A signed message of a hot wallet, with the address that it came from. */
export interface WalletMessage {
  address: TariAddress;
  nonce: bigint;
  /** hex(R) hex(s), over the payload. */
  signature: string;
  /** The exact JSON that was signed (`protocol.md` 3). */
  payload: string;
  remoteAddress: string;
}

/** A message whose signature by a hot wallet of the shop was verified. Its nonce is not used up yet. */
export type AuthenticatedMessage = Pick<WalletMessage, 'address' | 'nonce' | 'remoteAddress'> & {
  readonly __checked: 'WalletMessage';
};

const withNonce = async (tx: Transaction, wallet: RegisteredWallet): Promise<HotWallet> => ({
  ...wallet,
  lastNonce: await tx.use(nonceRepository).last('wallet', wallet.account),
});

const findWallet = async (tx: Transaction, account: AccountId): Promise<HotWallet | undefined> => {
  const wallet = await tx.use(walletRepository).find(account);
  return wallet && withNonce(tx, wallet);
};

export type Wallets = ReturnType<typeof wallets>;

export function wallets({ store, clock, settings, log }: AuthContext) {
  const checkRegistered = (
    wallet: RegisteredWallet | undefined,
    message: Pick<WalletMessage, 'remoteAddress'>,
  ): void => {
    if (wallet === undefined) throw new DomainError('wallet_not_authorized', 'Its address is not registered.');
    const isFromItsPlace = sourceIpOf(message.remoteAddress) === sourceIpOf(wallet.ipAddress);
    if (!isFromItsPlace && !settings.disableWalletWhitelist) {
      throw new DomainError('wallet_not_authorized', 'The message does not come from the wallet’s registered address.');
    }
  };

  return {
    /** The address that customers pay to, in base58; null while there is none. */
    payAddress: async (): Promise<string | null> => (await store.read((tx) => shopAddress(tx, settings))) ?? null,

    /**
     * Refuses messages that do not come from a registered wallet and its source IP.
     * @throws {DomainError} `wallet_not_authorized`
     */
    async requireRegistered(message: Pick<WalletMessage, 'address' | 'remoteAddress'>): Promise<void> {
      const account = accountOf(message.address);
      checkRegistered(await store.read((tx) => tx.use(walletRepository).find(account)), message);
    },

    /**
     * Uses up the nonce of an authenticated message, in the unit of work that processes the message.
     * @throws {DomainError} `wallet_not_authorized` if the wallet was removed meanwhile, `wallet_nonce_not_increasing`
     */
    async admit(tx: Transaction, message: AuthenticatedMessage, now: Date): Promise<void> {
      const account = accountOf(message.address);
      checkRegistered(await tx.use(walletRepository).find(account), message);
      const isNew = await tx.use(nonceRepository).raise('wallet', account, message.nonce, now);
      if (!isNew) throw new DomainError('wallet_nonce_not_increasing');
    },

    all: (): Promise<HotWallet[]> =>
      store.read(async (tx) => {
        const wallets: HotWallet[] = [];
        for (const wallet of await tx.use(walletRepository).all()) wallets.push(await withNonce(tx, wallet));
        return wallets;
      }),

    /**
     * Registers a hot wallet, or changes the source IP of a registered one. Its old nonces stay used up, and the address
     * that customers pay to stays the same.
     * @throws {DomainError} `wrong_network` if its network differs from that of the address that customers pay to.
     */
    async register(
      wallet: { address: TariAddress; ipAddress: string; initialNonce: bigint | undefined },
      actor: string,
    ): Promise<void> {
      const account = accountOf(wallet.address);
      const address = addressToBase58(wallet.address);
      const now = clock.now();
      await store.run(async (tx) => {
        await requireShopNetwork(tx, settings, account);
        const before = await findWallet(tx, account);
        if (before === undefined)
          await tx.use(walletRepository).insert({ account, address, ipAddress: wallet.ipAddress }, now);
        else await tx.use(walletRepository).move(account, address, wallet.ipAddress);
        if (wallet.initialNonce !== undefined)
          await tx.use(nonceRepository).raise('wallet', account, wallet.initialNonce, now);
        const after = await findWallet(tx, account);
        await recordChange(
          tx,
          {
            actor,
            action: 'register wallet',
            subject: address,
            before: before && walletView(before),
            after: after && walletView(after),
          },
          now,
        );
      });
      log.info({ wallet: address, ipAddress: wallet.ipAddress, actor }, `Hot wallet ${address} may report payments`);
    },

    /** @throws {DomainError} `wallet_not_found` */
    async remove(walletAddress: TariAddress, actor: string): Promise<void> {
      const account = accountOf(walletAddress);
      const address = addressToBase58(walletAddress);
      const now = clock.now();
      await store.run(async (tx) => {
        const before = await findWallet(tx, account);
        if (before === undefined) throw new DomainError('wallet_not_found', address);
        await tx.use(walletRepository).remove(account);
        await recordChange(tx, { actor, action: 'remove wallet', subject: address, before: walletView(before) }, now);
      });
      log.info({ wallet: address, actor }, `Hot wallet ${address} may no longer report payments`);
    },
  };
}

/** The canonical text of an IP address, so that two spellings of it are equal. */
function sourceIpOf(ipAddress: string): string {
  const parsed = parseIpAddress(ipAddress);
  return parsed === undefined ? ipAddress : formatIpAddress(parsed);
}
