import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bareAmount, shownAmount } from '#checkout/amounts.ts';
import { canPay, confirmationsOf, stateOf } from '#checkout/state.ts';
import { parseTari } from '#tari/micro-tari.ts';
import { NOW, ORDER_NAMES, ORDERS, shownOrder, stateOfName } from './orders.ts';

const LATER = new Date(NOW.getTime() + 3 * 24 * 3_600_000);

describe('the state of an order’s page', () => {
  it.each(ORDER_NAMES)('of the order %s', (name) => {
    expect(stateOf(ORDERS[name], NOW)).toBe(stateOfName(name));
  });

  it('stops inviting when the time is over, also while the order is still open', () => {
    expect(stateOf(ORDERS.waiting, LATER)).toBe('expired');
    expect(stateOf(ORDERS.short, LATER)).toBe('late');
    expect(stateOf(ORDERS.seen_1, LATER)).toBe('seen');
    expect(stateOf(ORDERS.on_its_way, LATER)).toBe('on_its_way');
  });

  it('is late while money for a closed order is still on its way', () => {
    const { payments } = ORDERS.seen_0;
    expect(stateOf({ ...ORDERS.expired, payments }, NOW)).toBe('late');
    expect(stateOf({ ...ORDERS.cancelled, payments }, NOW)).toBe('late');
  });

  it('never invites to pay what is closed, late, covered, or on its way', () => {
    fc.assert(
      fc.property(
        fc.record({
          status: fc.constantFrom('Unclaimed', 'New', 'Paid', 'Expired', 'Cancelled'),
          received: fc.bigInt(0n, 500n),
          seen: fc.constantFrom(0n, 5n),
          missing: fc.option(fc.bigInt(0n, 500n)),
          leftOver: fc.constantFrom(0n, 7n),
          isArriving: fc.boolean(),
          isOver: fc.boolean(),
        }),
        ({ isArriving, isOver, ...fields }) => {
          const isOpen = fields.status === 'New' || fields.status === 'Unclaimed';
          const order = shownOrder({
            ...fields,
            payments: isArriving ? ORDERS.seen_0.payments : [],
            dueAt: isOpen ? LATER : null,
          });
          const invites = canPay(stateOf(order, isOver ? LATER : NOW));
          const mayPay = isOpen && !isOver && !isArriving && fields.seen === 0n && fields.missing !== 0n;
          expect(invites).toBe(mayPay);
        },
      ),
    );
  });

  it('counts the confirmations of the youngest payment, three at most', () => {
    expect([ORDERS.seen_0, ORDERS.seen_1, ORDERS.seen_3, ORDERS.seen_unknown].map(confirmationsOf)).toEqual([
      0,
      1,
      3,
      null,
    ]);
    expect(confirmationsOf(ORDERS.waiting)).toBeNull();
  });
});

describe('amounts', () => {
  it('are copied bare, and read back as the same by a wallet', () => {
    expect([477_000_000n, 500_000n, 1n, 0n].map(bareAmount)).toEqual(['477', '0.5', '0.000001', '0']);
    fc.assert(
      fc.property(fc.bigInt(0n, 2n ** 63n - 1n), (amount) => {
        expect(parseTari(bareAmount(amount))).toBe(amount);
      }),
    );
  });

  it('are shown as each language writes numbers, past 2^53 too', () => {
    expect(shownAmount(1_234_500_000n, 'en')).toBe('1,234.5 XTM');
    expect(shownAmount(1_234_500_000n, 'de')).toBe('1.234,5 XTM');
    expect(shownAmount(9_007_199_254_740_993_000_001n, 'en')).toBe('9,007,199,254,740,993.000001 XTM');
  });
});
