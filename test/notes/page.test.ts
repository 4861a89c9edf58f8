import { expect, it } from 'vitest';
import { note } from '#notes/http/schemas.ts';
import { jsonExample } from '#test/docs/documents.ts';

it('docs/notes.md shows a note as it is answered', () => {
  const shown = jsonExample('docs/notes.md', 'note');
  expect(note.parse({ ...shown, id: BigInt(shown.id) })).toMatchObject({ id: 12n, order_id: '8997470732594' });
  expect(Object.keys(shown)).toEqual(Object.keys(note.shape));
});
