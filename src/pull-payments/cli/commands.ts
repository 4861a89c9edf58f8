import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Query } from '#platform/cli/api-client.ts';
import { u64Argument } from '#platform/cli/arguments.ts';
import type { ArgumentDescription } from '#platform/cli/described-command.ts';
import { CommandError, EXIT_CODES } from '#platform/cli/exit.ts';
import { askedAs } from '#platform/cli/menus/menu-fields.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { reasonOption } from '#platform/cli/reason-option.ts';
import {
  allParts,
  type ListFlags,
  listOptions,
  orderOf,
  SINCE,
  serverCommandOf,
  typedTime,
} from '#platform/cli/server-command.ts';
import { group, type OutputFlags } from '#platform/cli/terminal/output-flags.ts';
import type { PacketAnswer, PointerAnswer, PointerDetailAnswer, PullAnswer, PushAnswer } from './answers.ts';
import { cancelDanger, resolveDanger } from './dangers.ts';
import { KNOWN_POINTERS, UNKNOWN_PACKETS } from './offers.ts';
import { changedTermOptions, newTermOptions, type TermFlags } from './term-options.ts';
import { tokenCommand } from './token.ts';
import { packetsView, pointerDetailView, pointersView, pointerView, pullsView, pushesView } from './views.ts';

const pullServerCommand = serverCommandOf(async () => (await import('./requests.ts')).pullClient);

const SECTION = { menu: 'admin', section: 'pull payments' };

const POINTER: ArgumentDescription = [
  '<id>',
  'the pull pointer, or its id as the list shows it',
  pointerArgument,
  KNOWN_POINTERS,
];

/** `pull`: what others may pull from the server over Interledger. */
export function pullCommand(ports: CommandPorts): Command {
  return group('pull', 'Pull payments: what others may pull from the server over Interledger', [
    listCommand(ports),
    showCommand(ports),
    pullsCommand(ports),
    packetsCommand(ports),
    pushesCommand(ports),
    createCommand(ports),
    tokenCommand(ports),
    updateCommand(ports),
    ...stateCommands(ports),
    resolveCommand(ports),
  ]);
}

// ---- What there is -----------------------------------------------------------------------------------------------

interface SearchFlags extends ListFlags, OutputFlags {
  state?: string;
  asset?: string;
  reference?: string;
  since?: string;
}

function listCommand(ports: CommandPorts): Command {
  return pullServerCommand<[], SearchFlags, PointerAnswer[]>(ports, {
    name: 'list',
    description: 'List the pull pointers, newest first',
    example: 'pull list --state active',
    menus: [{ ...SECTION, label: 'Pull pointers', hint: 'newest first' }],
    options: [
      new Option('--state <state>', 'those in this state').choices(['active', 'paused', 'cancelled']),
      new Option('--asset <code>', 'those in this asset'),
      new Option('--reference <text>', 'those with this reference'),
      new Option('--since <time>', `those that were made at ${SINCE}`),
      ...listOptions(),
    ],
    run: async (client, { options }) => {
      const { state, asset, reference, limit } = options;
      const filter = { state, asset_code: asset, reference, since: typedTime(options.since, options) };
      const read = (query: Query) => client.pointers({ ...query, ...filter, ...orderOf(options) });
      return (await allParts(ports, limit, read, (rows) => rows)).rows;
    },
    show: pointersView,
  });
}

function showCommand(ports: CommandPorts): Command {
  return pullServerCommand<[string], object, PointerDetailAnswer>(ports, {
    name: 'show',
    description: 'A pull pointer with its balances and all terms that were ever in force',
    example: 'pull show 6b5e79c7-15a7-4a08-877f-dbe1377ec819',
    menus: [{ ...SECTION, label: 'One pull pointer', hint: 'its balances and terms' }],
    arguments: [POINTER],
    run: (client, { arguments: [id] }) => client.pointer(id),
    show: pointerDetailView,
  });
}

