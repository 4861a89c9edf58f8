import type { Command } from 'commander';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { plainText } from '#platform/cli/terminal/output.ts';
import type { OutputFlags } from '#platform/cli/terminal/output-flags.ts';
import { progressOf } from '#platform/cli/terminal/progress.ts';
import type { ShopsClient } from './requests.ts';
import { shopsCommand } from './server-command.ts';

/** `admin orders rescan`: the shop's open orders that the server was never told of. */
export function rescanCommand(ports: CommandPorts): Command {
  return shopsCommand<[], OutputFlags, Awaited<ReturnType<ShopsClient['rescan']>>>(ports, {
    name: 'rescan',
    description: 'Take in the shop’s open orders that the server was never told of',
    example: 'admin orders rescan',
    menus: [
      {
        menu: 'admin',
        section: 'order changes',
        label: 'Re-import Open Orders',
        hint: 'what the server was never told of',
      },
      { menu: 'shopify', section: 'rescan', label: 'Re-import Open Orders', hint: 'what the server was never told of' },
    ],
    run: (client, { options }) => rescanWithProgress(ports, client, options),
    show: (results) =>
      results.length === 0
        ? ['The shop has no open orders.']
        : results.map(({ success, message }) => `${success ? 'ok  ' : 'not '} ${plainText(message)}`),
  });
}

const LOOK_EVERY_MS = 1_000;

/** Asks while it waits how far the server has come. What can't be known for once is no reason to end. */
async function rescanWithProgress(ports: CommandPorts, client: ShopsClient, flags: OutputFlags) {
  const progress = progressOf(ports, flags);
  let isDone = false;
  const rescan = client.rescan().finally(() => {
    isDone = true;
  });
  const watch = async () => {
    while (!isDone && !flags.json) {
      await Promise.race([ports.sleep(LOOK_EVERY_MS), rescan.catch(() => undefined)]);
      const state = isDone ? undefined : await client.rescanProgress().catch(() => undefined);
      if (state && state.running > 0)
        progress.show(`${state.read} open orders looked at, ${state.failed} not taken in`);
    }
  };
  const [results] = await Promise.all([rescan, watch()]).finally(progress.end);
  return results;
}
