import { describe, expect, it } from 'vitest';
import type { ZodType } from 'zod';
import * as answers from '#test/rust-tool/answers.ts';
import { ACCOUNTS } from '#test/test-wallets.ts';

/** The model of what that tool reads is as strict as the tool: else the tests that read with it would prove nothing. */

const [ALICE] = ACCOUNTS;
const { readAs } = answers;

describe('the types of the Rust server’s tool', () => {
  const rate = '{"currency":"USD","rate":1,"updated_at":"now"}';
  const balance =
    `{"address":"${ALICE.address}","total_confirmed":1,"total_paid":-1,"current_balance":9223372036854775807,` +
    '"last_update":"2026-02-28T23:59:59.123456789Z"}';

  it('take what is right, and pass over what they do not know', () => {
    expect(readAs(answers.rate, rate.replace('}', ',"more":1.5}'))).toMatchObject({ rate: 1n });
    expect(readAs(answers.balance, balance)).toMatchObject({ current_balance: 2n ** 63n - 1n });
  });

  it.each<[ZodType, string]>([
    [answers.rate, rate.replace('"rate":1,', '')],
    [answers.rate, rate.replace('1', 'null')],
    [answers.rate, rate.replace('1', '"1"')],
    [answers.rate, rate.replace('1', '1.0')],
    [answers.rate, rate.replace('1', '1e3')],
    [answers.rate, rate.replace('1', '9223372036854775808')],
    [answers.rate, rate.replace('}', ',"rate":2}')],
    [answers.balance, balance.replace('02-28', '02-29')],
    [answers.balance, balance.replace('23:59:59.123456789Z', '24:00:00Z')],
    [answers.balance, balance.replace('T23', ' 23').replace('Z', '')],
    [answers.balance, balance.replace(ALICE.address, 'unknown')],
    [answers.texts, '["7001",null]'],
    [answers.debtors, '[{"customer_id":"7001","status":"new","total_orders":1}]'],
    [answers.orders, '{"orders_paid":[],"settlements":[]}'],
    [answers.perhapsOrder, '{}'],
  ])('refuse %#: a wrong type, number, time or spelling', (schema, json) => {
    expect(() => readAs(schema, json)).toThrow();
  });
});
