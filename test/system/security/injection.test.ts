import { afterEach, describe, expect, it } from 'vitest';
import { isOnPostgres } from '#test/database/database.ts';
import { ADMIN, borrowServer, orderBody, startServer, type TestServer } from '#test/server.ts';
import { ACCOUNTS } from '#test/test-wallets.ts';

/** Texts that would be commands if anybody took them for such: they come back as they were sent, and do nothing. */

const [ALICE] = ACCOUNTS;

let server: TestServer;

afterEach(() => server.close());

const COMMANDS = [
  `'; DROP TABLE orders; --`,
  `x' OR '1'='1`,
  `"); DELETE FROM payments; --`,
  `\\'; UPDATE accounts SET total_confirmed = 9; --`,
  `$1 ? :name @p %s %d \${process.env} {{7*7}} <%= 1 %>`,
  `<script>alert(1)</script>`,
  `%_[a-z]*`,
  `a"b\\c/d`,
];

/** Texts that would end a line of the log and begin another. */
const LINES = [
  `x\n{"level":"info","msg":"forged"}`,
  `x\r\n[2026-01-01T00:00:00.000Z] INFO: forged`,
  `x\u2028forged\u0085forged\u001b[2K\u009b1A\u202e`,
];

const schema = () =>
  server.rows(
    isOnPostgres()
      ? `select relkind::text, relname, relchecks from pg_class where relnamespace = 'public'::regnamespace order by relname`
      : 'select type, name, sql from sqlite_master order by name',
  );

describe('a text that looks like SQL', () => {
  it.each(COMMANDS)('is kept and found as it is in every field that takes it: %s', async (text) => {
    server = await borrowServer();
    const token = await server.logIn(ADMIN, 'super_admin');
    const before = schema();
    await server.order({ id: text, name: text, note: text, customer: { id: text } });
    const orderPath = `/api/order/id/${encodeURIComponent(text)}`;
    const shown = { order_id: text, alt_id: text, memo: text, customer_id: text, status: 'Unclaimed' };
    expect((await server.get(orderPath, { token })).json).toMatchObject(shown);

    for (const filter of ['memo', 'order_id', 'alt_id', 'customer_id']) {
      const found = await server.get(`/api/search/orders?${filter}=${encodeURIComponent(text)}`, { token });
      expect([filter, found.json.length]).toEqual([filter, 1]);
      const other = await server.get(`/api/search/orders?${filter}=${encodeURIComponent(`${text}x`)}`, { token });
      expect([filter, other.json]).toEqual([filter, []]);
    }

    const memo = { order_id: text, new_memo: `new ${text}`, reason: text };
    expect((await server.request('PATCH', '/api/order_memo', { body: memo, token })).json.memo).toBe(`new ${text}`);
    const moved = { order_id: text, new_customer_id: `new ${text}`, reason: text };
    const answer = await server.request('PATCH', '/api/reassign_order', { body: moved, token });
    expect(answer.json.orders.new_order.customer_id).toBe(`new ${text}`);
    const credit = { customer_id: text, amount: 5, reason: text };
    expect((await server.post('/api/credit', credit, { token })).status).toBe(200);
    const log = await server.get(`/api/audit_log?subject=${encodeURIComponent(text)}`, { token });
    expect(log.json.map(({ reason }: { reason: string }) => reason)).toContain(text);
    const history = await server.get(`/api/history/customer/${encodeURIComponent(text)}`, { token });
    expect(history.json.balance.total_confirmed).toBe(5);

    await server.claim(ALICE, text);
    await server.payConfirmed({ txid: text.replace(/[^!-~]/g, '_'), memo: text, order_id: text });
    expect(server.rows('select memo, order_id from payments where payment_type = ?', 'on_chain')).toEqual([
      { memo: text, order_id: text },
    ]);
    expect((await server.get(orderPath, { token })).json.status).toBe('Paid');
    expect(schema()).toEqual(before);
    expect((await server.app.engine.audit()).differences).toEqual([]);
  });
});

describe('a text that looks like lines of the log', () => {
  it.each([true, false])('ends no line and begins none, wherever it is sent (for people: %s)', async (prettyLog) => {
    server = await startServer({ prettyLog, settings: { TPG_LOG_LEVEL: 'trace' } });
    const token = await server.logIn(ADMIN, 'super_admin');
    for (const text of LINES) {
      await server.webhook(orderBody({ id: text, note: text, currency: text }), { topic: null });
      await server.order({ id: `${text}1`, name: text, note: text, customer: { id: text } }).catch(() => undefined);
      await server.payConfirmed({ memo: text });
      await server.post('/api/credit', { customer_id: text, amount: 5, reason: text }, { token });
      await server.get(`/api/order/id/${encodeURIComponent(text)}`, { token });
      await server.get(`/${encodeURIComponent(text)}`, { headers: { 'user-agent': 'x\tforged' } });
      await server.post('/order/claim', text);
    }
    const lines = server.logText.split('\n');
    expect(lines.pop()).toBe('');
    // Each record is a line of its own, which holds no other character that a terminal would act on.
    expect(lines.length).toBe(server.logLines.length);
    for (const line of lines) {
      expect(line).toMatch(prettyLog ? /^(\[?\d{4}-\d\d-\d\dT)/ : /^\{"level":"(info|warn|debug)",.*\}$/s);
      if (prettyLog) expect(line).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\u202e]/u);
      else expect(JSON.parse(line).msg).not.toBe('forged');
    }
  });
});
