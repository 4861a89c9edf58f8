import { afterEach, describe, expect, it } from 'vitest';
import { MAX_NOTE_LENGTH } from '#notes/note-text.ts';
import { ADMIN, type Answer, borrowServer, errorOf, startServer, type TestServer } from '#test/server.ts';

let server: TestServer;

afterEach(() => server.close());

async function begin(): Promise<string> {
  server = await borrowServer();
  await server.order({ id: 1001, name: '#1001', customer: { id: 7001 } });
  return server.logIn(ADMIN, 'read_all', 'write');
}

const texts = ({ json }: Answer) => json.map(({ text }: { text: string }) => text);

describe('notes', () => {
  it('on an order and on a customer are threads of their own, with who wrote them and when', async () => {
    const token = await begin();
    const first = await server.post('/api/notes', { order_id: '1001', text: 'paid twice' }, { token });
    expect(first.json).toEqual({
      id: 1,
      order_id: '1001',
      customer_id: null,
      author: ADMIN.address,
      text: 'paid twice',
      created_at: server.clock.now().toISOString(),
      struck_at: null,
      struck_by: null,
      strike_reason: null,
    });
    await server.post('/api/notes', { order_id: '1001', text: 'sent back' }, { token });
    await server.post('/api/notes', { customer_id: '7001', text: 'kind' }, { token });
    expect(texts(await server.get('/api/notes?order_id=1001', { token }))).toEqual(['paid twice', 'sent back']);
    expect(texts(await server.get('/api/notes?order_id=1001&order=desc&limit=1', { token }))).toEqual(['sent back']);
    expect(texts(await server.get('/api/notes?customer_id=7001', { token }))).toEqual(['kind']);
    expect(texts(await server.get('/api/notes?customer_id=7002', { token }))).toEqual([]);
  });

  it('go on where the part before ended', async () => {
    const token = await begin();
    for (const text of ['a', 'b', 'c']) await server.post('/api/notes', { order_id: '1001', text }, { token });
    const first = await server.get('/api/notes?order_id=1001&limit=2', { token });
    const cursor = first.headers.get('x-next-cursor');
    const rest = await server.get(`/api/notes?order_id=1001&limit=2&cursor=${cursor}`, { token });
    expect([...texts(first), ...texts(rest)]).toEqual(['a', 'b', 'c']);
    expect(rest.headers.get('x-next-cursor')).toBeNull();
  });

  it('know an order by its name in the shop too, and are kept under its id', async () => {
    server = await startServer({ settings: { TPG_STRICT_MODE: 'off' } });
    await server.order({ id: 1001, name: '#1001' });
    const token = await server.logIn(ADMIN, 'read_all', 'write');
    const added = await server.post('/api/notes', { order_id: '#1001', text: 'by name' }, { token });
    expect(added.json.order_id).toBe('1001');
    expect(texts(await server.get('/api/notes?order_id=1001', { token }))).toEqual(['by name']);
  });

  it('that are struck out stay, with who did that, when and why', async () => {
    const token = await begin();
    await server.post('/api/notes', { order_id: '1001', text: 'paid twice' }, { token });
    server.clock.advance(60_000);
    const struck = await server.post('/api/notes/1/strike', { reason: 'another order' }, { token });
    const at = server.clock.now().toISOString();
    expect(struck.json).toMatchObject({ struck_at: at, struck_by: ADMIN.address, strike_reason: 'another order' });
    expect((await server.get('/api/notes?order_id=1001', { token })).json).toEqual([struck.json]);
    const again = await server.post('/api/notes/1/strike', { reason: 'once more' }, { token });
    expect(errorOf(again)).toMatchObject({ status: 409, code: 'note_struck_already' });
  });

  it('are written once under an Idempotency-Key, with one event and one line in the audit log', async () => {
    const token = await begin();
    const send = (text: string) =>
      server.post('/api/notes', { order_id: '1001', text }, { token, headers: { 'idempotency-key': 'k' } });
    const answers = [await send('once'), await send('once')];
    expect(answers[1]?.json).toEqual(answers[0]?.json);
    expect(errorOf(await send('other')).code).toBe('idempotency_key_reused');
    expect(texts(await server.get('/api/notes?order_id=1001', { token }))).toEqual(['once']);
    expect((await server.get('/api/audit_log?action=add+note', { token })).json).toHaveLength(1);
    const events = (await server.get('/api/events', { token })).json;
    expect(events.filter(({ type }: { type: string }) => type === 'NoteAdded')).toEqual([
      expect.objectContaining({ payload: { note: answers[0]?.json } }),
    ]);
    const ofOrder = (await server.get('/api/order/id/1001/events', { token })).json;
    expect(JSON.stringify(ofOrder)).toContain('"NoteAdded"');
  });

  it('are counted for Prometheus', async () => {
    server = await startServer({ settings: { TPG_METRICS: 'on' } });
    const token = await server.logIn(ADMIN, 'write');
    await server.order({ id: 1001 });
    for (const about of [{ customer_id: '7001' }, { customer_id: '7001' }, { order_id: '1001' }]) {
      await server.post('/api/notes', { ...about, text: 'x' }, { token });
    }
    await server.post('/api/notes/2/strike', { reason: 'wrong' }, { token });
    const { text } = await server.get('/metrics');
    expect(text).toContain('tpg_notes{state="standing"} 2\n');
    expect(text).toContain('tpg_notes{state="struck"} 1\n');
  });
});

