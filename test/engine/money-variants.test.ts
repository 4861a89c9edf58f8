import { afterEach, describe, expect, it } from 'vitest';
import { audit } from '#engine/reconciliation.ts';
import { accountRepository } from '#engine/store/accounts.ts';
import { customerRepository } from '#engine/store/customers.ts';
import { amountMissing } from '#engine/views.ts';
import { addressToBase58, addressToEmoji, singleAddress } from '#tari/address.ts';
import { microTari } from '#tari/micro-tari.ts';
import { syntheticAddressOf } from '#tari/synthetic-address.ts';
import {
  claimText,
  closeEngines,
  forgedClaimText,
  HOUR,
  SECOND,
  type TestEngine,
  tari,
  testEngine,
} from '#test/engine.ts';
import { ACCOUNTS, type Person } from '#test/test-wallets.ts';

/** More ways in which money could go where it was not meant, each a relative of one that went wrong once. */

const [alice, bob, carol] = ACCOUNTS;
const ONE = microTari(1n);
const BY_HAND = { actor: 'operator' };
const opened: TestEngine[] = [];

async function engine(...options: Parameters<typeof testEngine>): Promise<TestEngine> {
  const test = await testEngine(...options);
  opened.push(test);
  return test;
}

afterEach(async () => {
  for (const test of opened.splice(0)) expect((await audit(test.store)).differences).toEqual([]);
  await closeEngines();
});

const missing = async (test: TestEngine, orderId: string) => amountMissing(await test.orderOf(orderId));
const credit = (test: TestEngine, customerId: string) =>
  test.store.read((tx) => tx.use(customerRepository).credit(customerId));
const free = async (test: TestEngine, { account }: Person) =>
  (await test.store.read((tx) => tx.use(accountRepository).find(account)))?.freeCredit ?? 0n;
const linkOf = (test: TestEngine, customerId: string, { account }: Person) =>
  test
    .rows('select customer_id, account, kind from customer_addresses')
    .filter((link) => link.customer_id === customerId && link.account === account)
    .map(({ kind }) => kind);

/** Alice, who has 100 that her signature alone may spend, for her own customer. */
async function victim(): Promise<TestEngine> {
  const test = await engine();
  await test.order({ orderId: 'first', customerId: 'victim', price: '1', memo: claimText(alice, 'first') });
  await test.payConfirmed({ from: alice, amount: tari(101) });
  expect([await test.statusOf('first'), await free(test, alice)]).toEqual(['Paid', tari(100)]);
  return test;
}

