import { Command, Option } from 'commander';
import { u64Argument } from '#platform/cli/arguments.ts';
import { CommandError } from '#platform/cli/exit.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { reportsOf } from './notify.ts';
import { withQueue } from './queue-folder.ts';
import { DEFAULT_WALLET_PROFILE, type WalletFlags, waitOption, walletProfileOption } from './report-options.ts';
import { MAX_LISTED } from './report-queue.ts';
import { send } from './reporting.ts';
import { readAgain } from './unread-notifications.ts';

/** `wallet replay`: what waits is sent now. */
export function replayCommand(ports: CommandPorts): Command {
  return new Command('replay')
    .description(
      'Send what waits, now, and read again what was not understood; a job that runs each minute makes sure that nothing waits for long',
    )
    .addOption(walletProfileOption())
    .option('--refused', 'also what the server refused, after the reason was removed')
    .addOption(
      new Option(
        '--nonce-above <number>',
        'use higher nonces than this, where another tool used them before',
      ).argParser(u64Argument),
    )
    .addOption(waitOption(0))
    .addHelpText('after', '\nExample:\n  $ taritools wallet replay --refused')
    .action((flags: ReplayFlags) => replay(ports, flags));
}

interface ReplayFlags extends WalletFlags {
  refused?: boolean;
  nonceAbove?: bigint;
}

async function replay(ports: CommandPorts, flags: ReplayFlags): Promise<void> {
  const [{ chosenProfile }, { accountOf }] = await Promise.all([
    import('#auth/cli/profiles.ts'),
    import('#tari/address.ts'),
  ]);
  const { name, address } = await chosenProfile(ports, flags.profile, DEFAULT_WALLET_PROFILE);
  await withQueue(ports, async (queue) => {
    const unread = readAgain(ports, queue, name, reportsOf);
    if (flags.refused) queue.takeUpRefused(name, ports.clock.now());
    if (flags.nonceAbove !== undefined) queue.nextNonce(accountOf(address), flags.nonceAbove);
    const outcome = await send(ports, queue, name, flags.wait);
    const left = queue.list(false, MAX_LISTED).filter((queued) => queued.profile === name);
    const waiting = left.filter(({ state }) => state === 'waiting').length;
    const notUnderstood = unread === 0 ? '' : `, ${unread} not understood`;
    ports.print(`${waiting} waiting, ${left.length - waiting} refused${notUnderstood}.`);
    if (outcome === 'not taken') throw new CommandError('The server does not take them now; they are kept.');
  });
}