function pullsCommand(ports: CommandPorts): Command {
  return pullServerCommand<[string], ListFlags, PullAnswer[]>(ports, {
    name: 'pulls',
    description: 'The pulls of a pull pointer, newest first: what each connection took',
    example: 'pull pulls 6b5e79c7-15a7-4a08-877f-dbe1377ec819',
    menus: [{ ...SECTION, label: 'Pulls of a pull pointer', hint: 'what was taken, and when' }],
    arguments: [POINTER],
    options: listOptions(),
    run: async (client, { arguments: [id], options }) => {
      const read = (query: Query) => client.pulls(id, { ...query, ...orderOf(options) });
      return (await allParts(ports, options.limit, read, (rows) => rows)).rows;
    },
    show: pullsView,
  });
}

interface PacketFlags extends ListFlags {
  pointer?: string;
  state?: string;
  unknown?: boolean;
}

function packetsCommand(ports: CommandPorts): Command {
  return pullServerCommand<[], PacketFlags, PacketAnswer[]>(ports, {
    name: 'packets',
    description: 'The packets of one pull pointer or of all, newest first, each with its outcome',
    example: 'pull packets --unknown',
    menus: [
      { ...SECTION, label: 'Packets without an outcome', hint: 'whose answer never came', gives: ['--unknown'] },
      { ...SECTION, label: 'Packets of a pull pointer', hint: 'newest first', needs: ['--pointer'] },
    ],
    options: [
      askedAs(new Option('--pointer <id>', 'those of this one').argParser(pointerArgument), KNOWN_POINTERS),
      new Option('--state <state>', 'those in this state').choices(['sent', 'fulfilled', 'rejected', 'unknown']),
      new Option('--unknown', 'those whose outcome is unknown').conflicts('state'),
      ...listOptions(),
    ],
    run: async (client, { options }) => {
      const state = options.unknown ? 'unknown' : options.state;
      const read = (query: Query) => client.packets(options.pointer, { ...query, state, ...orderOf(options) });
      return (await allParts(ports, options.limit, read, (rows) => rows)).rows;
    },
    show: packetsView,
  });
}

function pushesCommand(ports: CommandPorts): Command {
  return pullServerCommand<[], ListFlags, PushAnswer[]>(ports, {
    name: 'pushes',
    description: 'What was pushed to the server over Interledger, newest first',
    example: 'pull pushes',
    menus: [{ ...SECTION, label: 'Pushes', hint: 'money that came over Interledger' }],
    options: listOptions(),
    run: async (client, { options }) => {
      const read = (query: Query) => client.pushes({ ...query, ...orderOf(options) });
      return (await allParts(ports, options.limit, read, (rows) => rows)).rows;
    },
    show: pushesView,
  });
}

// ---- What is changed ---------------------------------------------------------------------------------------------

function createCommand(ports: CommandPorts): Command {
  return pullServerCommand<[], TermFlags & { cap?: boolean } & OutputFlags, PointerAnswer>(ports, {
    name: 'create',
    description: 'Make a pull pointer; who is given it pulls an amount in each interval',
    example: 'pull create --amount 10000000 --asset XRP --scale 6 --interval P1M --cycles 12 --cap',
    menus: [{ ...SECTION, label: 'Make a pull pointer', hint: 'for a payee', asks: ['--cap'] }],
    options: newTermOptions(),
    run: (client, { options }) =>
      client.createPointer({
        amount: String(options.amount),
        asset_code: options.asset,
        asset_scale: options.scale,
        interval: options.interval,
        cycles: options.cycles,
        cap: options.cap === true,
        start: typedTime(options.start, options),
        expiry: typedTime(options.expiry, options),
        max_pull: options.maxPull === undefined ? undefined : String(options.maxPull),
        webhook: options.webhook,
        description: options.description,
        reference: options.reference,
      }),
    show: pointerView,
  });
}

interface ChangeFlags extends Omit<TermFlags, 'expiry' | 'maxPull'>, OutputFlags {
  cap?: boolean;
  expiry?: string | false;
  maxPull?: bigint | false;
  reason: string;
}

