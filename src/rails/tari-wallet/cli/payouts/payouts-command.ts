import { Command } from 'commander';
import { CommandError } from '#platform/cli/exit.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { ServerRefusal, ServerUnreachable } from '#platform/cli/server-call.ts';
import { plainText } from '#platform/cli/terminal/output.ts';
import { addOutputFlags, csvOption } from '#platform/cli/terminal/output-flags.ts';
import { walletProfileOption } from '#rails/tari-wallet/cli/report-options.ts';
import { WalletError } from '#rails/tari-wallet/console-wallet/wallet-error.ts';
import { byHandCommands, takeByHand } from './by-hand.ts';
import { alone, withMachine, withWallet } from './payout-machine.ts';
import {
  addPayoutOptions,
  connectionOf,
  grpcOptions,
  limitsOf,
  type PayoutFlags,
  payingOptions,
} from './payout-options.ts';
import type { PayoutWork } from './payout-work.ts';
import { printPayouts } from './payouts-view.ts';
import { openQuestions, round } from './round.ts';

/** More than a person looks through. */
const MAX_LISTED = 1_000;

/** `wallet payouts`: pays what was approved, from the wallet on this machine. */
export function payoutsCommand(ports: CommandPorts): Command {
  const command = addPayoutOptions(
    new Command('payouts')
      .description(
        'Pay approved refunds and sweeps from the console wallet on this machine, and report them; without --once, ' +
          '--watch or --list it shows what this machine knows of them',
      )
      .addOption(walletProfileOption()),
  ).addOption(csvOption());
  for (const option of [...grpcOptions(), ...payingOptions()]) command.addOption(option);
  for (const one of byHandCommands(ports)) command.addCommand(one);
  return addOutputFlags(command)
    .addHelpText('after', '\nExample:\n  $ taritools wallet payouts --watch --max "500 XTM" --max-total "2000 XTM"')
    .action(async (flags: PayoutFlags) => {
      if (flags.list) return takeByHand(ports, flags);
      if (flags.once || flags.watch) return payAll(ports, flags);
      await withMachine(ports, flags.profile, async ({ record }) => {
        await printPayouts(ports, flags, record.newest(MAX_LISTED));
      });
    });
}

/** @throws {CommandError} if some need a person, or with --once if the server or the wallet cannot be reached. */
async function payAll(ports: CommandPorts, flags: PayoutFlags): Promise<void> {
  const limits = limitsOf(flags);
  const connection = connectionOf(ports, flags);
  const signal = ports.interruption();
  await alone(ports, flags.profile, async ({ record, server, address }) => {
    const paying = (): Promise<void> =>
      withWallet(connection, address, (wallet, own) =>
        round({
          ...{ wallet, own, server, record, limits, signal },
          feePerGram: BigInt(flags.feePerGram),
          confirmations: flags.confirmations,
          clock: ports.clock,
          sleep: ports.sleep,
          say: (line) => ports.print(plainText(line)),
          warn: (line) => ports.note(plainText(line)),
        } satisfies PayoutWork),
      );
    if (flags.watch) await goOn(ports, flags.every, signal, paying);
    else await asCommandErrors(paying);
    const questions = openQuestions({ record }).length;
    if (questions > 0) throw new CommandError(`${questions} payouts need a person: taritools wallet payouts`);
  });
}

/** Rounds until Ctrl-C; what fails in one is tried again in the next. */
async function goOn(
  ports: CommandPorts,
  everySeconds: number,
  signal: AbortSignal,
  paying: () => Promise<void>,
): Promise<void> {
  let lastTrouble: string | undefined;
  while (!signal.aborted) {
    try {
      await asCommandErrors(paying);
      if (lastTrouble !== undefined) ports.print('It goes on.');
      lastTrouble = undefined;
    } catch (error) {
      if (!(error instanceof CommandError) || isLasting(error)) throw error;
      // Said once, and not each time that it lasts.
      if (error.message !== lastTrouble) ports.note(plainText(`${error.message} It is tried again.`));
      lastTrouble = error.message;
    }
    if (!signal.aborted) await ports.sleep(everySeconds * 1000);
  }
  ports.print('Stopped: nothing is left half done.');
}

/** A wrong use does not mend itself. The server may be mended, and so may what it refuses. */
function isLasting(error: CommandError): boolean {
  const isOfServer = error instanceof ServerRefusal || error instanceof ServerUnreachable;
  return !isOfServer && error.exitCode !== 1;
}

async function asCommandErrors(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof WalletError) throw new CommandError(error.message);
    throw error;
  }
}
