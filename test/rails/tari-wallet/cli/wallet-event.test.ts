import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  paymentOf,
  type ReportedPayment,
  readWalletEvent,
  WalletEventError,
  walletAmount,
} from '#rails/tari-wallet/cli/wallet-event.ts';
import { anyDisplayedForm, anyPayersText } from '#test/tari/displayed-payment-ids.ts';
import { recordedNotifications, walletVectors } from '#test/tari/wallet-vectors.ts';
import { ACCOUNTS, HOT_WALLET } from '#test/test-wallets.ts';

const [alice] = ACCOUNTS;

/** The 13 arguments of a wallet that has a message and a payment id. */
function wallet(event: string, changes: Record<number, string> = {}): string[] {
  const usual = [
    event,
    '2.500000 T',
    '12375671662993302800',
    '',
    'None',
    alice.address,
    HOT_WALLET.address,
    'Mined Unconfirmed',
    'excess',
    'nonce',
    'signature',
    '',
    'Inbound',
  ];
  return usual.map((text, index) => changes[index + 1] ?? text);
}

/** The 12 arguments of a wallet of today. */
function walletOfToday(event: string, changes: Record<number, string> = {}): string[] {
  const usual = [
    event,
    '1.000000 T',
    '1691257663839255569',
    'None',
    alice.address,
    HOT_WALLET.address,
    'One-Sided Unconfirmed',
    '',
    '',
    '',
    '0',
    'Inbound',
  ];
  return usual.map((text, index) => changes[index + 1] ?? text);
}

const payment = {
  sender: alice.address,
  amount: 2_500_000n,
  txid: '12375671662993302800',
  memo: null,
  order_id: null,
};