describe('what is no note', () => {
  it.each([
    ['nothing', {}],
    ['a text without a thread', { text: 'x' }],
    ['two threads', { order_id: '1001', customer_id: '7001', text: 'x' }],
    ['an empty text', { order_id: '1001', text: '' }],
    ['a blank text', { order_id: '1001', text: ' \n ' }],
    ['a text that is too long', { order_id: '1001', text: 'x'.repeat(MAX_NOTE_LENGTH + 1) }],
    ['a null character', { order_id: '1001', text: 'a\0b' }],
    ['half a character', { order_id: '1001', text: 'a\ud800' }],
    ['a text that clears the terminal', { order_id: '1001', text: 'a\u001b[2J' }],
    ['a text that goes back to the beginning of the line', { order_id: '1001', text: 'a\rb' }],
    ['a text that turns the direction of writing', { order_id: '1001', text: 'a\u202eb' }],
    ['a customer with a null character', { customer_id: '\0', text: 'x' }],
    ['an order id that is too long', { order_id: 'x'.repeat(257), text: 'x' }],
    ['a field that does not exist', { order_id: '1001', text: 'x', author: 'the boss' }],
    ['a text that is none', { order_id: '1001', text: { $ne: '' } }],
  ])('is refused and leaves nothing: %s', async (_, body) => {
    const token = await begin();
    const before = server.everything();
    const answer = await server.post('/api/notes', JSON.stringify(body), { token });
    expect(errorOf(answer)).toMatchObject({ status: 400, code: 'invalid_request' });
    expect(server.everything()).toEqual(before);
  });

  it('is refused on an order that is not there: a mistyped id would hide it for good', async () => {
    const token = await begin();
    const before = server.everything();
    for (const answer of [
      await server.post('/api/notes', { order_id: '1002', text: 'x' }, { token }),
      await server.get('/api/notes?order_id=1002', { token }),
    ]) {
      expect(errorOf(answer)).toMatchObject({ status: 404, code: 'order_not_found' });
    }
    expect(server.everything()).toEqual(before);
  });

  it.each(['', '?order_id=1001&customer_id=7001', '?orderid=1001', '?order_id=1001&limit=0', '?customer_id=%00'])(
    'is not looked for: /api/notes%s',
    async (query) => {
      const token = await begin();
      expect(errorOf(await server.get(`/api/notes${query}`, { token })).code).toBe('invalid_request');
    },
  );

  it('is not struck out', async () => {
    const token = await begin();
    await server.post('/api/notes', { order_id: '1001', text: 'x' }, { token });
    const before = server.everything();
    const strike = (id: string, body: unknown) =>
      server.post(`/api/notes/${id}/strike`, JSON.stringify(body), { token });
    expect(errorOf(await strike('2', { reason: 'x' }))).toMatchObject({ status: 404, code: 'note_not_found' });
    for (const [id, body] of [
      ['x', { reason: 'x' }],
      ['9223372036854775808', { reason: 'x' }],
      ['1', {}],
      ['1', { reason: '' }],
      ['1', { reason: 'a\0' }],
      ['1', { reason: 'x'.repeat(1001) }],
    ] as const) {
      expect(errorOf(await strike(id, body)).code).toBe('invalid_request');
    }
    expect(server.everything()).toEqual(before);
  });
});

describe('a text that others would act on', () => {
  it.each([
    '<script>alert(1)</script>',
    `'; DROP TABLE notes; --`,
    '=HYPERLINK("http://example.com")',
    `{{7*7}} \${process.env} %s`,
    'x'.repeat(MAX_NOTE_LENGTH),
    'two\nlines\n{"level":"info","msg":"forged"}',
  ])('comes back as it was written', async (text) => {
    const token = await begin();
    expect((await server.post('/api/notes', { order_id: '1001', text }, { token })).status).toBe(200);
    expect(texts(await server.get('/api/notes?order_id=1001', { token }))).toEqual([text]);
    expect(server.logText).not.toContain('"msg":"forged"');
  });
});

describe('who may not', () => {
  it('read notes, or write them, is refused', async () => {
    await begin();
    const before = () => server.rows('select * from notes');
    const reader = await server.logIn(ADMIN, 'read_all');
    const writer = await server.logIn(ADMIN, 'write');
    const user = await server.logIn(ADMIN, 'user');
    const note = { order_id: '1001', text: 'x' };
    for (const token of [reader, user]) expect((await server.post('/api/notes', note, { token })).status).toBe(403);
    for (const token of [writer, user]) {
      expect((await server.get('/api/notes?order_id=1001', { token })).status).toBe(403);
    }
    expect((await server.post('/api/notes', note)).status).toBe(401);
    expect(before()).toEqual([]);
  });
});
