import type { Command } from 'commander';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { serverCommandOf } from '#platform/cli/server-command.ts';
import { plainText } from '#platform/cli/terminal/output.ts';
import type { OrderLinkAnswer } from './answers.ts';

const checkoutCommand = serverCommandOf(async () => (await import('./requests.ts')).checkoutClient);

/** `admin orders link`: where the customer pays an order. */
export function linkCommand(ports: CommandPorts): Command {
  return checkoutCommand<[string], object, OrderLinkAnswer>(ports, {
    name: 'link',
    description: 'The link to the page where the customer pays an order and sees what becomes of it',
    example: 'admin orders link 1001',
    arguments: [['<order_id>', 'the order']],
    run: (client, { arguments: [orderId] }) => client.orderLink(orderId),
    show: ({ url }) => [plainText(url)],
  });
}
