import { type Command, Option } from 'commander';
import type { ChainDepartureAnswer, ChainRefusalAnswer, ChainStatusAnswer } from '#platform/cli/api-shapes.ts';
import { u64Argument, wholeNumberArgument } from '#platform/cli/arguments.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { serverCommand } from '#platform/cli/server-command.ts';
import { formatAmount, formatTime, type OutputOptions, record, table } from '#platform/cli/terminal/output.ts';
import { group } from '#platform/cli/terminal/output-flags.ts';

/** `admin chain`: what the server's watcher does, and what it keeps for people to look at. */

/** As many as the server answers at once. */
const MAX_ENTRIES = 1000;
const DEFAULT_ENTRIES = 100;

interface PageFlags {
  after?: bigint;
  limit: number;
}

const pageOptions = () => [
  new Option('--after <id>', 'only what has a higher id').argParser(u64Argument),
  new Option('--limit <entries>', 'how many at most')
    .argParser((text) => wholeNumberArgument(text, 1, MAX_ENTRIES))
    .default(DEFAULT_ENTRIES),
];

const pageOf = ({ after, limit }: PageFlags) => ({ limit, ...(after !== undefined && { after }) });

export function chainCommand(ports: CommandPorts): Command {
  return group('chain', 'The watcher of the chain', [
    serverCommand<[], object, ChainStatusAnswer>(ports, {
      name: 'status',
      description: 'Show how far the chain is read, and how each base node does',
      example: 'admin chain status',
      run: (client) => client.chain(),
      show: statusView,
    }),
    serverCommand<[], PageFlags, ChainRefusalAnswer[]>(ports, {
      name: 'refused',
      description: 'List what was sent to the wallet and is no payment to it, with the reason: it counts for no order',
      example: 'admin chain refused',
      options: pageOptions(),
      run: (client, { options }) => client.chainRefused(pageOf(options)),
      show: refusedView,
    }),
    serverCommand<[], PageFlags, ChainDepartureAnswer[]>(ports, {
      name: 'left',
      description: 'List the confirmed payments that left the chain, and those that came back',
      example: 'admin chain left',
      options: pageOptions(),
      run: (client, { options }) => client.chainLeft(pageOf(options)),
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
      { title: 'Block', of: (node) => (node.height === null ? null : String(node.height)), align: 'right' },
      { title: 'Last answer', of: (node) => node.last_answer_at && formatTime(node.last_answer_at, output) },
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
      { title: 'Id', of: ({ id }) => String(id), align: 'right' },
      { title: 'Found', of: ({ found_at: foundAt }) => formatTime(foundAt, output) },
      { title: 'Block', of: ({ block_height: height }) => String(height), align: 'right' },
      { title: 'Transaction', of: ({ txid }) => txid },
      { title: 'Reason', of: ({ reason }) => reason },
      { title: 'Claims', of: ({ claimed_amount: amount }) => formatAmount(amount), align: 'right' },
      { title: 'Text', of: ({ memo }) => memo, canShrink: true },
    ],
    refusals,
    output,
  );
}

function leftView(departures: readonly ChainDepartureAnswer[], output: OutputOptions): string[] {
  return table<ChainDepartureAnswer>(
    [
      { title: 'Id', of: ({ id }) => String(id), align: 'right' },
      { title: 'Left', of: ({ left_at: leftAt }) => formatTime(leftAt, output) },
      { title: 'Transaction', of: ({ txid }) => txid },
      { title: 'Was in block', of: ({ block_height: height }) => String(height), align: 'right' },
      {
        title: 'Is in block',
        of: ({ returned_height: height }) => (height === null ? null : String(height)),
        align: 'right',
      },
      { title: 'Outcome', of: ({ outcome }) => outcome },
    ],
    departures,
    output,
  );
}