/** What a thief may try with an order of 60 that Alice is to pay. None of it signs for Alice. */
const THEFTS: readonly [how: string, steal: (test: TestEngine) => Promise<unknown>][] = [
  [
    '1 µT in her name, again and again',
    async (test) => {
      for (let time = 0; time < 3; time += 1) await test.payConfirmed({ from: alice, amount: ONE, orderId: 'loot' });
    },
  ],
  [
    'her name in emoji',
    (test) => test.payConfirmed({ from: addressToEmoji(alice.tariAddress), amount: ONE, orderId: 'loot' }),
  ],
  [
    'her name, and a claim in the memo that the thief signed',
    (test) => test.payConfirmed({ from: alice, amount: ONE, memo: claimText(bob, 'loot') }),
  ],
  [
    'a claim in the memo that says it is hers',
    (test) => test.payConfirmed({ from: bob, amount: ONE, memo: forgedClaimText(alice, bob, 'loot') }),
  ],
  [
    'a claim in the note that says it is hers',
    (test) =>
      test.order({ orderId: 'loot2', customerId: 'thief', price: '60', memo: forgedClaimText(alice, bob, 'loot2') }),
  ],
  [
    'her signature of another order',
    (test) => test.order({ orderId: 'loot2', customerId: 'thief', price: '60', memo: claimText(alice, 'first') }),
  ],
  [
    'her signature of another order, in a memo that names the loot as well',
    (test) => test.payConfirmed({ from: alice, amount: ONE, orderId: 'loot', memo: claimText(alice, 'first') }),
  ],
  [
    'her name, and then settling as the thief',
    async (test) => {
      await test.payConfirmed({ from: alice, amount: ONE, orderId: 'loot' });
      await test.claim(bob, 'loot');
      await test.engine.orderChanges.settleAddress(BY_HAND, { address: bob.tariAddress, seesAll: true });
    },
  ],
  [
    'her name, and an operator who settles the thief',
    async (test) => {
      await test.payConfirmed({ from: alice, amount: ONE, orderId: 'loot' });
      await test.engine.orderChanges.settleCustomer(BY_HAND, 'thief');
    },
  ],
  [
    'her name, and an operator who lowers the price',
    async (test) => {
      await test.payConfirmed({ from: alice, amount: ONE, orderId: 'loot' });
      await test.engine.orderChanges.changePrice(BY_HAND, { orderId: 'loot', price: tari(50), reason: undefined });
    },
  ],
  [
    'her name, and a credit note that is not enough',
    async (test) => {
      await test.payConfirmed({ from: alice, amount: ONE, orderId: 'loot' });
      await test.engine.orderChanges.credit(BY_HAND, { customerId: 'thief', amount: tari(10), reason: undefined });
    },
  ],
  [
    'her name, and another order of the thief',
    async (test) => {
      await test.payConfirmed({ from: alice, amount: ONE, orderId: 'loot' });
      await test.order({ orderId: 'loot2', customerId: 'thief', price: '99' });
    },
  ],
  [
    'her name, an order that expires, and one that is reset',
    async (test) => {
      await test.payConfirmed({ from: alice, amount: ONE, orderId: 'loot' });
      test.clock.advance(50 * HOUR);
      await test.engine.expiry.run();
      await test.engine.orderChanges.reset(BY_HAND, 'loot');
    },
  ],
  [
    'an order of hers that is moved to the thief',
    async (test) => {
      await test.order({ orderId: 'hers', customerId: 'victim', price: '500', memo: claimText(alice, 'hers') });
      await test.engine.orderChanges.reassign(BY_HAND, { orderId: 'hers', customerId: 'thief', reason: 'asked for' });
      await test.engine.orderChanges.settleCustomer(BY_HAND, 'thief');
    },
  ],
];

describe('credit of a victim', () => {
  it.each(THEFTS)('is not spent by %s', async (_how, steal) => {
    const test = await victim();
    await test.order({ orderId: 'loot', customerId: 'thief', price: '60' });
    await steal(test);
    expect(await test.statusOf('loot')).not.toBe('Paid');
    expect(await free(test, alice)).toBe(tari(100));
    expect(test.rows("select status from orders where order_id like 'loot%' and status = 'Paid'")).toEqual([]);
    expect(linkOf(test, 'thief', alice)).not.toContain('proven');
    // Her own signature still spends it.
    await test.order({ orderId: 'own', customerId: 'victim', price: '100' });
    expect(await test.statusOf('own')).toBe('Paid');
  });

  it('is not taken back with the credit of a customer whose order she only signed for', async () => {
    const test = await victim();
    await test.order({ orderId: 'gift', customerId: 'friend', price: '1000' });
    await test.payConfirmed({ from: bob, amount: tari(10), orderId: 'gift' });
    await expect(
      test.engine.orderChanges.credit(BY_HAND, {
        customerId: 'friend',
        amount: microTari(-tari(111)),
        reason: undefined,
      }),
    ).rejects.toMatchObject({ code: 'credit_exceeds_balance' });
    expect(await free(test, alice)).toBe(tari(100));
  });
});

