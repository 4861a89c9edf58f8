import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { addressToBase58, dualAddress, ONE_SIDED, type TariAddress, withPaymentId } from '#tari/address.ts';
import { utf8 } from '#tari/bytes.ts';
import { publicKeyOf } from '#tari/schnorr.ts';
import { Home } from '#test/cli/tool.ts';
import { HOT_WALLET, personOf } from '#test/test-wallets.ts';
import { type FakeConsoleWallet, type FakeWalletOptions, startConsoleWallet } from './console-wallet.ts';
import { type PayoutOffice, startPayoutOffice } from './payout-office.ts';
import { WalletBook } from './wallet-book.ts';

/** The machine of a hot wallet that pays, with its console wallet, before a server of its own. */

const PROFILE = 'TPS Hot Wallet';

/** One-sided, with a view key: as wallets of today show their address. */
export function dualAddressOf({ secretKey }: { secretKey: Uint8Array }): TariAddress {
  const viewKey = publicKeyOf(Uint8Array.from(secretKey, (byte, index) => (index === 1 ? 7 : byte)));
  return dualAddress('mainnet', viewKey, publicKeyOf(secretKey), ONE_SIDED);
}

export const CUSTOMER_ADDRESS = addressToBase58(dualAddressOf(personOf(1)));
export const OTHER_ADDRESS = addressToBase58(dualAddressOf(personOf(2)));
/** Of an exchange: its payment id tells whose it is. */
export const EXCHANGE_ADDRESS = addressToBase58(withPaymentId(dualAddressOf(personOf(3)), utf8('deposit 4711')));

export interface PayingMachine {
  home: Home;
  office: PayoutOffice;
  book: WalletBook;
  wallet: FakeConsoleWallet;
  /** The arguments of a run with its own limits. */
  run(...more: string[]): string[];
  /** What this machine wrote down, by id. */
  recorded(): Record<string, { state: string; txid: string | null; note: string | null; reported: string | null }>;
  /** The wallet's process ends and comes again, with the same book. */
  restartWallet(): Promise<void>;
  close(): Promise<void>;
}

export interface MachineOptions {
  /** The server is another's, such as that of a second machine. */
  office?: PayoutOffice;
  book?: WalletBook;
  wallet?: FakeWalletOptions;
}

const XTM = 1_000_000n;

export async function startPayingMachine(options: MachineOptions = {}): Promise<PayingMachine> {
  const office = options.office ?? (await startPayoutOffice([HOT_WALLET.tariAddress]));
  const book =
    options.book ??
    new WalletBook(
      dualAddressOf(HOT_WALLET),
      Array.from({ length: 20 }, () => 1_000n * XTM),
    );
  let wallet = await startConsoleWallet(book, options.wallet);
  const home = new Home();
  await home.addProfile(PROFILE, HOT_WALLET, office.url);
  home.environment.TARITOOLS_WALLET_GRPC = wallet.target;
  return {
    ...{ home, office, book },
    get wallet() {
      return wallet;
    },
    run: (...more) => ['wallet', 'payouts', '--once', '--max', '500 XTM', ...more],
    recorded: () => readRecord(home),
    async restartWallet() {
      await wallet.close();
      wallet = await startConsoleWallet(book, { ...options.wallet, port: Number(wallet.target.split(':')[1]) });
    },
    async close() {
      await wallet.close();
      if (options.office === undefined) await office.close();
      home.remove();
    },
  };
}

function readRecord(home: Home): ReturnType<PayingMachine['recorded']> {
  const database = new SqliteDatabase(join(home.folder, '.taritools', 'payouts', 'payouts.db'), { readonly: true });
  try {
    const rows = database.prepare('select id, state, txid, note, reported from payouts').all() as {
      id: string;
      state: string;
      txid: string | null;
      note: string | null;
      reported: string | null;
    }[];
    return Object.fromEntries(rows.map(({ id, ...row }) => [id, row]));
  } finally {
    database.close();
  }
}

export const amountOf = (tari: number): bigint => BigInt(tari) * XTM;