function updateCommand(ports: CommandPorts): Command {
  return pullServerCommand<[string], ChangeFlags, PointerAnswer>(ports, {
    name: 'update',
    description: 'Change the terms of a pull pointer; what was pulled stays',
    example: 'pull update 6b5e79c7-15a7-4a08-877f-dbe1377ec819 --amount 12000000 --reason "a larger machine"',
    menus: [{ ...SECTION, label: 'Change a pull pointer', hint: 'from this interval on', needs: ['--amount'] }],
    arguments: [POINTER],
    options: [...changedTermOptions(), reasonOption()],
    run: (client, { arguments: [id], options }) => client.updateTerms(id, changeOf(options)),
    show: pointerView,
  });
}

/** @throws {CommandError} if nothing is changed. */
function changeOf(options: ChangeFlags): object {
  const change = {
    amount: options.amount === undefined ? undefined : String(options.amount),
    asset_code: options.asset,
    asset_scale: options.scale,
    interval: options.interval,
    cycles: options.cycles,
    cap: options.cap,
    expiry: options.expiry === false ? null : typedTime(options.expiry, options),
    max_pull: options.maxPull === false ? null : options.maxPull?.toString(),
  };
  if (Object.values(change).every((value) => value === undefined)) {
    throw new CommandError('Say what to change, such as --amount.', EXIT_CODES.wrongUse);
  }
  return { ...change, reason: options.reason };
}

function stateCommands(ports: CommandPorts): Command[] {
  return STATE_CHANGES.map(({ verb, description, label, hint }) =>
    pullServerCommand<[string], { reason: string }, PointerAnswer>(ports, {
      name: verb,
      description,
      example: `pull ${verb} 6b5e79c7-15a7-4a08-877f-dbe1377ec819 --reason "the contract ends"`,
      menus: [{ ...SECTION, label, hint }],
      arguments: [POINTER],
      options: [reasonOption()],
      ...(verb === 'cancel' && { danger: (client, { arguments: [id] }) => cancelDanger(client, id) }),
      run: (client, { arguments: [id], options }) => client.changeState(id, verb, options.reason),
      show: pointerView,
    }),
  );
}

const STATE_CHANGES = [
  {
    verb: 'pause',
    description: 'Pause a pull pointer: nothing can be pulled until it is resumed',
    label: 'Pause a pull pointer',
    hint: 'until it is resumed',
  },
  {
    verb: 'resume',
    description: 'Resume a pull pointer that was paused',
    label: 'Resume a pull pointer',
    hint: 'that was paused',
  },
  {
    verb: 'cancel',
    description: 'Cancel a pull pointer for good, also on connections that are open',
    label: 'Cancel a pull pointer',
    hint: 'for good',
  },
] as const;

function resolveCommand(ports: CommandPorts): Command {
  return pullServerCommand<[bigint, string], { reason: string }, PacketAnswer>(ports, {
    name: 'resolve',
    description: 'Say what became of a packet whose outcome is unknown, as the books of the connector have it',
    example: 'pull resolve 12 rejected --reason "the connector has no such packet"',
    menus: [{ ...SECTION, label: 'Resolve a packet', hint: 'whose answer never came' }],
    arguments: [
      ['<number>', 'the packet as the list shows it', u64Argument, UNKNOWN_PACKETS],
      ['<outcome>', 'fulfilled or rejected', outcomeArgument, { ask: 'Outcome, fulfilled or rejected' }],
    ],
    options: [reasonOption()],
    danger: (client, { arguments: [id, outcome] }) => resolveDanger(client, id, outcome),
    run: (client, { arguments: [id, outcome], options }) => client.resolvePacket(id, outcome, options.reason),
    show: (packet, output) => packetsView([packet], output),
  });
}

function outcomeArgument(text: string): string {
  if (text === 'fulfilled' || text === 'rejected') return text;
  throw new InvalidArgumentError('It was fulfilled or rejected.');
}

/** The id in `$host/id`, or as it is. */
function pointerArgument(text: string): string {
  const id = text.trim().replace(/^(?:\$|https?:\/\/)[^/]*\//, '');
  if (/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) return id;
  throw new InvalidArgumentError(
    'It is no pull pointer with an id. Of a token that was signed offline, pull list shows the id.',
  );
}
