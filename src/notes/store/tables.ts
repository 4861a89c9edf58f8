import type { Generated } from 'kysely';

export interface NoteTables {
  notes: NotesTable;
  note_strikes: NoteStrikesTable;
}

/** Either `order_id` or `customer_id` is set. */
interface NotesTable {
  id: Generated<bigint>;
  order_id: string | null;
  customer_id: string | null;
  author: string;
  text: string;
  created_at: string;
}

interface NoteStrikesTable {
  note_id: bigint;
  actor: string;
  reason: string;
  created_at: string;
}
