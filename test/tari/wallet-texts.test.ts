import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { orderId } from '#platform/http/fields.ts';
import { AddressError, addressToBase58, parseAddress } from '#tari/address.ts';
import { orderIdInText } from '#tari/order-id-in-text.ts';
import { bytesOfPaymentId, isPaymentIdOfToday, textOfPaymentId } from '#tari/payment-id-text.ts';
import { paymentLink } from '#tari/wallet-link.ts';
import { anyModernAddress } from '#test/tari/arbitraries.ts';
import { anyDisplayedForm, anyPayersText, displayedText } from '#test/tari/displayed-payment-ids.ts';
import { walletVectors } from '#test/tari/wallet-vectors.ts';
import memoTexts from '../vectors/memo-texts.json' with { type: 'json' };

const B58 = '14s9vDTwrweZvWEgQ9gNhXXPX68DPXSSAHNFWYEPi5JsBQY';

describe('textOfPaymentId', () => {
  it.each([
    ['None', ''],
    ['', ''],
    ['u64(1001)', '1001'],
    ['u256(340282366920938463463374607431768211456)', '340282366920938463463374607431768211456'],
    ['data(6f726465722d31303031)', 'order-1001'],
    ['data(6F726465722D31303031)', 'order-1001'],
    ['data()', ''],
    ['data(fffe)', ''],
    ['data(123)', 'data(123)'],
    ['Raw(35363030303030303030303031)', '5600000000001'],
    ['Raw(fffe)', ''],
    ['type(PaymentToOther), data( )', ' '],
    [String.raw`type(PaymentToOther), data(two\nlines\ttab \\ back)`, 'two\nlines\ttab \\ back'],
    [String.raw`type(PaymentToOther), data(\u{202e}rtl\u{0}\u{1f381})`, '\u202ertl\0🎁'],
    [String.raw`type(PaymentToOther), data(\xff\xfex)`, '\ufffd\ufffdx'],
    // Escapes that no wallet makes stand for themselves.
    [
      String.raw`type(PaymentToOther), data(\q \u{d800} \u{110000} \u{} \x4)`,
      String.raw`\q \u{d800} \u{110000} \u{} \x4`,
    ],
    [String.raw`type(PaymentToOther), data(\\n)`, String.raw`\n`],
    [
      `recipient_address(${B58}), sender_one_sided(true), amount(1.500000 T), fee(5 µT), type(Burn), data(type(x), data(9))`,
      'type(x), data(9)',
    ],
    [`address_and_data(${B58},6f726465722031)`, 'order 1'],
    [`address_and_data(${B58},)`, ''],
    ['type(Payment), data(order 1001)', 'order 1001'],
    ['type(Payment), data(6f72)', '6f72'],
    ['type(Payment), data()', ''],
    [`sender_address(${B58}), sender_one_sided(true), amount(5), fee(1), data(a, b) and (c))`, 'a, b) and (c)'],
    ['type(Payment), data(x, data(y))', 'x, data(y)'],
    ['order-1001', 'order-1001'],
  ])('reads %s', (argument, text) => {
    expect(textOfPaymentId(argument)).toBe(text);
  });

  it('gives the bytes and the text that Tari’s own code has displayed, 51 of them', () => {
    expect(walletVectors.memos).toHaveLength(51);
    for (const { kind, memo } of walletVectors.memos) {
      // Of these two kinds Tari's own code keeps no bytes of the payer's.
      const bytes = { raw: memo.text, u256: Buffer.from(memo.text).toString('hex') }[kind] ?? memo.bytes;
      expect([memo.display, Buffer.from(bytesOfPaymentId(memo.display) ?? [0]).toString('hex')]).toEqual([
        memo.display,
        bytes,
      ]);
      expect(textOfPaymentId(memo.display)).toBe(Buffer.from(bytes, 'hex').toString('utf8'));
      expect(isPaymentIdOfToday(memo.display)).toBe(true);
      if (bytes !== '' && !['u256', 'raw'].includes(kind)) {
        expect(memo.display.endsWith(`data(${displayedText(Buffer.from(bytes, 'hex'))})`)).toBe(true);
      }
    }
  });

  it('takes any text whole out of every form that has one', () => {
    fc.assert(
      fc.property(anyPayersText, anyDisplayedForm, (text, display) => {
        const displayed = display(new TextEncoder().encode(text));
        expect(textOfPaymentId(displayed)).toBe(text);
        expect(isPaymentIdOfToday(displayed)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it('takes any bytes whole out of every form that has a text', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 256 }), anyDisplayedForm, (bytes, display) => {
        expect(Buffer.from(bytesOfPaymentId(display(bytes)) ?? [0])).toEqual(Buffer.from(bytes));
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    ...['', 'order 7', 'none', 'None.', ' None', 'u256()', 'u256(x)', 'u64(5)', 'Raw(123)', 'data(6f72)', 'data(77)'],
    ...[
      'type(x) data(9)',
      'type(x), data(9',
      'see type(x), data(9)',
      'type(x), amount(9)',
      `type(x), data(${'9'.repeat(5000)})`,
    ],
  ])('tells what is no payment id of today: %j', (text) => {
    expect(isPaymentIdOfToday(text)).toBe(false);
  });

  it('takes no time over hostile texts', () => {
    const started = performance.now();
    for (const piece of ['type(x), ', 'sender_address(x), fee(', 'data(', String.raw`\u{`, '\\', ', a()']) {
      for (const start of ['', 'type(x)', 'sender_address(x)']) {
        const text = start + piece.repeat(Math.floor(4000 / piece.length));
        textOfPaymentId(text);
        isPaymentIdOfToday(`${text})`);
      }
    }
    expect(performance.now() - started).toBeLessThan(500);
  });

  it('takes any text whole out of its hex', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const hex = Buffer.from(text).toString('hex');
        expect(textOfPaymentId(`data(${hex})`)).toBe(text);
        expect(textOfPaymentId(`address_and_data(${B58},${hex})`)).toBe(text);
      }),
    );
  });
});

