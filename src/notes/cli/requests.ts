import type { ApiClient, Query } from '#platform/cli/api-client.ts';
import * as shapes from './answers.ts';

export type NotesClient = ReturnType<typeof notesClient>;

/** What is asked about notes. */
export function notesClient(client: ApiClient) {
  return {
    ...client,
    notes: (query: Query) => client.getPage('/api/notes', shapes.note.array(), query),
    addNote: (body: object) => client.change('POST', '/api/notes', shapes.note, body),
    strikeNote: (id: bigint, reason: string) =>
      client.change('POST', `/api/notes/${id}/strike`, shapes.note, { reason }),
  };
}