describe('a sender that several customers have', () => {
  const exchange = alice;

  it('lets neither pay the other’s order by paying without a name', async () => {
    const test = await engine();
    for (const [orderId, customerId] of [
      ['A', '1'],
      ['B', '2'],
    ] as const)
      await test.order({ orderId, customerId, price: '10' });
    for (let time = 0; time < 4; time += 1) await test.payConfirmed({ from: exchange, amount: tari(10) });
    expect([await test.statusOf('A'), await test.statusOf('B')]).toEqual(['Unclaimed', 'Unclaimed']);
    expect(await free(test, exchange)).toBe(tari(40));
  });

  it('leaves what is over to who sent too much, and takes nothing from who sent too little', async () => {
    const test = await engine();
    for (const [orderId, customerId] of [
      ['A', '1'],
      ['B', '2'],
    ] as const)
      await test.order({ orderId, customerId, price: '10' });
    await test.payConfirmed({ from: exchange, amount: tari(9), orderId: 'A' });
    await test.payConfirmed({ from: exchange, amount: tari(30), orderId: 'B' });
    expect([await missing(test, 'A'), await credit(test, '1'), await credit(test, '2')]).toEqual([
      tari(1),
      0n,
      tari(20),
    ]);
    await test.order({ orderId: 'C', customerId: '2', price: '20' });
    expect(await test.statusOf('C')).toBe('Paid');
  });

  it('spends nothing when an operator settles it, or either customer', async () => {
    const test = await engine();
    for (const [orderId, customerId] of [
      ['A', '1'],
      ['B', '2'],
    ] as const)
      await test.order({ orderId, customerId, price: '10' });
    await test.payConfirmed({ from: exchange, amount: tari(5), orderId: 'A' });
    await test.payConfirmed({ from: exchange, amount: tari(50) });
    await test.engine.orderChanges.settleAddress(BY_HAND, { address: exchange.tariAddress, seesAll: true });
    for (const customerId of ['1', '2']) await test.engine.orderChanges.settleCustomer(BY_HAND, customerId);
    expect([await test.statusOf('A'), await test.statusOf('B'), await free(test, exchange)]).toEqual([
      'New',
      'Unclaimed',
      tari(50),
    ]);
  });

  it('that is paid to one of two orders twice makes the second payment that customer’s credit', async () => {
    const test = await engine();
    for (const [orderId, customerId] of [
      ['A', '1'],
      ['B', '2'],
    ] as const)
      await test.order({ orderId, customerId, price: '10' });
    for (let time = 0; time < 2; time += 1) await test.payConfirmed({ from: exchange, amount: tari(10), orderId: 'A' });
    expect([await test.statusOf('B'), await credit(test, '1'), await credit(test, '2')]).toEqual([
      'Unclaimed',
      tari(10),
      0n,
    ]);
  });
});

describe('a sender that is nobody', () => {
  const elsewhere = addressToBase58(singleAddress('esmeralda', alice.tariAddress.spendKey));

  it.each([
    ['an address of another network', elsewhere],
    ['the made address of another customer', syntheticAddressOf('c2')],
    ['white space', '   '],
    ['a JSON text', '{"Single":{}}'],
    ['an address with one letter wrong', alice.address.replace(/.$/, (last) => (last === '1' ? '2' : '1'))],
    ['a text of ten thousand letters', 'x'.repeat(10_000)],
  ])('such as %s pays what it names, before and after the order comes', async (_what, from) => {
    for (const isBefore of [false, true]) {
      const test = await engine();
      if (!isBefore) await test.order({ orderId: '1' });
      await test.payConfirmed({ from, amount: tari(100), orderId: '1' });
      if (isBefore) await test.order({ orderId: '1' });
      expect(await test.statusOf('1')).toBe('Paid');
      expect(await free(test, alice)).toBe(0n);
    }
  });

  it('cannot have its money taken by whoever says to be the same nobody', async () => {
    const test = await engine();
    await test.payConfirmed({ from: 'unknown', amount: tari(100), txid: 'lost' });
    await test.order({ orderId: '1' });
    await test.payConfirmed({ from: 'unknown', amount: ONE, orderId: '1' });
    expect(await missing(test, '1')).toBe(tari(100) - 1n);
    await test.engine.orderChanges.settleCustomer(BY_HAND, 'c1');
    expect(await test.statusOf('1')).toBe('New');
  });
});

