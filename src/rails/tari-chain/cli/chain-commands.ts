import type { Command } from 'commander';
import { type IdPageFlags, idPageOf, idPageOptions } from '#platform/cli/id-page.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { serverCommandOf } from '#platform/cli/server-command.ts';
import { formatTime, type OutputOptions, record, table } from '#platform/cli/terminal/output.ts';
import { group } from '#platform/cli/terminal/output-flags.ts';
import type { ChainDepartureAnswer, ChainRefusalAnswer, ChainStatusAnswer } from './answers.ts';

/** `admin chain`: what the server's watcher does, and what it keeps for people to look at. */

const watcherCommand = serverCommandOf(async () => (await import('./requests.ts')).chainClient);

export function chainCommand(ports: CommandPorts): Command {
  return group('chain', 'The watcher of the chain', [
    watcherCommand<[], object, ChainStatusAnswer>(ports, {
      name: 'status',
      description: 'Show how far the chain is read, and how each base node does',
      example: 'admin chain status',
      menus: [
        { menu: 'admin', section: 'chain', label: 'Chain status', hint: 'how far it is read, and how the nodes do' },
      ],
      run: (client) => client.chain(),
      show: statusView,
    }),
    watcherCommand<[], IdPageFlags, ChainRefusalAnswer[]>(ports, {
      name: 'refused',
      description: 'List what was sent to the wallet and is no payment to it, with the reason: it counts for no order',
      example: 'admin chain refused',
      menus: [
        { menu: 'admin', section: 'chain', label: 'Refused outputs', hint: 'sent to the wallet, and no payments' },
      ],
      options: idPageOptions(),
      run: (client, { options }) => client.chainRefused(idPageOf(options)),
      show: refusedView,
    }),
    watcherCommand<[], IdPageFlags, ChainDepartureAnswer[]>(ports, {
      name: 'left',
      description: 'List the confirmed payments that left the chain, and those that came back',
      example: 'admin chain left',
      menus: [{ menu: 'admin', section: 'chain', label: 'Payments that left the chain', hint: 'and came back' }],
      options: idPageOptions(),
      run: (client, { options }) => client.chainLeft(idPageOf(options)),
      show: leftView,
    }),
  ]);
}

function statusView(status: ChainStatusAnswer, output: OutputOptions): string[] {
  const { state, height, node_height: nodeHeight, blocks_behind: behind, last_answer_at: answeredAt } = status;
  const left = status.seconds_left === null ? '' : `, about ${status.seconds_left} s left`;
  const fields = record(
    [
      ['State', STATES[state] ?? state],
      ['Read up to block', height === null ? null : `${height}, ${behind} behind${left}`],
      ['Nodes are at block', nodeHeight === null ? null : String(nodeHeight)],
      ['Last answer', answeredAt === null ? null : formatTime(answeredAt, output)],
      ['Outputs looked at', String(status.outputs_seen)],
      ['Payments found', String(status.payments_found)],
    ],
    output.terminal,
  );
  if (status.nodes.length === 0) return fields;
  const nodes = table<ChainStatusAnswer['nodes'][number]>(
    [
      { title: 'Node', of: ({ url }) => url, canShrink: true },
      { title: 'Block', whole: ({ height }) => height },
      { title: 'Last answer', time: ({ last_answer_at: time }) => time },
      { title: 'Trouble', of: ({ trouble }) => trouble?.reason, canShrink: true },
    ],
    status.nodes,
    output,
  );
  return [...fields, '', ...nodes];
}

const STATES: Readonly<Record<string, string>> = {
  off: 'the chain is not watched',
  watching: 'the server watches the chain',
  elsewhere: 'another instance watches the chain',
};

function refusedView(refusals: readonly ChainRefusalAnswer[], output: OutputOptions): string[] {
  return table<ChainRefusalAnswer>(
    [
      { title: 'Id', whole: ({ id }) => id },
      { title: 'Found', time: ({ found_at: time }) => time },
      { title: 'Block', whole: ({ block_height: height }) => height },
      { title: 'Transaction', of: ({ txid }) => txid, canShrink: true },
      { title: 'Reason', of: ({ reason }) => reason },
      { title: 'Claims', amount: ({ claimed_amount: amount }) => amount },
      { title: 'Text', of: ({ memo }) => memo, canShrink: true },
    ],
    refusals,
    output,
  );
}

function leftView(departures: readonly ChainDepartureAnswer[], output: OutputOptions): string[] {
  return table<ChainDepartureAnswer>(
    [
      { title: 'Id', whole: ({ id }) => id },
      { title: 'Left', time: ({ left_at: time }) => time },
      { title: 'Transaction', of: ({ txid }) => txid, canShrink: true },
      { title: 'Was in block', whole: ({ block_height: height }) => height },
      { title: 'Is in block', whole: ({ returned_height: height }) => height },
      { title: 'Outcome', of: ({ outcome }) => outcome },
    ],
    departures,
    output,
  );
}
