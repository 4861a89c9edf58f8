import { type Command, Option } from 'commander';
import { KNOWN_CUSTOMERS, KNOWN_ORDER } from '#engine/cli/arguments.ts';
import type { Query } from '#platform/cli/api-client.ts';
import { u64Argument } from '#platform/cli/arguments.ts';
import { CommandError, EXIT_CODES } from '#platform/cli/exit.ts';
import { askedAs } from '#platform/cli/menus/menu-fields.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { reasonOption } from '#platform/cli/reason-option.ts';
import { allParts, type ListFlags, listOptions, orderOf, serverCommandOf } from '#platform/cli/server-command.ts';
import { group } from '#platform/cli/terminal/output-flags.ts';
import type { NoteAnswer } from './answers.ts';
import { notesView, noteView } from './views.ts';

const noteCommand = serverCommandOf(async () => (await import('./requests.ts')).notesClient);

interface ThreadFlags {
  order?: string;
  customer?: string;
}

const SECTION = { menu: 'admin', section: 'notes' };

/** `admin notes`: what operators write about orders and customers. */
export function notesCommand(ports: CommandPorts): Command {
  return group('notes', 'What operators write about orders and customers', [
    noteCommand<[], ThreadFlags & ListFlags, NoteAnswer[]>(ports, {
      name: 'list',
      description: 'List the notes on an order or a customer, those struck out too',
      example: 'admin notes list --order 1001',
      menus: [
        { ...SECTION, label: 'Notes on an order', hint: 'newest first', needs: ['--order'] },
        { ...SECTION, label: 'Notes on a customer', hint: 'newest first', needs: ['--customer'] },
      ],
      options: [...threadOptions(), ...listOptions()],
      run: async (client, { options }) => {
        const read = (query: Query) => client.notes({ ...query, ...threadOf(options), ...orderOf(options) });
        return (await allParts(ports, options.limit, read, (rows) => rows)).rows;
      },
      show: notesView,
    }),
    noteCommand<[string], ThreadFlags, NoteAnswer>(ports, {
      name: 'add',
      description: 'Add a note to an order or a customer; it can be struck out, and not be changed',
      example: 'admin notes add "paid twice, see the mail" --order 1001',
      menus: [
        { ...SECTION, label: 'Add a note to an order', hint: 'for other operators', needs: ['--order'] },
        { ...SECTION, label: 'Add a note to a customer', hint: 'for other operators', needs: ['--customer'] },
      ],
      arguments: [['<text>', 'the note', undefined, { ask: 'Note' }]],
      options: threadOptions(),
      run: (client, { arguments: [text], options }) => client.addNote({ ...threadOf(options), text }),
      show: noteView,
    }),
    noteCommand<[bigint], { reason: string }, NoteAnswer>(ports, {
      name: 'strike',
      description: 'Strike out a note, which stays to be read with the reason',
      example: 'admin notes strike 12 --reason "it was another order"',
      menus: [
        {
          ...SECTION,
          label: 'Strike out a note',
          hint: 'that is wrong',
          warning: ({ number }) => `Note ${number} will be struck out for good.`,
        },
      ],
      arguments: [['<number>', 'the note as the list shows it', u64Argument, { ask: 'Number of the note' }]],
      options: [reasonOption()],
      run: (client, { arguments: [id], options }) => client.strikeNote(id, options.reason),
      show: noteView,
    }),
  ]);
}

function threadOptions(): Option[] {
  return [
    askedAs(new Option('--order <id>', 'the order that the note is about'), KNOWN_ORDER),
    askedAs(new Option('--customer <id>', 'the customer that the note is about'), KNOWN_CUSTOMERS),
  ];
}

/** @throws {CommandError} unless one of the two is named. */
function threadOf({ order, customer }: ThreadFlags): { order_id: string } | { customer_id: string } {
  if (order !== undefined && customer === undefined) return { order_id: order };
  if (customer !== undefined && order === undefined) return { customer_id: customer };
  throw new CommandError('Name what the note is about: --order or --customer, and not both.', EXIT_CODES.wrongUse);
}
