import { describe, expect, it } from 'vitest';
import { MAX_U64 } from '#interledger/bytes.ts';
import { writeAmountTooLarge } from '#interledger/ilp/amount-too-large.ts';
import { PacketSize } from '#interledger/stream/connection/packet-size.ts';
import { isBelow, minimumFor, sentFor, withTolerance } from '#interledger/stream/connection/rate.ts';

/** How much of a payment goes into a packet, and how little of it may arrive, to the unit. */

const EVEN = { delivered: 1n, sent: 1n };

describe('the least that may arrive', () => {
  it.each([
    ['one percent below the measured rate', EVEN, 1000n, undefined, 990n],
    ['the same where the rate that is accepted is worse', EVEN, 1000n, { delivered: 9n, sent: 10n }, 990n],
    ['by the rate that is accepted where that is better', EVEN, 1000n, { delivered: 999n, sent: 1000n }, 999n],
    ['no more than a packet can ask for', { delivered: 1_000_000n, sent: 1n }, MAX_U64, undefined, MAX_U64],
  ])('is %s', (_, rate, amount, least, minimum) => {
    expect(minimumFor(rate, amount, least)).toBe(minimum);
  });

  it('counts a rate that is the least itself as good enough', () => {
    expect(isBelow({ delivered: 9n, sent: 10n }, { delivered: 90n, sent: 100n })).toBe(false);
    expect(isBelow({ delivered: 89n, sent: 100n }, { delivered: 9n, sent: 10n })).toBe(true);
  });
});

describe('what is sent', () => {
  it('is as much as the receiver wants, rounded up so that all of it arrives', () => {
    expect(sentFor({ delivered: 3n, sent: 7n }, 100n)).toBe(234n);
    expect(sentFor({ delivered: 1n, sent: 1000n }, 5n)).toBe(5000n);
  });

  it('is less where one unit more would bring so much that it is refused', () => {
    expect(sentFor({ delivered: 1000n, sent: 1n }, 2500n)).toBe(2n);
    expect(sentFor({ delivered: 1000n, sent: 1n }, 5n)).toBe(0n);
  });

  it('is nothing where nothing would arrive, and never more than an amount can be', () => {
    expect(sentFor({ delivered: 0n, sent: 1n }, 5n)).toBe(0n);
    expect(sentFor({ delivered: 1n, sent: 1000n }, MAX_U64)).toBe(MAX_U64);
  });

  it('may be one percent more than was asked for, and at least one unit', () => {
    expect([0n, 1n, 100n, 101n, 1000n].map(withTolerance)).toEqual([0n, 2n, 101n, 103n, 1010n]);
  });
});

describe('the size of a packet', () => {
  const tooLarge = (size: PacketSize, amount: bigint, received: bigint, maximum: bigint) =>
    size.tooLarge(amount, writeAmountTooLarge({ received, maximum }));

  it('is scaled by what a connector says, and does not grow by a word of it about a larger one', () => {
    const size = new PacketSize();
    tooLarge(size, 1000n, 500n, 50n);
    expect(size.fitting(5000n)).toBe(100n);
    tooLarge(size, 1000n, 500n, 450n);
    expect(size.fitting(5000n)).toBe(100n);
    tooLarge(size, 100n, 3n, 2n);
    expect(size.fitting(5000n)).toBe(66n);
    size.passed();
    expect(size.fitting(5000n)).toBe(66n);
  });

  it('is halved while a connector has no money, never below one unit, and doubled after each that passed', () => {
    const size = new PacketSize();
    size.noLiquidity(100n);
    size.noLiquidity(1000n);
    expect(size.fitting(5000n)).toBe(50n);
    size.passed();
    expect(size.fitting(5000n)).toBe(100n);
    size.noLiquidity(1n);
    expect(size.fitting(5000n)).toBe(1n);
  });
});
