import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Ledger } from '#engine/money/ledger.ts';
import { ownerOf } from '#engine/money/owners.ts';
import type { Change, ChangeRequest } from '#platform/audit-log/operator-actions.ts';
import { stringifyJson } from '#platform/json.ts';
import { microTari } from '#tari/micro-tari.ts';
import { syntheticAddressOf } from '#tari/synthetic-address.ts';
import { claimText, closeEngines, DAY, type TestEngine, tari, testEngine } from '#test/engine.ts';
import { ACCOUNTS } from '#test/test-wallets.ts';

/** How one change by hand is done once, told, and recognised when it is asked for again. */

let test: TestEngine;

beforeEach(async () => {
  test = await testEngine();
});
afterEach(closeEngines);

const request = (key: string, fingerprint = 'body', actor = 'operator'): ChangeRequest => ({
  actor,
  idempotency: { key, fingerprint },
});

const give = (by: ChangeRequest, amount: number | bigint = 5, customerId = 'c1') =>
  test.engine.orderChanges.credit(by, {
    customerId,
    amount: typeof amount === 'bigint' ? microTari(amount) : tari(amount),
    reason: 'a prize',
  });

const credited = () => test.rows('select coalesce(sum(amount), 0) as sum from payments')[0]?.sum;
const auditLines = () => test.rows(`select * from audit_log where action = 'credit customer'`);
const keptKeys = () => test.rows('select caller, idempotency_key from idempotency_keys order by created_at');

/** Enters credit in the ledger, says so, and then does what the test wants. */
const changeThat =
  <Answer>(end: () => Answer): Change<Answer> =>
  async ({ tx, now }) => {
    const ledger = new Ledger(tx, now, { subscriptions: test.bus, settings: test.settings });
    const customerId = 'c1';
    const from = ownerOf(syntheticAddressOf(customerId));
    const payment = { txid: 'manual-x', customerId, from, amount: tari(1), memo: null, orderId: null };
    await ledger.enterManualPayment(payment);
    return { answer: end(), record: { action: 'credit customer', subject: customerId } };
  };

describe('a change by hand', () => {
  it('is kept whole: the money, the event and the line in the audit log', async () => {
    const answer = await test.engine.changes.perform(
      { actor: 'operator' },
      changeThat(() => 'done'),
    );
    expect(answer).toBe('done');
    expect(credited()).toBe(tari(1));
    expect(await test.eventNames()).toEqual(['PaymentConfirmed manual-x']);
    expect(auditLines()).toMatchObject([
      {
        actor: 'operator',
        subject: 'c1',
        reason: null,
        before: null,
        after: null,
        created_at: test.clock.now().toISOString(),
      },
    ]);
    expect(test.log.lines).toContainEqual({
      level: 'info',
      fields: { actor: 'operator', action: 'credit customer', subject: 'c1', reason: undefined },
      sentence: 'credit customer c1, by operator',
    });
  });

  it('that fails at its end leaves nothing, and its key is free', async () => {
    const before = test.dump();
    const failure = new Error('at the end');
    const fails = changeThat(() => {
      throw failure;
    });
    await expect(test.engine.changes.perform(request('k1'), fails)).rejects.toBe(failure);
    expect(test.dump()).toEqual(before);
    expect(test.log.lines.filter((line) => line.sentence.includes('credit'))).toEqual([]);
    await give(request('k1'));
    expect(credited()).toBe(tari(5));
  });
});

