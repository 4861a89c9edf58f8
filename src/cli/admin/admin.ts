import type { Command } from 'commander';
import { chainCommand } from '../../rails/tari-chain/cli/chain-commands.ts';
import { group } from '../output-flags.ts';
import type { CommandPorts } from '../ports.ts';
import { accountsCommand } from './accounts.ts';
import { healthCommand, ratesCommand, rolesCommand, walletsCommand } from './administration.ts';
import { heldCommand } from './held.ts';
import { ordersCommand } from './orders.ts';
import { paymentsCommand } from './payments.ts';
import { priceUpdatesCommand, rateHistoryCommand } from './price-updates.ts';
import { auditLogCommand, deadLettersCommand, eventsCommand, rejectedCommand } from './troubles.ts';

/** `admin`: what operators see and do. Which roles each needs, the server says. */
export function adminCommand(ports: CommandPorts): Command {
  return group('admin', 'What operators see and do', [
    ordersCommand(ports),
    paymentsCommand(ports),
    accountsCommand(ports),
    heldCommand(ports),
    walletsCommand(ports),
    chainCommand(ports),
    rolesCommand(ports),
    ratesCommand(ports, [rateHistoryCommand(ports)]),
    priceUpdatesCommand(ports),
    rejectedCommand(ports),
    deadLettersCommand(ports),
    eventsCommand(ports),
    auditLogCommand(ports),
    healthCommand(ports),
  ]);
}
