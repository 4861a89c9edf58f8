import type { EngineContext, SignatureContext } from '#engine/context.ts';
import { requireShopNetwork, shopAddress } from '#engine/shop-network.ts';
import { walletView } from '#engine/views.ts';
import { recordChange } from '#platform/audit-log/record.ts';
import type { Repositories } from '#platform/database/transaction.ts';
import { EngineError } from '#platform/errors.ts';
import { formatIpAddress, parseIpAddress } from '#platform/ip-address.ts';
import { accountOf, addressToBase58, type TariAddress } from '#tari/address.ts';
import { verifyWalletSignature } from '#tari/wallet-signature.ts';
import type { HotWallet } from './store/wallets.ts';

/** Who says that a message comes from a hot wallet of the shop, and from where it came. */
export interface WalletMessage {
  address: TariAddress;
  nonce: bigint;
  /** hex(R) hex(s), over the payload. */
  signature: string;
  /** The exact JSON that was signed (`protocol.md` 3). */
  payload: string;
  remoteAddress: string;
}

/** A message whose signature has been checked: a hot wallet of the shop has signed it. Its nonce is not used up yet. */
export type AuthenticatedMessage = Pick<WalletMessage, 'address' | 'nonce' | 'remoteAddress'> & {
  readonly __checked: 'WalletMessage';
};

export type Wallets = ReturnType<typeof wallets>;

export function wallets({ store, clock, settings, log }: EngineContext) {
  const checkRegistered = (wallet: HotWallet | undefined, message: Pick<WalletMessage, 'remoteAddress'>): HotWallet => {
    if (wallet === undefined) throw new EngineError('wallet_not_authorized', 'Its address is not registered.');
    const isFromItsPlace = placeOf(message.remoteAddress) === placeOf(wallet.ipAddress);
    if (!isFromItsPlace && !settings.disableWalletWhitelist) {
      throw new EngineError('wallet_not_authorized', 'The message does not come from the wallet’s registered address.');
    }
    return wallet;
  };

  return {
    /** The address that customers are told to pay to, in base58; null while there is none. */
    payAddress: async (): Promise<string | null> => (await store.read((tx) => shopAddress(tx, settings))) ?? null,

    /**
     * Refuses what does not come from a registered wallet and its place.
     * @throws {EngineError} `wallet_not_authorized`
     */
    async requireRegistered(message: Pick<WalletMessage, 'address' | 'remoteAddress'>): Promise<void> {
      const account = accountOf(message.address);
      checkRegistered(await store.read((tx) => tx.wallets.find(account)), message);
    },

    /**
     * Uses up the nonce of an authenticated message, in the unit of work that does what the message says.
     * @throws {EngineError} `wallet_not_authorized` where the wallet was removed meanwhile, `wallet_nonce_not_increasing`
     */
    async admit(tx: Repositories, message: AuthenticatedMessage, now: Date): Promise<void> {
      const account = accountOf(message.address);
      checkRegistered(await tx.wallets.find(account), message);
      const isNew = await tx.nonces.raise('wallet', account, message.nonce, now);
      if (!isNew) throw new EngineError('wallet_nonce_not_increasing');
    },

    all: (): Promise<HotWallet[]> => store.read((tx) => tx.wallets.all()),

    /**
     * Registers a hot wallet, or gives a registered one a new place. Its old nonces stay used up, and customers who were
     * told to pay to it still are.
     * @throws {EngineError} `wrong_network` where it is on another network than what customers are told to pay to.
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
        const before = await tx.wallets.find(account);
        if (before === undefined) await tx.wallets.insert({ account, address, ipAddress: wallet.ipAddress }, now);
        else await tx.wallets.move(account, address, wallet.ipAddress);
        if (wallet.initialNonce !== undefined) await tx.nonces.raise('wallet', account, wallet.initialNonce, now);
        const after = await tx.wallets.find(account);
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

    /** @throws {EngineError} `wallet_not_found` */
    async remove(walletAddress: TariAddress, actor: string): Promise<void> {
      const account = accountOf(walletAddress);
      const address = addressToBase58(walletAddress);
      const now = clock.now();
      await store.run(async (tx) => {
        const before = await tx.wallets.find(account);
        if (before === undefined) throw new EngineError('wallet_not_found', address);
        await tx.wallets.remove(account);
        await recordChange(tx, { actor, action: 'remove wallet', subject: address, before: walletView(before) }, now);
      });
      log.info({ wallet: address, actor }, `Hot wallet ${address} may no longer report payments`);
    },
  };
}

/**
 * Checks who sent a message before anything is written.
 * @throws {EngineError} `wallet_not_authorized`, `wallet_signature_invalid`
 */
export type Authenticate = (message: WalletMessage) => Promise<AuthenticatedMessage>;

/** The cheap checks go first, so that only the wallet itself can make us look at signatures. */
export function authenticator(
  { requireRegistered }: Pick<Wallets, 'requireRegistered'>,
  { log }: SignatureContext,
): Authenticate {
  return async ({ address, nonce, signature, payload, remoteAddress }) => {
    await requireRegistered({ address, remoteAddress });
    if (!verifyWalletSignature({ address, nonce, signature }, payload)) {
      log.warn({ wallet: addressToBase58(address) }, 'A message of a hot wallet has an invalid signature');
      throw new EngineError('wallet_signature_invalid');
    }
    return { address, nonce, remoteAddress } as AuthenticatedMessage;
  };
}

/** The one text of an IP address, so that the same place written in two ways is one place. */
function placeOf(ipAddress: string): string {
  const parsed = parseIpAddress(ipAddress);
  return parsed === undefined ? ipAddress : formatIpAddress(parsed);
}