describe('orderIdInText', () => {
  it.each([
    ['1001', '1001'],
    ['oid554432', 'oid554432'],
    ['order-1001', 'order-1001'],
    ['order12345', 'order12345'],
    ['"123456"', '123456'],
    ['" ab123456cd "', 'ab123456cd'],
    ['6f1b0a4e-7d7c-4f8e-9a35-2f0f5d1c2b3a', '6f1b0a4e-7d7c-4f8e-9a35-2f0f5d1c2b3a'],
    ['order 123', '123'],
    ['Order 123, thanks', '123'],
    ['Track Order 9876. This is 500', '9876'],
    ['order oid554432', 'oid554432'],
    ['Order ID is 1234', '1234'],
    ['order number 1234', '1234'],
    ['order_id: "abc"', 'abc'],
    ['order_id: 12345', '12345'],
    ['order_id="12345', '12345'],
    ['order_id= " 12345"\n', '12345'],
    ['order id = 126dbsa', '126dbsa'],
    ['orderid:7', '7'],
    ['order_id:"order_id#12345"', 'order_id#12345'],
    ['{"order_id":"abc 1","more":2}', 'abc 1'],
    ['#1001', '#1001'],
    ['order #1001', '1001'],
    ['Order# 1001', '1001'],
    ['order#1001', '1001'],
    // What is pasted brings along what nobody sees.
    ['\u200b12001', '12001'],
    ['order 12\u200b001', '12001'],
    ['\0#1001\u202e', '#1001'],
    ['order\t12001\r\n', '12001'],
    ['for #1001, thank you', '#1001'],
    ['#5674. Phone 555-666-1111', '#5674'],
  ])('finds the order id in %j', (text, id) => {
    expect(orderIdInText(text)).toBe(id);
  });

  it.each([
    '',
    ' ',
    '"',
    '""',
    'thank you',
    'order for Anna',
    'order_id=',
    'order_id=""',
    'Order#',
    '#',
    'rec 7',
    '{"note":1}',
    '555-888-9995',
    'phone: 555-888-9995',
    '+1-555-888-9995',
    'call 555-888-9995!',
    '(555) 555-888-9995',
    'my border 12',
    'x'.repeat(257),
    'x '.repeat(1000),
    '1'.repeat(257),
    'order_id: "ab\tcd"',
    'order_id: "ab\ncd"',
    '\u202e\u200b',
    '12\n001',
  ])('finds none in %j', (text) => {
    expect(orderIdInText(text)).toBeUndefined();
  });

  it.each(memoTexts.texts)('reads $text as an id and as a name', (given) => {
    const { text, 'id mode': id, 'name mode': name } = given;
    const ids = id === null ? [undefined] : id.split(' or ');
    expect(ids).toContain(orderIdInText(text));
    expect(ids).toContain(orderIdInText(text, 'id'));
    expect(orderIdInText(text, 'name')).toBe(name ?? undefined);
  });

  it('leaves an id that is no number as it is, also where numbers are names', () => {
    expect(orderIdInText('order oid554432', 'name')).toBe('oid554432');
    expect(orderIdInText('SHOP-1001', 'name')).toBe('SHOP-1001');
  });

  it('never gives an id that the server refuses, whatever the text', () => {
    const anyText = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.string({ unit: 'binary', maxLength: 40 }).map((id) => `order_id: "${id}"`),
      fc.string({ unit: 'binary', maxLength: 40 }).map((id) => `order ${id}1`),
    );
    fc.assert(
      fc.property(anyText, fc.constantFrom('id' as const, 'name' as const), (text, meaning) => {
        const id = orderIdInText(text, meaning);
        if (id !== undefined) expect(orderId.safeParse(id)).toMatchObject({ success: true, data: id });
      }),
      { numRuns: 2000 },
    );
  });

  it('finds every bare id, named id and order name', () => {
    const anyId = fc
      .stringMatching(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,40}[A-Za-z0-9]$/)
      .filter((id) => !/\d{3}-\d{3}-\d{4}/.test(id));
    fc.assert(
      fc.property(anyId, fc.nat(), (id, number) => {
        expect(orderIdInText(id)).toBe(id);
        expect(orderIdInText(`order_id: "${id}"`)).toBe(id);
        expect(orderIdInText(`order ${number}`)).toBe(`${number}`);
        expect(orderIdInText(`#${number}`)).toBe(`#${number}`);
      }),
    );
  });

  it('takes no time over hostile texts', () => {
    const started = performance.now();
    for (const piece of ['order ', 'order_id', '"', '#', '1-', 'order number is ', '555-666-']) {
      orderIdInText(piece.repeat(Math.floor(1024 / piece.length)));
    }
    expect(performance.now() - started).toBeLessThan(200);
  });
});

describe('paymentLink', () => {
  const address = parseAddress(B58);

  it('has the form that wallets open', () => {
    const link = paymentLink({ network: 'mainnet', address, amount: 477_000_000n, note: 'order #1 & "co" + é' });
    expect(link).toBe(
      `tari://mainnet/transactions/send?tariAddress=${B58}&amount=477000000&note=order%20%231%20%26%20%22co%22%20%2B%20%C3%A9`,
    );
  });

  it('says what it was made of', () => {
    fc.assert(
      fc.property(anyModernAddress, fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }), fc.string(), (to, amount, note) => {
        const link = new URL(paymentLink({ network: to.network, address: to, amount, note }));
        expect(link.host).toBe(to.network);
        expect(link.pathname).toBe('/transactions/send');
        expect(Object.fromEntries(link.searchParams)).toEqual({
          tariAddress: addressToBase58(to),
          amount: `${amount}`,
          note,
        });
      }),
    );
  });

  it('is refused for an address of another network', () => {
    expect(() => paymentLink({ network: 'esmeralda', address, amount: 1n, note: '' })).toThrow(AddressError);
  });
});