describe('what the console wallet passes', () => {
  it('tells what was received from what is deep enough', () => {
    expect(readWalletEvent(wallet('received'), 3)).toEqual({
      kind: 'inbound',
      payment,
      isConfirmed: false,
      warning: undefined,
    });
    const depths = ['0', '1', '2', '3', '4'].map((depth) => readWalletEvent(wallet('confirmation', { 12: depth }), 3));
    expect(depths).toMatchObject([false, false, false, true, true].map((isConfirmed) => ({ isConfirmed, payment })));
    expect(readWalletEvent(wallet('mined'), 3)).toMatchObject({ isConfirmed: true, warning: undefined });
    expect(readWalletEvent(wallet('mined', { 12: '3' }), 3)).toMatchObject({ isConfirmed: true });
    expect(readWalletEvent(wallet('confirmation', { 12: '1' }), 1)).toMatchObject({ isConfirmed: true });
  });

  it('never calls a payment confirmed that is less deep than was asked for, and says that it will stay so', () => {
    const event = readWalletEvent(wallet('mined', { 12: '3' }), 5);
    expect(event).toMatchObject({ isConfirmed: false, warning: expect.stringContaining('lower --confirmations') });
    // A depth that can't be read is none.
    expect(readWalletEvent(wallet('confirmation', { 12: 'many' }), 1)).toMatchObject({ isConfirmed: false });
    expect(readWalletEvent(wallet('received', { 12: '9' }), 3)).toMatchObject({ isConfirmed: false });
  });

  it('leaves out what goes out, and what is pending or cancelled', () => {
    const short = (event: string, direction: string) => [event, '1 T', '1', '', alice.address, 'Pending', direction];
    for (const given of [
      wallet('received', { 13: 'Outbound' }),
      wallet('confirmation', { 12: '9', 13: 'Outbound' }),
      wallet('mined', { 13: 'Outbound' }),
      wallet('cancelled'),
      short('sent', 'Outbound'),
      short('queued', 'Outbound'),
      short('cancelled', 'Inbound'),
      short('received', 'Inbound'),
    ]) {
      expect(readWalletEvent(given, 3)).toMatchObject({ kind: 'ignored' });
    }
  });

  it('takes a wallet from before payment ids, with twelve arguments and a message', () => {
    const given = wallet('confirmation', { 4: 'for Anna', 12: '3' }).filter((_, index) => index !== 4);
    expect(readWalletEvent(given, 3)).toMatchObject({
      isConfirmed: true,
      payment: { ...payment, memo: 'for Anna' },
    });
  });

  it('takes the recorded calls of a wallet of today: one payment, and one confirmation at the end', () => {
    const events = recordedNotifications.map((given) => readWalletEvent(given, 3));
    expect(events).toHaveLength(11);
    const [, , , , source] = recordedNotifications[0] ?? [];
    for (const event of events) {
      expect(event).toMatchObject({
        kind: 'inbound',
        payment: {
          sender: source,
          amount: 1_000_000n,
          txid: '1691257663839255569',
          memo: 'tui live, data(5) x-0',
          order_id: null,
        },
      });
    }
    expect(events.map((event) => event.kind === 'inbound' && event.isConfirmed)).toEqual([
      ...Array(10).fill(false),
      true,
    ]);
  });

  it.each(walletVectors.memos.map(({ kind, memo }) => [memo.display, kind, memo.bytes] as const))(
    'reads what Tari’s own code displays as the fourth of twelve: %s',
    (display, kind, hex) => {
      const { memo, order_id: orderId } = paymentIn(walletOfToday('mined', { 4: display, 11: '3' }));
      const text = Buffer.from(hex, 'hex').toString('utf8');
      if (kind === 'u256') expect([memo, orderId]).toEqual(['1234567', '1234567']);
      else if (kind === 'raw') expect([memo, orderId]).toEqual(['5600000000001', '5600000000001']);
      else expect(memo).toBe(text.trim() === '' ? null : text);
      const orders: Record<string, string> = {
        '#1001': '#1001',
        'order 1001': '1001',
        '5600000000001': '5600000000001',
      };
      if (text in orders) expect(orderId).toBe(orders[text]);
    },
  );

  it.each(['for Anna', 'order 7', 'type(x) or data(9)', 'None.', 'data(77)', 'u64(5)', 'Raw(123)', ''])(
    'tells a message from a payment id, as a whole: %j',
    (message) => {
      expect(paymentIn(walletOfToday('confirmation', { 4: message }))).toMatchObject({ memo: message || null });
    },
  );

  it('gives the payer’s text back out of every displayed form, in twelve and in thirteen arguments', () => {
    fc.assert(
      fc.property(anyPayersText, anyDisplayedForm, (text, display) => {
        const displayed = display(new TextEncoder().encode(text));
        const memo = text.trim() === '' ? null : text;
        expect(paymentIn(walletOfToday('confirmation', { 4: displayed })).memo).toBe(memo);
        expect(paymentIn(wallet('mined', { 5: displayed })).memo).toBe(memo);
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    'Detected one-sided payment on blockchain',
    'Output found on blockchain during Wallet Recovery',
    'Coinbase for height: 1234',
  ])('takes no sentence of the wallet’s own for a memo: %s', (sentence) => {
    expect(paymentIn(wallet('mined', { 4: sentence }))).toMatchObject({ memo: null, order_id: null });
    expect(paymentIn(wallet('mined', { 4: sentence, 5: 'type(PaymentToOther), data(order 12)' }))).toMatchObject({
      memo: 'order 12',
      order_id: '12',
    });
    expect(paymentIn(walletOfToday('mined', { 4: sentence }))).toMatchObject({ memo: null, order_id: null });
    expect(paymentIn(wallet('mined', { 4: `${sentence}. Thanks` })).memo).toBe(`${sentence}. Thanks`);
  });

  it.each([
    ['', 'unknown'],
    [' ', 'unknown'],
    ['nonsense', 'nonsense'],
    [`00${'03'.padEnd(132, '0')}00`, `00${'03'.padEnd(132, '0')}00`],
    [HOT_WALLET.address, HOT_WALLET.address],
    ['x'.repeat(5000), 'x'.repeat(4096)],
  ])('reports a payment from whatever source: %.20j', (source, sender) => {
    expect(paymentIn(walletOfToday('confirmation', { 5: source }))).toMatchObject({ sender, amount: 1_000_000n });
    expect(paymentIn(wallet('mined', { 6: source }))).toMatchObject({ sender });
  });

  it('refuses no payment for what its texts hold', () => {
    for (const text of ['\0', '\ud800', 'x'.repeat(100_000), `type(x), data(${'\\u{0}'.repeat(256)})`, '\u202e7']) {
      const { memo, order_id: orderId } = paymentIn(walletOfToday('mined', { 4: text, 11: '3' }));
      expect((memo ?? '').length).toBeLessThanOrEqual(16 * 1024);
      expect(orderId === null || orderId === '7').toBe(true);
      expect(paymentIn(wallet('mined', { 5: text }))).toMatchObject({ amount: 2_500_000n });
    }
  });

  it.each([
    ['None', null, null],
    ['u64(1001)', '1001', '1001'],
    ['u256(1001)', '1001', '1001'],
    [`data(${Buffer.from('order 123').toString('hex')})`, 'order 123', '123'],
    [`address_and_data(${alice.address},${Buffer.from('#1001').toString('hex')})`, '#1001', '#1001'],
    ['type(Payment), data(order_id: "abc")', 'order_id: "abc"', 'abc'],
    ['type(Payment), data(x, data(7))', 'x, data(7)', null],
    ['sender_address(x), amount(2 T), data(a (b), c)', 'a (b), c', null],
    ['type(Payment), data(555-888-9995)', '555-888-9995', null],
  ])('reads the payment id %s', (paymentId, memo, orderId) => {
    expect(readWalletEvent(wallet('received', { 5: paymentId }), 3)).toMatchObject({
      payment: { ...payment, memo, order_id: orderId },
    });
  });

  it('prefers the message as memo and the payment id for the order', () => {
    const parts = { amount: '1 T', txid: '1', sender: alice.address };
    expect(paymentOf({ ...parts, memo: 'order 7', paymentId: 'u64(1001)' })).toMatchObject({
      memo: 'order 7',
      order_id: '1001',
    });
    expect(paymentOf({ ...parts, memo: 'order 7', paymentId: 'None' })).toMatchObject({ order_id: '7' });
    expect(paymentOf({ ...parts, memo: 'thanks', paymentId: '' })).toMatchObject({ memo: 'thanks', order_id: null });
  });

  it.each([
    ['500 µT', 500n],
    ['500 uT', 500n],
    ['2.500000 T', 2_500_000n],
    ['12,345.000000 T', 12_345_000_000n],
    ['500', 500n],
    ['1.5 XTM', 1_500_000n],
  ])('reads the amount %s', (text, amount) => {
    expect(walletAmount(text)).toBe(amount);
  });

  it.each(['1.5', '', '0', '-3 T', '0 T', '1,5 T', '1e3 T', 'T', '99999999999999999999 T', '12,34 T'])(
    'refuses the amount %j',
    (text) => {
      expect(() => walletAmount(text)).toThrow(WalletEventError);
    },
  );

  it.each([
    ['no arguments', []],
    ['no event', ['']],
    ['an unknown event', walletOfToday('unmined')],
    ['an unknown direction', walletOfToday('mined', { 12: 'Sideways' })],
    ['no direction', walletOfToday('mined', { 12: '' })],
    ['an unreadable amount', walletOfToday('mined', { 2: 'much' })],
    ['no amount', walletOfToday('mined', { 2: '0 µT' })],
    ['no transaction', walletOfToday('mined', { 3: '' })],
    ['a transaction of two words', walletOfToday('mined', { 3: '1 2' })],
    ['fourteen arguments', [...wallet('mined'), 'Inbound']],
    ['eleven arguments', walletOfToday('mined').slice(1).toSpliced(0, 1, 'mined')],
    ['a settled event with seven', ['mined', '1 T', '1', '', alice.address, 'Pending', 'Inbound']],
  ])('says that it does not know what it does not know: %s', (_name, given) => {
    expect(() => readWalletEvent(given, 3)).toThrow(WalletEventError);
  });

  it('leaves mining rewards out', () => {
    expect(readWalletEvent(walletOfToday('mined', { 7: 'Coinbase Confirmed' }), 3)).toMatchObject({ kind: 'ignored' });
  });
});

function paymentIn(given: string[]): ReportedPayment {
  const event = readWalletEvent(given, 3);
  if (event.kind !== 'inbound') throw new Error(event.reason);
  return event.payment;
}