describe('a repeat under the same key', () => {
  it('is answered as the first time and changes nothing', async () => {
    await test.order({ orderId: '1', price: '5' });
    const first = await give(request('k1'));
    expect(first.orders_paid).toHaveLength(1);
    const before = test.dump();
    const lines = test.log.lines.length;
    test.clock.advance(DAY);
    expect(stringifyJson(await give(request('k1')))).toBe(stringifyJson(first));
    expect(test.dump()).toEqual(before);
    expect(test.log.lines).toHaveLength(lines);
  });

  it('is recognised also at once in parallel', async () => {
    await test.order({ orderId: '1', price: '5' });
    const answers = await Promise.all(Array.from({ length: 20 }, () => give(request('k1'))));
    expect(new Set(answers.map(stringifyJson)).size).toBe(1);
    expect(credited()).toBe(tari(5));
    expect(auditLines()).toHaveLength(1);
  });

  it('is answered with amounts past 2^53 to the last µT', async () => {
    const price = 9_007_199_254_740_993n;
    await test.order({ orderId: '1' });
    await test.engine.orderChanges.changePrice(
      { actor: 'operator' },
      { orderId: '1', price: microTari(price), reason: undefined },
    );
    const first = await give(request('k1'), price);
    expect(first.orders_paid[0]?.total_price).toBe(price);
    expect((await give(request('k1'), price)).orders_paid[0]?.total_price).toBe(price);
  });

  it('is answered with null where the first one was, though something could be paid now', async () => {
    const settle = () => test.engine.orderChanges.settleCustomer(request('k1'), 'c1');
    expect(await settle()).toBeNull();
    const before = keptKeys();
    await test.payConfirmed({ from: ACCOUNTS[0], amount: tari(50) });
    await test.order({ orderId: '0', price: '200', memo: claimText(ACCOUNTS[0], '0') });
    // Claimed by somebody who cannot pay it, while the customer's other account could.
    await test.order({ orderId: '1', price: '40', memo: claimText(ACCOUNTS[1], '1') });
    expect(await settle()).toBeNull();
    expect(keptKeys()).toEqual(before);
    const again = await test.engine.orderChanges.settleCustomer(request('k2'), 'c1');
    expect(again?.orders_paid).toHaveLength(1);
  });

  it('but with other contents is refused, and changes nothing', async () => {
    await give(request('k1', 'a'));
    const before = test.dump();
    await expect(give(request('k1', 'b'))).rejects.toMatchObject({
      code: 'idempotency_key_reused',
      message: 'The Idempotency-Key was used for another request before.',
    });
    expect(test.dump()).toEqual(before);
  });

  it('by somebody else is another change', async () => {
    await give(request('k1'));
    await give(request('k1', 'other body', 'another operator'));
    expect(credited()).toBe(tari(10));
    expect(auditLines().map((line) => line.actor)).toEqual(['operator', 'another operator']);
  });

  it('under another key, or under none, is another change', async () => {
    await give(request('k1'));
    await give(request('k2'));
    await give({ actor: 'operator' });
    await give({ actor: 'operator' });
    expect(credited()).toBe(tari(20));
    expect(keptKeys()).toHaveLength(2);
  });

  it('of a change that was refused is tried again', async () => {
    await expect(give(request('k1'), -5)).rejects.toMatchObject({ code: 'credit_exceeds_balance' });
    expect(keptKeys()).toEqual([]);
    await give({ actor: 'operator' }, 7);
    await give(request('k1'), -5);
    expect(credited()).toBe(tari(2));
  });
});

describe('a key', () => {
  it('is forgotten after 24 hours, whether or not the housekeeping ran', async () => {
    await give(request('k1'));
    test.clock.advance(DAY);
    await give(request('k1'));
    expect(credited()).toBe(tari(5));
    test.clock.advance(1);
    await give(request('k1', 'even for another request'));
    expect(credited()).toBe(tari(10));
    expect(keptKeys()).toHaveLength(1);
    test.clock.advance(DAY);
    await give(request('k1', 'even for another request'));
    expect(credited()).toBe(tari(10));
  });

  it('is removed by the housekeeping when it is too old, and not before', async () => {
    await give(request('old'));
    test.clock.advance(1);
    await give(request('young'));
    test.clock.advance(DAY - 1);
    expect(await test.engine.changes.forgetOld()).toBe(0);
    test.clock.advance(1);
    expect(await test.engine.changes.forgetOld()).toBe(1);
    expect(keptKeys()).toEqual([{ caller: 'operator', idempotency_key: 'young' }]);
  });
});
