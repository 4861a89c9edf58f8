import { afterEach, describe, expect, it } from 'vitest';
import { MAX_NOTES_OF_A_THREAD } from '#notes/notes.ts';
import { noteRepository } from '#notes/store/notes.ts';
import { closeEngines, MINUTE, testEngine } from '#test/engine.ts';
import { NOW } from '#test/test-wallets.ts';

afterEach(closeEngines);

const BY = { actor: 'alice' };

describe('a note', () => {
  it('is kept as it was written, by whom and when, with its event and its line in the audit log', async () => {
    const test = await testEngine();
    await test.order({ orderId: '1', customerId: 'c1' });
    const note = await test.engine.notes.add(BY, { orderId: '1' }, ' two\nlines “ä” 😀 ');
    const view = { id: 1n, order_id: '1', customer_id: null, author: 'alice', text: ' two\nlines “ä” 😀 ' };
    const standing = { struck_at: null, struck_by: null, strike_reason: null };
    expect(note).toEqual({ ...view, created_at: NOW.toISOString(), ...standing });
    const { events, audit_log: log } = test.dump();
    expect(events?.at(-1)).toMatchObject({ type: 'NoteAdded', subject: '1' });
    expect(JSON.parse(String(events?.at(-1)?.payload))).toEqual({ note: { ...note, id: 1 } });
    expect(log?.at(-1)).toMatchObject({ actor: 'alice', action: 'add note', subject: '1' });
  });

  it('is not changed and not deleted by anything, nor is what struck it out', async () => {
    const test = await testEngine();
    await test.engine.notes.add(BY, { customerId: 'c1' }, 'kind');
    await test.engine.notes.strike(BY, 1n, 'rude');
    const before = test.dump();
    for (const statement of [
      `update notes set text = 'other'`,
      `update notes set author = 'bob'`,
      `delete from notes`,
      `update note_strikes set reason = 'other'`,
      `delete from note_strikes`,
    ]) {
      expect(() => test.database.execute(statement), statement).toThrow(/refused/);
    }
    expect(test.dump()).toEqual(before);
  });

  it('is about one order or one customer', async () => {
    const test = await testEngine();
    const insert = (values: string) => () =>
      test.database.execute(
        `insert into notes (order_id, customer_id, author, text, created_at)
         values (${values}, 'a', 'b', '2026-01-01T00:00:00.000Z')`,
      );
    expect(insert(`'1', 'c1'`)).toThrow();
    expect(insert('null, null')).toThrow();
  });

  it('is struck out once when two operators try at the same time', async () => {
    const test = await testEngine();
    await test.engine.notes.add(BY, { customerId: 'c1' }, 'kind');
    test.clock.advance(MINUTE);
    const ends = await Promise.allSettled(
      ['alice', 'bob'].map((actor) => test.engine.notes.strike({ actor }, 1n, `by ${actor}`)),
    );
    const done = ends.flatMap((end) => (end.status === 'fulfilled' ? end.value : []));
    expect(done).toEqual([expect.objectContaining({ text: 'kind', struck_at: expect.any(String) })]);
    expect(ends.flatMap((end) => (end.status === 'rejected' ? end.reason.code : []))).toEqual(['note_struck_already']);
    expect(test.dump().note_strikes).toHaveLength(1);
  });
});

describe('a thread', () => {
  it('is read in parts from either end, without the notes of others', async () => {
    const test = await testEngine();
    for (let index = 1; index <= 5; index += 1) {
      await test.engine.notes.add(BY, { customerId: 'c1' }, `note ${index}`);
      await test.engine.notes.add(BY, { customerId: 'c10' }, 'another');
    }
    for (const [order, expected] of [
      ['asc', ['note 1', 'note 2', 'note 3', 'note 4', 'note 5']],
      ['desc', ['note 5', 'note 4', 'note 3', 'note 2', 'note 1']],
    ] as const) {
      const texts: string[] = [];
      let after: bigint | undefined;
      do {
        const page = await test.engine.notes.list({ customerId: 'c1' }, { limit: 2, after, order });
        texts.push(...page.rows.map(({ text }) => text));
        after = page.next;
      } while (after !== undefined);
      expect(texts).toEqual(expected);
    }
  });

  it('does not grow without end', async () => {
    const test = await testEngine();
    await test.store.run(async (tx) => {
      const thread = { orderId: null, customerId: 'c1' };
      for (let count = 0; count < MAX_NOTES_OF_A_THREAD; count += 1) {
        await tx.use(noteRepository).insert(thread, { author: 'a', text: 'b', createdAt: NOW });
      }
    });
    const before = test.dump();
    const refused = test.engine.notes.add(BY, { customerId: 'c1' }, 'one more');
    await expect(refused).rejects.toMatchObject({ code: 'too_many_notes' });
    expect(test.dump()).toEqual(before);
    expect((await test.engine.notes.add(BY, { customerId: 'c2' }, 'elsewhere')).id).toBe(1001n);
  });
});
