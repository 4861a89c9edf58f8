import { formatTime, type OutputOptions, record, table } from '#platform/cli/terminal/output.ts';
import type { NoteAnswer } from './answers.ts';

export function notesView(notes: readonly NoteAnswer[], output: OutputOptions): string[] {
  return table<NoteAnswer>(
    [
      { title: 'Number', whole: (note) => note.id },
      { title: 'Written', time: (note) => note.created_at },
      { title: 'By', of: (note) => note.author, canShrink: true },
      { title: 'Note', of: (note) => note.text, canShrink: true },
      { title: 'Struck out', time: (note) => note.struck_at },
      { title: 'Because', of: (note) => note.strike_reason, canShrink: true },
    ],
    notes,
    output,
  );
}

/** One note, in full. */
export function noteView(note: NoteAnswer, output: OutputOptions): string[] {
  const { id, order_id: orderId, customer_id: customerId, struck_at: struckAt } = note;
  return record(
    [
      ['Number', String(id)],
      orderId === null ? ['Customer', customerId] : ['Order', orderId],
      ['Written', formatTime(note.created_at, output)],
      ['By', note.author],
      ['Note', note.text],
      ...(struckAt === null
        ? []
        : ([
            ['Struck out', formatTime(struckAt, output)],
            ['By whom', note.struck_by],
            ['Because', note.strike_reason],
          ] as const)),
    ],
    output.terminal,
  );
}
