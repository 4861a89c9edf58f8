import { describe, expect, it } from 'vitest';
import { paymentOf, readWalletEvent, WalletEventError, walletAmount } from '../../src/cli/wallet-event.ts';
import { ACCOUNTS, HOT_WALLET } from '../helpers/records.ts';

const [alice] = ACCOUNTS;

/** The 13 arguments of a wallet of today. */
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

  it('takes a wallet from before payment ids, with twelve arguments', () => {
    const given = wallet('confirmation', { 4: 'for Anna', 12: '3' }).filter((_, index) => index !== 4);
    expect(readWalletEvent(given, 3)).toMatchObject({
      isConfirmed: true,
      payment: { ...payment, memo: 'for Anna' },
    });
  });

  it.each([
    ['None', null, null],
    ['u64(1001)', '1001', '1001'],
    ['u256(1001)', '1001', '1001'],
    [`data(${Buffer.from('order 123').toString('hex')})`, 'order 123', '123'],
    [`address_and_data(${alice.address},${Buffer.from('#1001').toString('hex')})`, '#1001', '#1001'],
    ['type(Payment), data(order_id: "abc")', 'order_id: "abc"', 'abc'],
    ['sender_address(x), amount(2 T), data(a (b), c)', 'a (b), c', null],
    ['type(Payment), data(555-888-9995)', '555-888-9995', null],
  ])('reads the payment id %s', (paymentId, memo, orderId) => {
    expect(readWalletEvent(wallet('received', { 5: paymentId }), 3)).toMatchObject({
      payment: { ...payment, memo, order_id: orderId },
    });
  });

  it('prefers the message as memo, and looks for an order in the payment id alone', () => {
    const parts = { amount: '1 T', txid: '1', sender: alice.address };
    expect(paymentOf({ ...parts, memo: 'order 7', paymentId: 'u64(1001)' })).toMatchObject({
      memo: 'order 7',
      order_id: '1001',
    });
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

  it('refuses what no wallet passes', () => {
    expect(() => readWalletEvent([], 3)).toThrow(WalletEventError);
    expect(() => readWalletEvent(wallet('received', { 13: 'Sideways' }), 3)).toThrow(WalletEventError);
    expect(() => readWalletEvent(wallet('received', { 2: 'much' }), 3)).toThrow(WalletEventError);
  });
});
