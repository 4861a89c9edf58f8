import type { Command } from 'commander';
import { accountsCommand } from '#engine/cli/accounts.ts';
import { heldCommand } from '#engine/cli/held.ts';
import { ordersCommand } from '#engine/cli/orders.ts';
import { paymentsCommand } from '#engine/cli/payments.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { group } from '#platform/cli/terminal/output-flags.ts';
import { chainCommand } from '#rails/tari-chain/cli/chain-commands.ts';
import { priceUpdatesCommand, rateHistoryCommand } from '#shops/cli/price-updates.ts';
import { auditLogCommand, deadLettersCommand, eventsCommand, rejectedCommand } from '#shops/cli/rejected-webhooks.ts';
import { healthCommand, ratesCommand, rolesCommand, walletsCommand } from './administration.ts';

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
