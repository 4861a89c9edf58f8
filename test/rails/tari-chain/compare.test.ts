import { describe, expect, it } from 'vitest';
import type { Payment } from '#engine/store/payments.ts';
import { type BooksSide, compare, type FoundInBlock } from '#rails/tari-chain/check/compare.ts';
import { microTari } from '#tari/micro-tari.ts';
import { aPayment } from '#test/test-wallets.ts';

const FROM_TIME = new Date('2026-03-10T00:00:00Z');
const LATER = new Date('2026-03-10T12:00:00Z');
const EARLIER = new Date('2026-03-09T12:00:00Z');

const found = (output: Partial<FoundInBlock> = {}): FoundInBlock => ({
  outputHash: 'aa',
  commitment: 'cc',
  txid: '1',
  amount: 5n,
  refusal: undefined,
  text: null,
  sender: null,
  paymentReference: 'ff',
  fingerprint: 'ee',
  height: 100,
  ...output,
});
const inBooks = (payment: Partial<Payment> = {}): Payment =>
  aPayment({
    txid: '1',
    amount: microTari(5n),
    status: 'confirmed',
    blockHeight: 100n,
    paymentReference: 'ff',
    createdAt: LATER,
    ...payment,
  });

const compared = (
  chain: FoundInBlock[],
  payments: Payment[],
  watched: BooksSide['watched'] = { from: 90, upTo: 110 },
) => compare({ from: 90, to: 110, fromTime: FROM_TIME, found: chain }, { watched, payments }, 3);

describe('comparing chain and books', () => {
  it('finds nothing where both say the same', () => {
    expect(compared([found()], [inBooks()])).toEqual({
      refused: 0,
      notReadYet: 0,
      chain: { payments: 1, amount: 5n, confirmed: 5n },
      books: { payments: 1, amount: 5n, confirmed: 5n },
      differences: [],
    });
  });

  it.each<[string, Partial<FoundInBlock>, Partial<Payment>, unknown[]]>([
    ['another amount', { amount: 6n }, {}, [{ kind: 'amount', chain: '6', books: '5' }]],
    ['another block', { height: 99 }, {}, [{ kind: 'block', chain: '99', books: '100' }]],
    ['no block', {}, { blockHeight: null }, [{ kind: 'block', chain: '100', books: null }]],
    ['another reference', { paymentReference: 'fe' }, {}, [{ kind: 'reference', chain: 'fe', books: 'ff' }]],
    ['no reference', {}, { paymentReference: null }, [{ kind: 'reference', chain: 'ff', books: null }]],
    [
      'not confirmed though deep',
      {},
      { status: 'received' },
      [{ kind: 'status', chain: 'confirmed', books: 'received' }],
    ],
    ['cancelled', {}, { status: 'cancelled' }, [{ kind: 'status', chain: 'confirmed', books: 'cancelled' }]],
    [
      'confirmed though not deep',
      { height: 108 },
      { blockHeight: 108n },
      [{ kind: 'status', chain: 'received', books: 'confirmed' }],
    ],
  ])('finds %s', (_, output, payment, expected) => {
    const { differences } = compared([found(output)], [inBooks(payment)]);
    expect(differences).toEqual(expected.map((difference) => ({ txid: '1', ...(difference as object) })));
  });

  it('finds what one side has alone', () => {
    expect(compared([found()], []).differences).toEqual([{ txid: '1', kind: 'missing', chain: '5', books: null }]);
    const { differences, books } = compared([], [inBooks()]);
    expect(differences).toEqual([
      { txid: '1', kind: 'not_on_chain', chain: null, books: '5, confirmed, in block 100' },
    ]);
    expect(books).toEqual({ payments: 1, amount: 5n, confirmed: 5n });
  });

  it('finds a lie that stands in the books, also one of no amount', () => {
    for (const lie of [{ refusal: 'locked' as const }, { amount: 0n }]) {
      const { differences, refused, chain } = compared([found(lie)], [inBooks()]);
      expect([refused, chain.payments, differences]).toEqual([
        1,
        0,
        [{ txid: '1', kind: 'no_payment', chain: lie.refusal ?? 'no_amount', books: 'confirmed' }],
      ]);
    }
    expect(compared([found({ refusal: 'locked' })], []).differences).toEqual([]);
  });

  it('says nothing of payments outside the blocks that were read, or that were cancelled', () => {
    const outside = [
      inBooks({ txid: '2', blockHeight: 89n }),
      inBooks({ txid: '3', blockHeight: 111n }),
      inBooks({ txid: '4', blockHeight: null, createdAt: EARLIER }),
      inBooks({ txid: '5', blockHeight: null, status: 'cancelled' }),
    ];
    const { differences, books } = compared([], outside);
    expect([differences, books.payments]).toEqual([[], 0]);
  });

  it('expects a payment without a block that came later than the first block', () => {
    expect(compared([], [inBooks({ blockHeight: null })]).differences).toMatchObject([{ kind: 'not_on_chain' }]);
  });

  it('leaves out what the server has not read yet', () => {
    const { differences, notReadYet, chain } = compared([found()], [], { from: 90, upTo: 99 });
    expect([differences, notReadYet, chain.payments]).toEqual([[], 1, 0]);
  });

  it('asks of a wallet’s reports neither block nor reference, and lets it be a block ahead', () => {
    const reported = { blockHeight: null, paymentReference: null };
    expect(compared([found({ height: 108 })], [inBooks(reported)], null).differences).toEqual([]);
    expect(compared([found({ height: 110 })], [inBooks(reported)], null).differences).toMatchObject([
      { kind: 'status', chain: 'received', books: 'confirmed' },
    ]);
    const beforeTheWatcher = compared([found({ height: 100 })], [inBooks(reported)], { from: 101, upTo: 110 });
    expect(beforeTheWatcher.differences).toEqual([]);
  });

  it('adds up more than 2^53 µT', () => {
    const amount = 2n ** 53n + 1n;
    const { chain } = compared([found({ amount })], [inBooks({ amount: microTari(amount) })]);
    expect(chain).toEqual({ payments: 1, amount, confirmed: amount });
  });
});
