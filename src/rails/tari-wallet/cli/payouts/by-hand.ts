import { Command } from 'commander';
import { txidArgument } from '#platform/cli/arguments.ts';
import { CommandError, EXIT_CODES } from '#platform/cli/exit.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { reasonOption } from '#platform/cli/reason-option.ts';
import { plainText } from '#platform/cli/terminal/output.ts';
import { walletProfileOption } from '#rails/tari-wallet/cli/report-options.ts';
import { refusalOf } from './own-limits.ts';
import { alone, type PayoutMachine } from './payout-machine.ts';
import type { PayoutFlags } from './payout-options.ts';
import type { RecordedPayout, RecordState } from './payout-record.ts';
import { nameOf, note } from './payout-work.ts';
import { printPayouts } from './payouts-view.ts';
import { accept, reportAll } from './round.ts';

/** What a person pays with the wallet in hand, and what a person says of payments whose fate is unknown. */

/** What a person pays in one sitting. */
const MAX_TAKEN = 50;
/** A person has a week to say what became of them. */
const HELD_SECONDS = 7 * 24 * 3_600;
const NO_LIMIT = { max: 2n ** 63n, maxTotal: 2n ** 63n };

/**
 * `--list`: takes what is approved for a person, and prints all that a person has taken and not paid. From then on no
 * program pays it.
 */
export function takeByHand(ports: CommandPorts, flags: PayoutFlags): Promise<void> {
  return alone(ports, flags.profile, async (machine) => {
    const { record, server, address } = machine;
    const work = workOf(ports, machine);
    await reportAll(work);
    for (const leased of await server.lease(MAX_TAKEN, HELD_SECONDS)) {
      const payout = accept(work, leased);
      if (payout === undefined) continue;
      const refusal = refusalOf(payout, address, NO_LIMIT, 0n);
      if (refusal !== undefined) {
        note(work, payout, { state: 'failed', note: refusal.why });
        work.warn(`${nameOf(payout)} is refused: ${refusal.why}`);
        continue;
      }
      note(work, payout, { state: 'starting' });
      await server.started(payout);
      note(work, payout, { state: 'by_hand', payingSince: ports.clock.now().toISOString(), note: null });
    }
    await reportAll(work);
    const taken = record.inStates(['by_hand']);
    await printPayouts(ports, flags, taken);
    if (taken.length > 0 && !flags.json && !flags.csv) {
      ports.note('Pay each once, with its text, and say so: taritools wallet payouts paid ID TRANSACTION');
    }
  });
}

interface HandFlags {
  profile?: string;
}

/** `wallet payouts paid`, `confirmed` and `not-paid`. */
export function byHandCommands(ports: CommandPorts): Command[] {
  return [
    handCommand('paid', 'Say by which transaction a payout was paid', ' 12375671662993')
      .argument('<transaction>', 'the wallet’s own number of it', txidArgument)
      .action((id: string, txid: string, flags: HandFlags) =>
        change(ports, flags, id, ['by_hand', 'unknown', 'paying', 'sent'], (machine, payout) => {
          if (machine.record.hasTransaction(txid) && payout.txid !== txid) {
            throw new CommandError(`Transaction ${plainText(txid)} is that of another payout.`, EXIT_CODES.wrongUse);
          }
          return { state: 'sent', txid, note: null, reported: payout.txid === txid ? payout.reported : null };
        }),
      ),
    handCommand('confirmed', 'Say that a payout is confirmed, where no console wallet can be asked').action(
      (id: string, flags: HandFlags) => change(ports, flags, id, ['sent'], () => ({ state: 'confirmed' })),
    ),
    handCommand(
      'not-paid',
      'Say that a payout was not paid and will not be, after you made sure of it: its money is back in the books',
      ' --reason "the wallet does not list it"',
    )
      .addOption(reasonOption())
      .action((id: string, flags: HandFlags & { reason: string }) =>
        change(ports, flags, id, ['by_hand', 'unknown', 'starting', 'started'], () => ({
          ...{ state: 'failed', txid: null, note: flags.reason, reported: null },
        })),
      ),
  ];
}

/** @param more of the example, behind the id. */
function handCommand(name: string, description: string, more = ''): Command {
  return new Command(name)
    .description(description)
    .argument('<id>', 'of the payout')
    .addOption(walletProfileOption())
    .addHelpText('after', `\nExample:\n  $ taritools wallet payouts ${name} payout-1-6b5e79c715a74a08${more}`);
}

function change(
  ports: CommandPorts,
  { profile }: HandFlags,
  id: string,
  from: readonly RecordState[],
  changeOf: (machine: PayoutMachine, payout: RecordedPayout) => Parameters<PayoutMachine['record']['change']>[1],
): Promise<void> {
  return alone(ports, profile, async (machine) => {
    const { record } = machine;
    const payout = record.find(id);
    if (payout === undefined) {
      throw new CommandError(`This machine has no payout ${plainText(id)}.`, EXIT_CODES.wrongUse);
    }
    if (!from.includes(payout.state)) {
      throw new CommandError(`${nameOf(payout)} is ${payout.state}, so there is nothing to say of it.`);
    }
    const work = workOf(ports, machine);
    const changed = note(work, payout, changeOf(machine, payout));
    ports.print(`${nameOf(changed)} is ${changed.state} now.`);
    await reportAll(work);
  });
}

function workOf(ports: CommandPorts, { record, server }: PayoutMachine) {
  return {
    ...{ record, server, clock: ports.clock },
    say: (line: string) => ports.print(plainText(line)),
    warn: (line: string) => ports.note(plainText(line)),
  };
}
