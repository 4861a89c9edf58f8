import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { NO_TOLERANCE, type Tolerance, toleranceValue, toleratedOf } from '#engine/money/tolerance.ts';
import { audit } from '#engine/reconciliation.ts';
import { microTari } from '#tari/micro-tari.ts';
import { closeEngines, tari, testEngine } from '#test/engine.ts';
import { ACCOUNTS } from '#test/test-wallets.ts';

const [alice] = ACCOUNTS;
const TWO_PERCENT: Tolerance = { kind: 'share', perMillion: 20_000n };

afterEach(closeEngines);

const engine = (underpaidTolerance: Tolerance) => testEngine({ settings: { underpaidTolerance } });

describe('a payment that is a little short', () => {
  it('pays the order, and the difference stands in the journal with its reason and its event', async () => {
    const test = await engine(TWO_PERCENT);
    await test.order({ orderId: '1' });
    await test.payConfirmed({ from: alice, amount: tari(98), orderId: '1', txid: 'short' });
    expect(await test.statusOf('1')).toBe('Paid');
    expect(
      test.rows(
        "select txid, amount, memo, payment_type, order_id, unspent from payments where payment_type = 'manual'",
      ),
    ).toEqual([
      {
        txid: 'tolerance-1',
        amount: 2_000_000n,
        memo: 'tolerance',
        payment_type: 'manual',
        order_id: '1',
        unspent: 0n,
      },
    ]);
    const names = await test.eventNames();
    expect(names.slice(-3)).toEqual(['PaymentConfirmed short', 'PaymentConfirmed tolerance-1', 'OrderPaid 1']);
    expect((await audit(test.store)).differences).toEqual([]);
  });

  it('does not pay it by one µT less, nor where nothing is tolerated', async () => {
    for (const [tolerance, amount] of [
      [TWO_PERCENT, microTari(97_999_999n)],
      [NO_TOLERANCE, microTari(99_999_999n)],
    ] as const) {
      const test = await engine(tolerance);
      await test.order({ orderId: '1' });
      await test.payConfirmed({ from: alice, amount, orderId: '1' });
      expect(await test.statusOf('1')).toBe('New');
      expect(test.rows("select txid from payments where payment_type = 'manual'")).toEqual([]);
    }
  });

  it('pays it in parts, with what came last, and once', async () => {
    const test = await engine({ kind: 'amount', microTari: 500_000n });
    await test.order({ orderId: '1' });
    await test.payConfirmed({ from: alice, amount: tari(60), orderId: '1' });
    expect(await test.statusOf('1')).toBe('New');
    await test.payConfirmed({ from: alice, amount: microTari(39_600_000n), orderId: '1' });
    expect(await test.statusOf('1')).toBe('Paid');
    await test.payConfirmed({ from: alice, amount: microTari(400_000n), orderId: '1' });
    expect(test.rows("select amount from payments where payment_type = 'manual'")).toEqual([{ amount: 400_000n }]);
    expect((await audit(test.store)).differences).toEqual([]);
  });

  it('is nothing for an order that nobody has begun to pay, nor for a payment that is not confirmed', async () => {
    const test = await engine({ kind: 'amount', microTari: 100_000_000n });
    await test.order({ orderId: '1', price: '0.5' });
    await test.claim(alice, '1');
    expect(await test.statusOf('1')).toBe('New');
    await test.pay({ from: alice, amount: microTari(400_000n), orderId: '1' });
    expect(await test.statusOf('1')).toBe('New');
    await test.engine.expiry.run();
    expect(await test.statusOf('1')).toBe('New');
  });

  it('never makes up for more than half of the price', async () => {
    const test = await engine({ kind: 'amount', microTari: 1_000_000_000n });
    await test.order({ orderId: '1' });
    await test.payConfirmed({ from: alice, amount: microTari(49_999_999n), orderId: '1' });
    expect(await test.statusOf('1')).toBe('New');
    await test.payConfirmed({ from: alice, amount: microTari(1n), orderId: '1' });
    expect(await test.statusOf('1')).toBe('Paid');
  });
});

describe('TPG_UNDERPAID_TOLERANCE', () => {
  it.each<[string, Tolerance | undefined]>([
    ['0', NO_TOLERANCE],
    ['2%', TWO_PERCENT],
    ['0.5 %', { kind: 'share', perMillion: 5_000n }],
    ['10%', { kind: 'share', perMillion: 100_000n }],
    ['5000 µT', { kind: 'amount', microTari: 5_000n }],
    ['0.01 XTM', { kind: 'amount', microTari: 10_000n }],
    ['3xtm', { kind: 'amount', microTari: 3_000_000n }],
    ['10.1%', undefined],
    ['11%', undefined],
    ['-1%', undefined],
    ['1.5 µT', undefined],
    ['5', undefined],
    ['1e3 µT', undefined],
    ['all', undefined],
  ])('%s is read, or refused', (text, tolerance) => {
    expect(toleranceValue(text)).toEqual(tolerance);
  });

  it('tolerates no more than a tenth by a share, and never more than half', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 2n ** 62n), fc.bigInt(0n, 100_000n), fc.bigInt(0n, 2n ** 62n), (price, share, most) => {
        expect(toleratedOf(microTari(price), { kind: 'share', perMillion: share }) * 10n <= price).toBe(true);
        expect(toleratedOf(microTari(price), { kind: 'amount', microTari: most }) * 2n <= price).toBe(true);
      }),
    );
  });
});
