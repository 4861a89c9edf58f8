import { afterEach, describe, expect, it } from 'vitest';
import { closeEngines, discardEngine } from '#test/engine.ts';
import { type TestPulls, testPulls, XRP6, XRP9 } from '#test/pull-payments/pulls.ts';

afterEach(closeEngines);

const BY = { actor: 'alice' };

/** Some of everything. */
async function filled(): Promise<{ pulls: TestPulls; id: string }> {
  const pulls = await testPulls();
  const { id } = await pulls.create({ asset: XRP6 });
  await pulls.pull(id, 5_500n, { maxPacket: 333n });
  await pulls.service.change(BY, id, { amount: 90n }, 'less');
  await pulls.pull(id, 700n);
  await pulls.reserve(id, 'p', 1, 3_000n);
  await pulls.reserve(id, 'p', 2, 3_000n);
  await pulls.lose('p', 2);
  await pulls.service.book({ pushId: 'push', packet: 1, amount: 5n, asset: XRP9 });
  return { pulls, id };
}

describe('the books of pull payments', () => {
  it('agree with the packets', async () => {
    const { pulls } = await filled();
    expect(await pulls.differences()).toEqual([]);
  });

  it.each([
    [`update pull_agreements set total = '9'`, ['pull_interval', 'pull_total']],
    [`update pull_agreements set total_before = '1'`, ['pull_interval']],
    [`update pull_agreements set bookings = 3`, ['pull_bookings']],
    [`update pull_tallies set units = '6001' where revision = 1`, ['pull_tally_units', 'pull_carried_total']],
    [`update pull_tallies set units = '701' where revision = 2`, ['pull_tally_units']],
    [`update pull_tallies set held = '0' where revision = 2`, ['pull_tally_held']],
    [`update pull_revisions set carried_total = '4' where revision = 2`, ['pull_carried_total', 'pull_total']],
    [`update pull_revisions set carried_interval = '4' where revision = 2`, ['pull_interval']],
    [`update pulls set sent = '5501' where id = 1`, ['pull_sent']],
    [`update pulls set debit = '7' where id = 1`, ['pull_debit']],
    [`update pulls set held = '1' where id = 3`, ['pull_held']],
    [`update pull_packets set debit = '2' where id = 1`, ['pull_packet_debit', 'pull_debit']],
    [`update pull_packets set state = 'rejected' where pull_id = 'p' and packet = 2`, ['pull_tally_held', 'pull_held']],
    [`delete from pull_packets where id = 2`, ['pull_booking']],
    [`update pushes set amount = '6'`, ['push_amount']],
    [`update pushes set packets = 2`, ['push_packets']],
  ])('differ after %s', async (statement, checks) => {
    const { pulls } = await filled();
    pulls.test.database.tamper(statement);
    const found = (await pulls.test.engine.audit()).differences;
    expect([...new Set(found.map(({ check }) => check))]).toEqual(expect.arrayContaining(checks));
    await discardEngine(pulls.test);
  });
});

describe('the database', () => {
  it('refuses what no unit of work may do', async () => {
    const { pulls } = await filled();
    await pulls.service.cancel(BY, (await pulls.create()).id, 'over');
    const before = pulls.test.dump();
    for (const statement of [
      ...['pull_agreements', 'pull_revisions', 'pull_tallies', 'pulls', 'pull_packets', 'pushes', 'push_packets'].map(
        (table) => `delete from ${table}`,
      ),
      `update pull_agreements set total = '1' where id = 1`,
      `update pull_agreements set revision = 1 where id = 1`,
      `update pull_agreements set cycle = cycle - 1 where id = 1`,
      `update pull_agreements set state = 'active' where id = 2`,
      `update pull_agreements set token = 'other' where id = 1`,
      `update pull_agreements set webhook = 'http://other' where id = 1`,
      `update pull_agreements set agreement_id = 'other' where id = 1`,
      `update pull_agreements set total = '-1' where id = 1`,
      `update pull_agreements set total = '07' where id = 1`,
      `update pull_agreements set total = '7.5' where id = 1`,
      `update pull_revisions set amount = '900'`,
      `update pull_tallies set rate_per = '2'`,
      `update pull_tallies set held = '-1'`,
      `update pulls set sent = '0' where id = 1`,
      `update pulls set agreement_id = 'other'`,
      `update pulls set is_told = 0 where id = 1`,
      `update pull_packets set state = 'rejected' where id = 1`,
      `update pull_packets set amount = '1' where state = 'unknown'`,
      `update pull_packets set state = 'sent' where state = 'unknown'`,
      `update pull_packets set state = 'fulfilled' where state = 'unknown'`,
      `update push_packets set amount = '1'`,
      `update pushes set amount = '1'`,
    ]) {
      expect(() => pulls.test.database.execute(statement), statement).toThrow(/refused|constraint/i);
    }
    expect(pulls.test.dump()).toEqual(before);
  });
});
