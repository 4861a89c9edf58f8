import { afterEach, describe, expect, it } from 'vitest';
import { closeEngines, MINUTE, testEngine } from '#test/engine.ts';
import { NOW } from '#test/test-wallets.ts';

afterEach(closeEngines);

describe('the rate of a currency', () => {
  it('is the last one that was set, in any case of the code', async () => {
    const test = await testEngine();
    await test.engine.exchangeRates.set('usd', 30_000_000n, 'admin');
    test.clock.advance(MINUTE);
    const set = await test.engine.exchangeRates.set('USD', 29_000_000n, 'admin');
    expect(set).toEqual({ currency: 'USD', rate: 29_000_000n, updatedAt: new Date(NOW.getTime() + MINUTE) });
    for (const code of ['USD', 'usd', 'Usd']) expect(await test.engine.exchangeRates.get(code)).toEqual(set);
  });

  it('that was set last holds, also within one millisecond', async () => {
    const test = await testEngine();
    for (const rate of [3n, 1n, 2n]) await test.engine.exchangeRates.set('EUR', rate, 'admin');
    expect((await test.engine.exchangeRates.get('EUR')).rate).toBe(2n);
  });

  it('may be past 2^53', async () => {
    const test = await testEngine();
    await test.engine.exchangeRates.set('BTC', 9_007_199_254_740_993n, 'admin');
    expect((await test.engine.exchangeRates.get('BTC')).rate).toBe(9_007_199_254_740_993n);
  });

  it('is not known until it is set', async () => {
    const test = await testEngine();
    await test.engine.exchangeRates.set('USD', 1n, 'admin');
    await expect(test.engine.exchangeRates.get('EUR')).rejects.toMatchObject({ code: 'exchange_rate_not_found' });
  });

  it.each(['XTM', 'XTR', 'xtm'])('of %s is Tari’s own, and cannot be set', async (currency) => {
    const test = await testEngine();
    expect((await test.engine.exchangeRates.get(currency)).rate).toBe(1_000_000n);
    const before = test.dump();
    await expect(test.engine.exchangeRates.set(currency, 5n, 'admin')).rejects.toMatchObject({
      code: 'exchange_rate_fixed',
    });
    expect(test.dump()).toEqual(before);
  });

  it.each([0n, -1n])('of %s µT is refused and leaves no trace', async (rate) => {
    const test = await testEngine();
    const before = test.dump();
    await expect(test.engine.exchangeRates.set('USD', rate, 'admin')).rejects.toThrow();
    expect(test.dump()).toEqual(before);
  });

  it('keeps its history, with who set it, and a line in the audit log for each change', async () => {
    const test = await testEngine({ hotWallet: false });
    await test.engine.exchangeRates.set('usd', 30n, 'alice');
    test.clock.advance(MINUTE);
    await test.engine.exchangeRates.set('USD', 40n, 'bob');
    const later = new Date(NOW.getTime() + MINUTE).toISOString();
    const { exchange_rates: rates, audit_log } = test.dump();
    const parsed = (text: unknown) => JSON.parse(String(text));
    const lines = audit_log?.map(({ before, after, ...line }) => ({
      ...line,
      before: parsed(before),
      after: parsed(after),
    }));
    expect(rates).toEqual([
      { id: 1n, currency: 'USD', rate: 30n, actor: 'alice', created_at: NOW.toISOString() },
      { id: 2n, currency: 'USD', rate: 40n, actor: 'bob', created_at: later },
    ]);
    const shown = (rate: number, updated_at: string) => ({ currency: 'USD', rate, updated_at });
    const change = { action: 'set exchange rate', subject: 'USD', reason: null };
    expect(lines).toEqual([
      {
        id: 1n,
        ...change,
        actor: 'alice',
        created_at: NOW.toISOString(),
        before: null,
        after: shown(30, NOW.toISOString()),
      },
      {
        id: 2n,
        ...change,
        actor: 'bob',
        created_at: later,
        before: shown(30, NOW.toISOString()),
        after: shown(40, later),
      },
    ]);
  });
});
