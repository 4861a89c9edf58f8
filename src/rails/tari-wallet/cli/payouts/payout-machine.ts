import { chosenProfile, signerOfProfile } from '#auth/cli/profiles.ts';
import { CommandError, EXIT_CODES } from '#platform/cli/exit.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { takeLock } from '#rails/tari-wallet/cli/own-file.ts';
import { withQueue } from '#rails/tari-wallet/cli/queue-folder.ts';
import { DEFAULT_WALLET_PROFILE } from '#rails/tari-wallet/cli/report-options.ts';
import {
  type ConsoleWallet,
  openConsoleWallet,
  type WalletConnection,
} from '#rails/tari-wallet/console-wallet/console-wallet.ts';
import { accountOf, type TariAddress } from '#tari/address.ts';
import { openPayoutRecord, type PayoutRecord, payoutFolder } from './payout-record.ts';
import { type PayoutServer, payoutServer } from './payout-server.ts';

/** The machine of a wallet that pays: its record, its server, its wallet. */

export interface PayoutMachine {
  record: PayoutRecord;
  server: PayoutServer;
  /** The address that the profile signs with. */
  address: TariAddress;
}

/** Opens the record and the way to the server. @throws {CommandError} */
export async function withMachine<Result>(
  ports: CommandPorts,
  profileName: string | undefined,
  work: (machine: PayoutMachine) => Promise<Result>,
): Promise<Result> {
  const profile = await chosenProfile(ports, profileName, DEFAULT_WALLET_PROFILE);
  const signer = signerOfProfile(ports, profile);
  return withQueue(ports, async (queue) => {
    const record = openPayoutRecord(payoutFolder(ports), accountOf(signer.address));
    try {
      const server = payoutServer({ ports, queue, profile, signer });
      return await work({ record, server, address: signer.address });
    } finally {
      record.close();
    }
  });
}

/** The same, as the only process of this machine that does something about the wallet's payouts. @throws {CommandError} */
export function alone<Result>(
  ports: CommandPorts,
  profileName: string | undefined,
  work: (machine: PayoutMachine) => Promise<Result>,
): Promise<Result> {
  return withMachine(ports, profileName, async (machine) => {
    const letGo = takeLock(payoutFolder(ports), 'paying', accountOf(machine.address));
    if (letGo === undefined) {
      throw new CommandError('Another process pays for this wallet. Nothing was done.');
    }
    try {
      return await work(machine);
    } finally {
      letGo();
    }
  });
}

/** Opens the wallet, which must be the profile's own. @throws {CommandError | WalletError} */
export async function withWallet<Result>(
  connection: WalletConnection,
  address: TariAddress,
  work: (wallet: ConsoleWallet, own: TariAddress) => Promise<Result>,
): Promise<Result> {
  const wallet = await openConsoleWallet(connection);
  try {
    const own = await wallet.address();
    if (accountOf(own) !== accountOf(address)) {
      const sentence = `The wallet at ${connection.target} is another than that of the profile.`;
      throw new CommandError(`${sentence} Nothing was done.`, EXIT_CODES.wrongUse);
    }
    return await work(wallet, own);
  } finally {
    wallet.close();
  }
}
