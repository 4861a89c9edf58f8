import type { Command } from 'commander';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { group } from '#platform/cli/terminal/output-flags.ts';
import { doctorCommand } from './doctor-command.ts';
import { ordersCommand } from './orders.ts';
import { productsCommand, ratesCommand } from './prices.ts';
import { setupShopCommand } from './setup.ts';
import { webhooksCommand } from './webhooks.ts';

/** `shopify`: the shop itself, by the server's settings of it. */
export function shopifyCommand(ports: CommandPorts): Command {
  return group('shopify', 'The Shopify shop of the server’s settings: orders, prices, webhooks', [
    ordersCommand(ports),
    ratesCommand(ports),
    productsCommand(ports),
    webhooksCommand(ports),
    doctorCommand(ports),
    setupShopCommand(ports),
  ]);
}