describe('a payment in time', () => {
  const claimed = async () => {
    const test = await engine();
    await test.order({ orderId: '1', memo: claimText(alice, '1') });
    return test;
  };

  it.each([
    ['in two parts that cover it together', [60, 40], 'Paid'],
    ['in two parts that do not', [60, 39], 'Expired'],
    ['in more than it costs', [150], 'Paid'],
  ])('is %s', async (_how, amounts, status) => {
    const test = await claimed();
    test.clock.advance(47 * HOUR);
    for (const [index, amount] of amounts.entries())
      await test.pay({ from: bob, amount: tari(amount), txid: `t${index}`, orderId: '1' });
    test.clock.advance(2 * HOUR);
    await test.engine.expiry.run();
    for (const index of amounts.keys()) await test.confirm(`t${index}`);
    expect(await test.statusOf('1')).toBe(status);
  });

  it('is one for an order that nobody has claimed, whose time is short', async () => {
    const test = await engine();
    await test.order({ orderId: '1' });
    test.clock.advance(2 * HOUR - SECOND);
    await test.pay({ from: '', txid: 't', orderId: '1' });
    test.clock.advance(3 * HOUR);
    expect(await test.engine.expiry.run()).toEqual([]);
    await test.confirm('t');
    expect(await test.statusOf('1')).toBe('Paid');
  });

  it('that one part of has confirmed already waits for the other', async () => {
    const test = await claimed();
    await test.payConfirmed({ from: bob, amount: tari(60), orderId: '1' });
    await test.pay({ from: bob, amount: tari(40), txid: 't', orderId: '1' });
    test.clock.advance(49 * HOUR);
    expect(await test.engine.expiry.run()).toEqual([]);
    await test.confirm('t');
    expect(await test.statusOf('1')).toBe('Paid');
  });

  it('names the order by its name', async () => {
    const test = await engine();
    await test.order({ orderId: '1', altId: '#1001' });
    await test.pay({ from: alice, txid: 't', orderId: '1001' });
    test.clock.advance(49 * HOUR);
    expect(await test.engine.expiry.run()).toEqual([]);
    await test.confirm('t');
    expect(await test.statusOf('1')).toBe('Paid');
  });

  it('does not keep another order open that it does not name', async () => {
    const test = await claimed();
    await test.order({ orderId: '2', memo: claimText(alice, '2') });
    await test.pay({ from: carol, txid: 't', orderId: '2' });
    test.clock.advance(49 * HOUR);
    expect((await test.engine.expiry.run()).map(({ orderId }) => orderId)).toEqual(['1']);
  });

  it('that comes after all is the customer’s credit, and pays the next order', async () => {
    const test = await claimed();
    await test.pay({ from: bob, txid: 't', orderId: '1' });
    test.clock.advance(55 * HOUR);
    await test.engine.expiry.run();
    await test.confirm('t');
    expect([await test.statusOf('1'), await credit(test, 'c1')]).toEqual(['Expired', tari(100)]);
    await test.order({ orderId: '2', price: '100' });
    expect(await test.statusOf('2')).toBe('Paid');
    expect(await test.eventNames()).toContain('PaymentUnmatched t');
  });
});

describe('two who have signed for one order', () => {
  it('pay it together, and each keeps what it did not take', async () => {
    const test = await engine();
    await test.order({ orderId: '1' });
    for (const person of [alice, bob]) await test.claim(person, '1');
    await test.payConfirmed({ from: alice, amount: tari(60) });
    await test.payConfirmed({ from: bob, amount: tari(60) });
    expect(await test.statusOf('1')).toBe('Paid');
    expect((await free(test, alice)) + (await free(test, bob))).toBe(tari(20));
  });

  it('do not pay other customers’ orders of each other', async () => {
    const test = await engine();
    await test.order({ orderId: '1' });
    for (const person of [alice, bob]) await test.claim(person, '1');
    await test.order({ orderId: 'bobs', customerId: 'c2', price: '10', memo: claimText(bob, 'bobs') });
    await test.payConfirmed({ from: alice, amount: tari(50) });
    expect([await test.statusOf('bobs'), await test.statusOf('1'), await free(test, alice)]).toEqual([
      'New',
      'New',
      tari(50),
    ]);
  });
});
