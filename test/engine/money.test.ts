import { afterEach, describe, expect, it } from 'vitest';
import { audit } from '#engine/reconciliation.ts';
import { accountRepository } from '#engine/store/accounts.ts';
import { customerRepository } from '#engine/store/customers.ts';
import { amountMissing } from '#engine/views.ts';
import { parseJson } from '#platform/json.ts';
import { microTari } from '#tari/micro-tari.ts';
import { syntheticAddressOf } from '#tari/synthetic-address.ts';
import {
  claimText,
  closeEngines,
  DAY,
  forgedClaimText,
  HOUR,
  MINUTE,
  SECOND,
  type TestEngine,
  tari,
  testEngine,
} from '#test/engine.ts';
import { ACCOUNTS, type Person } from '#test/test-wallets.ts';

/** Whose each µT is, what pays which order, and what nobody can bring about who may not (docs/money.md). */

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
  // Whatever a test has done, every µT is in exactly one place.
  for (const test of opened.splice(0)) expect((await audit(test.store)).differences).toEqual([]);
  await closeEngines();
});

const missing = async (test: TestEngine, orderId: string) => amountMissing(await test.orderOf(orderId));
const customerCredit = (test: TestEngine, customerId: string) =>
  test.store.read((tx) => tx.use(customerRepository).credit(customerId));
const freeCredit = async (test: TestEngine, { account }: Person) =>
  (await test.store.read((tx) => tx.use(accountRepository).find(account)))?.freeCredit ?? 0n;
const links = (test: TestEngine) =>
  test.rows('select customer_id, account, kind from customer_addresses order by customer_id, account');
const heldReasons = async (test: TestEngine) =>
  (await test.engine.held.list({})).rows.map(({ row, reason }) => [row.txid, reason, row.amount]);

/** The person has shown by a signature that this customer's orders are theirs, and has this much credit. */
async function provenWithCredit(test: TestEngine, customerId: string, person: Person, amount: bigint): Promise<void> {
  await test.order({ orderId: `link ${customerId}`, customerId, price: '1' });
  await test.claim(person, `link ${customerId}`);
  await test.payConfirmed({ from: person, amount: microTari(amount + 1_000_000n) });
  expect(await test.statusOf(`link ${customerId}`)).toBe('Paid');
}

describe('money that named an order', () => {
  it('pays it once it is confirmed, and not before', async () => {
    const test = await engine();
    await test.order({ orderId: '1' });
    await test.pay({ from: alice, txid: 't', orderId: '1' });
    expect(await test.orderOf('1')).toMatchObject({ status: 'New', claimKind: 'stated', claimedBy: alice.account });
    expect(await missing(test, '1')).toBe(tari(100));
    await test.confirm('t');
    expect(await test.statusOf('1')).toBe('Paid');
  });

  it('pays it from as many wallets as it took, in whatever order, whoever has claimed it', async () => {
    const test = await engine();
    await test.order({ orderId: '1' });
    await test.claim(carol, '1');
    await test.payConfirmed({ from: alice, amount: tari(30), orderId: '1' });
    await test.payConfirmed({ from: bob, amount: tari(30), orderId: '1' });
    expect(await missing(test, '1')).toBe(tari(40));
    await test.payConfirmed({ from: carol, amount: tari(40), orderId: '1' });
    expect(await test.statusOf('1')).toBe('Paid');
    expect(test.rows('select account, amount, settlement_type from settlements order by id')).toEqual([
      { account: alice.account, amount: tari(30), settlement_type: 'multiple' },
      { account: bob.account, amount: tari(30), settlement_type: 'multiple' },
      { account: carol.account, amount: tari(40), settlement_type: 'multiple' },
    ]);
  });

  it('from one address is a single settlement, however many payments it took', async () => {
    const test = await engine();
    await test.order({ orderId: '1' });
    await test.payConfirmed({ from: alice, amount: tari(60), orderId: '1' });
    await test.payConfirmed({ from: alice, amount: tari(40), orderId: '1' });
    expect(test.rows('select account, amount, settlement_type from settlements')).toEqual([
      { account: alice.account, amount: tari(100), settlement_type: 'single' },
    ]);
  });

  it('pays it before older orders of the same customer and claimant', async () => {
    const test = await engine();
    await test.order({ orderId: 'old', price: '10', memo: claimText(alice, 'old') });
    await test.order({ orderId: 'young', price: '10', memo: claimText(alice, 'young') });
    await test.payConfirmed({ from: alice, amount: tari(10), orderId: 'young' });
    expect([await test.statusOf('old'), await test.statusOf('young')]).toEqual(['New', 'Paid']);
  });

  it.each([
    ['before the order came', true],
    ['after the order came', false],
  ])('is the same %s', async (_, isBefore) => {
    const test = await engine();
    if (!isBefore) await test.order({ orderId: '1' });
    await test.payConfirmed({ from: alice, amount: tari(60), orderId: '1' });
    await test.payConfirmed({ from: bob, amount: tari(50), orderId: '1' });
    if (isBefore) expect(await heldReasons(test)).toHaveLength(2);
    if (isBefore) await test.order({ orderId: '1' });
    expect(await test.statusOf('1')).toBe('Paid');
    expect(await customerCredit(test, 'c1')).toBe(tari(10));
    expect([await freeCredit(test, alice), await freeCredit(test, bob)]).toEqual([0n, 0n]);
  });

  it('leaves what is left over to that order’s customer, whoever sent it', async () => {
    const test = await engine();
    await test.order({ orderId: '1', customerId: 'c1' });
    await test.order({ orderId: '2', customerId: 'c2', price: '10' });
    await test.claim(alice, '2');
    await test.payConfirmed({ from: alice, amount: tari(130), orderId: '1' });
    expect(await test.statusOf('1')).toBe('Paid');
    expect(await customerCredit(test, 'c1')).toBe(tari(30));
    expect(await test.statusOf('2')).toBe('New');
    expect(await test.order({ orderId: '3', customerId: 'c1', price: '30' })).toMatchObject({
      status: 'Paid',
      claimedBy: (await test.store.read((tx) => tx.use(accountRepository).find(customerAccount('c1'))))?.account,
    });
  });

  it('leaves the surplus to the customer’s other orders, oldest first, each that it covers', async () => {
    const test = await engine();
    for (const [orderId, price] of [
      ['a', '10'],
      ['dear', '500'],
      ['b', '15'],
      ['c', '20'],
    ] as const) {
      test.clock.advance(SECOND);
      await test.order({ orderId, price, createdAt: test.clock.now() });
    }
    const { ordersPaid } = await test.payConfirmed({ from: alice, amount: tari(50), orderId: 'c' });
    expect(ordersPaid.map(({ orderId }) => orderId)).toEqual(['c', 'a', 'b']);
    expect(await customerCredit(test, 'c1')).toBe(tari(5));
    expect(await missing(test, 'dear')).toBe(tari(495));
  });

  it('of a guest is that guest’s alone', async () => {
    const test = await engine();
    await test.order({ orderId: '1', customerId: 'guest:1', price: '10' });
    await test.payConfirmed({ from: alice, amount: tari(50), orderId: '1' });
    await test.order({ orderId: '2', customerId: 'guest:2', price: '10' });
    expect(await test.statusOf('2')).toBe('Unclaimed');
    expect(await customerCredit(test, 'guest:1')).toBe(tari(40));
  });

  it('pays together with the customer’s credit and with what the claimant has', async () => {
    const test = await engine();
    await test.engine.orderChanges.credit(BY_HAND, { customerId: 'c1', amount: tari(20), reason: undefined });
    await test.order({ orderId: '1' });
    await test.payConfirmed({ from: bob, amount: tari(30) });
    await test.claim(bob, '1');
    expect(await missing(test, '1')).toBe(tari(50));
    await test.payConfirmed({ from: alice, amount: tari(50), orderId: '1' });
    expect(await test.statusOf('1')).toBe('Paid');
    expect([await customerCredit(test, 'c1'), await freeCredit(test, bob)]).toEqual([0n, 0n]);
  });
});

describe('the sender of a payment', () => {
  it('is a statement: 1 µT in a victim’s name spends nothing of the victim’s', async () => {
    const test = await engine();
    await provenWithCredit(test, 'victim', alice, tari(100));
    await test.order({ orderId: 'loot', customerId: 'thief', price: '60' });
    await test.pay({ from: alice, amount: ONE, txid: 't', orderId: 'loot' });
    expect(await test.statusOf('loot')).toBe('New');
    await test.confirm('t');
    expect(await test.statusOf('loot')).toBe('New');
    expect(await missing(test, 'loot')).toBe(tari(60) - 1n);
    expect(await freeCredit(test, alice)).toBe(tari(100));
    expect(links(test).filter((link) => link.customer_id === 'thief')).toEqual([
      { customer_id: 'thief', account: alice.account, kind: 'stated' },
    ]);
    // Nor does anything that comes later.
    await test.payConfirmed({ from: alice, amount: tari(5) });
    await test.engine.orderChanges.settleCustomer(BY_HAND, 'thief');
    await test.engine.orderChanges.settleAddress(BY_HAND, { address: alice.tariAddress, seesAll: false });
    await test.engine.orderChanges.reassign(BY_HAND, { orderId: 'loot', customerId: 'thief2', reason: 'asked for' });
    await test.order({ orderId: 'more', customerId: 'thief', price: '1' });
    expect([await test.statusOf('loot'), await test.statusOf('more')]).toEqual(['New', 'Unclaimed']);
    expect(await freeCredit(test, alice)).toBe(tari(105));
  });

  it('is a statement before the order exists, too', async () => {
    const test = await engine();
    await provenWithCredit(test, 'victim', alice, tari(100));
    await test.payConfirmed({ from: alice, amount: ONE, orderId: 'loot' });
    await test.order({ orderId: 'loot', customerId: 'thief', price: '60' });
    expect(await test.statusOf('loot')).toBe('New');
    expect(await freeCredit(test, alice)).toBe(tari(100));
  });

  it('that two customers share, such as an exchange, spends nothing by itself', async () => {
    const test = await engine();
    await test.order({ orderId: 'A', customerId: '1', price: '477' });
    await test.order({ orderId: 'B', customerId: '2', price: '477' });
    await test.payConfirmed({ from: alice, amount: tari(400), orderId: 'A' });
    await test.payConfirmed({ from: alice, amount: tari(477), orderId: 'B' });
    expect([await test.statusOf('A'), await test.statusOf('B')]).toEqual(['New', 'Paid']);
    expect(await missing(test, 'A')).toBe(tari(77));
    expect(await freeCredit(test, alice)).toBe(0n);
    // What another customer of the exchange sends without a name pays nothing.
    await test.payConfirmed({ from: alice, amount: tari(77) });
    expect(await test.statusOf('A')).toBe('New');
    expect((await heldReasons(test)).map(([, reason]) => reason)).toEqual(['short', 'unclaimed_sender']);
  });

  it.each([
    ['an address of all-zero keys', '1'.repeat(67)],
    ['a text that is none', 'unknown'],
    ['nothing at all', ''],
    ['the made address of a customer', syntheticAddressOf('c1')],
  ] as const)(
    'is nobody where it is %s: the money pays the order that it names, and credits nobody',
    async (_, from) => {
      const test = await engine();
      await test.order({ orderId: '1' });
      const { payment } = await test.pay({ from, amount: tari(130), txid: 't', orderId: '1' });
      expect(payment.account).toBeNull();
      expect(await test.orderOf('1')).toMatchObject({ status: 'New', claimedBy: null, claimKind: 'stated' });
      await test.confirm('t');
      expect(await test.statusOf('1')).toBe('Paid');
      expect(await customerCredit(test, 'c1')).toBe(tari(30));
      expect(test.rows('select total_confirmed from accounts where total_confirmed > 0')).toEqual([]);
      const [entry] = (await test.engine.accounts.customerHistory('c1')).settlements;
      expect(entry).toMatchObject({ account: null, amount: tari(100), settlementType: 'single' });
      expect((await test.pay({ from, amount: tari(130), txid: 't', orderId: '1' })).isNew).toBe(false);
      await expect(test.pay({ from, amount: tari(131), txid: 't' })).rejects.toMatchObject({
        code: 'payment_contradicted',
      });
    },
  );

  it('that is nobody and names nothing is held, and does not become the credit of the customer it was made for', async () => {
    const test = await engine();
    await test.engine.orderChanges.credit(BY_HAND, { customerId: 'c1', amount: tari(1), reason: undefined });
    await test.payConfirmed({ from: syntheticAddressOf('c1'), amount: tari(100), txid: 'made' });
    await test.payConfirmed({ from: '', amount: tari(5), txid: 'none' });
    await test.order({ orderId: '1' });
    expect(await test.statusOf('1')).toBe('Unclaimed');
    expect(await heldReasons(test)).toEqual(
      expect.arrayContaining([
        ['made', 'no_sender', tari(100)],
        ['none', 'no_sender', tari(5)],
      ]),
    );
  });
});

describe('money that named nothing', () => {
  it('is held until its account signs, and pays then', async () => {
    const test = await engine();
    await test.payConfirmed({ from: alice, amount: tari(100), txid: 't' });
    expect(await heldReasons(test)).toEqual([['t', 'unclaimed_sender', tari(100)]]);
    await test.order({ orderId: '1' });
    expect(await test.statusOf('1')).toBe('Unclaimed');
    expect((await test.claim(alice, '1')).order.status).toBe('Paid');
  });

  it('pays no order that a payment in the same name only named', async () => {
    const test = await engine();
    await test.order({ orderId: '1' });
    await test.payConfirmed({ from: alice, amount: tari(40), orderId: '1' });
    await test.payConfirmed({ from: alice, amount: tari(60) });
    expect(await test.statusOf('1')).toBe('New');
    expect(await missing(test, '1')).toBe(tari(60));
    expect((await test.claim(alice, '1')).order.status).toBe('Paid');
  });

  it('pays a new order of a customer that it is linked with by a signature, only where it covers all of it', async () => {
    const test = await engine();
    await provenWithCredit(test, 'c1', alice, tari(100));
    expect(await test.order({ orderId: '1', price: '100.000001' })).toMatchObject({ status: 'Unclaimed' });
    expect(await test.order({ orderId: '2', price: '100' })).toMatchObject({
      status: 'Paid',
      claimedBy: alice.account,
    });
  });

  it('1 µT left over claims nothing', async () => {
    const test = await engine();
    await provenWithCredit(test, 'c1', alice, 1n);
    expect(await test.order({ orderId: '1' })).toMatchObject({ status: 'Unclaimed', claimedBy: null });
  });

  it('together with the customer’s own credit it may cover a new order', async () => {
    const test = await engine();
    await provenWithCredit(test, 'c1', alice, tari(60));
    await test.engine.orderChanges.credit(BY_HAND, { customerId: 'c1', amount: tari(40), reason: undefined });
    expect(await test.order({ orderId: '1' })).toMatchObject({ status: 'Paid', claimedBy: alice.account });
  });

  it('completes an order that was named by payments, where it is linked with the customer by a signature', async () => {
    const test = await engine();
    await provenWithCredit(test, 'c1', alice, tari(60));
    await test.order({ orderId: '1' });
    await test.payConfirmed({ from: alice, amount: tari(40), orderId: '1' });
    expect(await test.statusOf('1')).toBe('Paid');
  });
});

describe('nobody takes an order from its customer by being first', () => {
  it('with 1 µT: a signature takes it over', async () => {
    const test = await engine();
    await test.order({ orderId: '1' });
    await test.payConfirmed({ from: bob, amount: ONE, orderId: '1' });
    const { order, sendTo } = await test.claim(alice, '1');
    expect(order).toMatchObject({ status: 'New', claimedBy: alice.account, claimKind: 'proven' });
    expect(sendTo).not.toBeNull();
    await test.payConfirmed({ from: alice, amount: tari(100) });
    expect(await test.statusOf('1')).toBe('Paid');
    // 1 µT of it was bob's, and what alice has left is hers.
    expect(await freeCredit(test, alice)).toBe(1n);
  });

  it('with 1 µT before the order exists', async () => {
    const test = await engine();
    await test.pay({ from: bob, amount: ONE, orderId: '1' });
    await test.order({ orderId: '1' });
    expect((await test.claim(alice, '1')).order).toMatchObject({ claimedBy: alice.account, claimKind: 'proven' });
  });

  it.each(['claimed', 'named in a signed memo before the order exists'] as const)(
    'with a free signature, %s: a further signature links its signer too',
    async (how) => {
      const test = await engine();
      if (how === 'claimed') {
        await test.order({ orderId: '1' });
        await test.claim(bob, '1');
      } else {
        await test.pay({ from: bob, amount: ONE, memo: claimText(bob, '1') });
        await test.order({ orderId: '1' });
      }
      const before = await test.orderOf('1');
      expect(before).toMatchObject({ status: 'New', claimedBy: bob.account, claimKind: 'proven' });
      test.clock.advance(MINUTE);
      const answer = await test.claim(alice, '1');
      expect(answer).toMatchObject({ order: before, expiresAt: new Date(before.updatedAt.getTime() + 48 * HOUR) });
      expect(await test.orderOf('1')).toEqual(before);
      await test.payConfirmed({ from: alice, amount: tari(100) });
      expect(await test.orderOf('1')).toMatchObject({ status: 'Paid' });
      expect(test.rows('select account from settlements')).toEqual([{ account: alice.account }]);
    },
  );

  it('with a signature in the note: the payer’s named money pays it all the same', async () => {
    const test = await engine();
    await test.order({ orderId: '1', memo: claimText(bob, '1') });
    await test.payConfirmed({ from: alice, orderId: '1' });
    expect(await test.statusOf('1')).toBe('Paid');
  });

  it('nor does a forged claim take anything', async () => {
    const test = await engine();
    await test.order({ orderId: '1' });
    await test.payConfirmed({ from: bob, amount: ONE, memo: forgedClaimText(alice, bob, '1') });
    expect(await test.statusOf('1')).toBe('Unclaimed');
    expect(links(test)).toEqual([]);
  });

  it('a squatter’s signature lets no account but the squatter’s pay', async () => {
    const test = await engine();
    await provenWithCredit(test, 'c2', bob, tari(500));
    await test.order({ orderId: '1' });
    await test.claim(carol, '1');
    await test.payConfirmed({ from: carol, amount: ONE });
    expect(await freeCredit(test, bob)).toBe(tari(500));
    expect(await test.statusOf('1')).toBe('New');
  });

  it('a claim repeated by everyone who has signed answers the same and changes nothing', async () => {
    const test = await engine();
    await test.order({ orderId: '1' });
    const first = await test.claim(bob, '1');
    await test.claim(alice, '1');
    const before = test.dump();
    test.clock.advance(MINUTE);
    expect(await test.claim(bob, '1')).toEqual(first);
    expect(await test.claim(alice, '1')).toEqual(first);
    expect(test.dump()).toEqual(before);
  });
});

describe('what an operator changes', () => {
  it('reassigning an order takes its own money and its claimant along', async () => {
    const test = await engine();
    await test.order({ orderId: '1', customerId: 'c1' });
    await test.claim(bob, '1');
    await test.payConfirmed({ from: alice, amount: tari(40), orderId: '1' });
    await test.engine.orderChanges.reassign(BY_HAND, { orderId: '1', customerId: 'c2', reason: 'mixed up' });
    expect(await missing(test, '1')).toBe(tari(60));
    await test.payConfirmed({ from: bob, amount: tari(70) });
    expect(await test.orderOf('1')).toMatchObject({ status: 'Paid', customerId: 'c2' });
    expect(await freeCredit(test, bob)).toBe(tari(10));
  });

  it('after a reassignment the surplus is the new customer’s', async () => {
    const test = await engine();
    await test.order({ orderId: '1', customerId: 'c1' });
    await test.engine.orderChanges.reassign(BY_HAND, { orderId: '1', customerId: 'c2', reason: 'mixed up' });
    await test.payConfirmed({ from: alice, amount: tari(140), orderId: '1' });
    expect([await customerCredit(test, 'c1'), await customerCredit(test, 'c2')]).toEqual([0n, tari(40)]);
  });

  it('a price lowered to what is there pays the order, and what is over is the customer’s', async () => {
    const test = await engine();
    await test.order({ orderId: '1' });
    await test.order({ orderId: '2', price: '5' });
    await test.payConfirmed({ from: alice, amount: tari(40), orderId: '1' });
    const changed = await test.engine.orderChanges.changePrice(BY_HAND, { orderId: '1', price: tari(30), reason: 'x' });
    expect(changed).toMatchObject({ status: 'Paid', amount_missing: null });
    expect(await test.statusOf('2')).toBe('Paid');
    expect(await customerCredit(test, 'c1')).toBe(tari(5));
  });

  it.each(['Unclaimed', 'New'])('a price lowered to 0 pays an order that is %s', async (status) => {
    const test = await engine();
    await test.order({ orderId: '1' });
    if (status === 'New') await test.claim(alice, '1');
    const changed = await test.engine.orderChanges.changePrice(BY_HAND, {
      orderId: '1',
      price: microTari(0n),
      reason: 'a present',
    });
    expect(changed).toMatchObject({ status: 'Paid' });
  });

  it('fulfilling an order leaves what had come for it to its customer', async () => {
    const test = await engine();
    await test.order({ orderId: '1' });
    await test.payConfirmed({ from: alice, amount: tari(40), orderId: '1' });
    await test.engine.orderChanges.fulfill(BY_HAND, { orderId: '1', reason: 'cash' });
    expect(await customerCredit(test, 'c1')).toBe(tari(40));
  });
});

describe('late money', () => {
  const closings: Record<string, (test: TestEngine) => Promise<unknown>> = {
    Expired: async (test) => {
      test.clock.advance(3 * DAY);
      await test.engine.expiry.run();
    },
    Cancelled: (test) => test.engine.orderChanges.cancel(BY_HAND, { orderId: '1', reason: 'gone' }),
    Paid: (test) => test.payConfirmed({ from: bob, orderId: '1' }),
  };

  it.each(Object.entries(closings))(
    'for an order that is %s is announced, listed and counted',
    async (status, close) => {
      const test = await engine();
      await test.order({ orderId: '1' });
      await close(test);
      expect(await test.statusOf('1')).toBe(status);
      await test.payConfirmed({ from: alice, amount: tari(70), txid: 'late', orderId: '1' });
      const event = (await test.events()).at(-1);
      expect(event).toMatchObject({ type: 'PaymentUnmatched', subject: 'late' });
      expect(parseJson(event?.payload ?? '')).toMatchObject({ payment: { txid: 'late' }, reason: 'late' });
      expect(await heldReasons(test)).toEqual([['late', 'late', tari(70)]]);
      expect(test.log.lines.filter(({ level }) => level === 'warn').at(-1)?.fields).toMatchObject({ txid: 'late' });
      expect((await test.engine.condition()).details).toMatchObject({ payments: { late: 1 } });
      // It pays the customer's next order, and is listed no more.
      await test.order({ orderId: '2', price: '70' });
      expect(await test.statusOf('2')).toBe('Paid');
      expect(await heldReasons(test)).toEqual([]);
      expect((await test.engine.condition()).details).toMatchObject({ payments: { late: 0 } });
    },
  );

  it('is announced where an order is closed with money that did not reach its price', async () => {
    const test = await engine();
    await test.order({ orderId: '1' });
    await test.order({ orderId: '2', price: '10' });
    await test.payConfirmed({ from: alice, amount: tari(30), txid: 't', orderId: '1' });
    await test.engine.orderChanges.cancel(BY_HAND, { orderId: '1', reason: 'gone' });
    expect((await test.eventNames()).slice(-4)).toEqual([
      'OrderAnnulled 1',
      'PaymentUnmatched t',
      'OrderClaimed 2',
      'OrderPaid 2',
    ]);
    expect(await heldReasons(test)).toEqual([['t', 'late', tari(20)]]);
  });
});

describe('an order whose time is over', () => {
  it('waits for reported money that could cover it, and is paid', async () => {
    const test = await engine();
    await test.order({ orderId: '1' });
    test.clock.advance(HOUR);
    await test.pay({ from: alice, txid: 't', orderId: '1' });
    test.clock.advance(49 * HOUR);
    expect(await test.engine.expiry.run()).toEqual([]);
    await test.confirm('t');
    expect(await test.statusOf('1')).toBe('Paid');
  });

  it.each([
    ['that does not cover it', { amount: tari(99) }, 49],
    ['beyond the time that it waits', {}, 55],
  ])('expires with money on its way %s', async (_, payment, hours) => {
    const test = await engine();
    await test.order({ orderId: '1' });
    await test.pay({ from: alice, orderId: '1', ...payment });
    test.clock.advance(hours * HOUR);
    expect((await test.engine.expiry.run()).map(({ orderId }) => orderId)).toEqual(['1']);
  });

  it('waits for what those who have signed send without naming it', async () => {
    const test = await engine();
    await test.order({ orderId: '1' });
    await test.claim(alice, '1');
    await test.pay({ from: alice, txid: 't' });
    test.clock.advance(49 * HOUR);
    expect(await test.engine.expiry.run()).toEqual([]);
    await test.confirm('t');
    expect(await test.statusOf('1')).toBe('Paid');
  });

  it('does not wait for what strangers send without naming it', async () => {
    const test = await engine();
    await test.order({ orderId: '1' });
    await test.claim(alice, '1');
    await test.pay({ from: bob });
    test.clock.advance(49 * HOUR);
    expect(await test.engine.expiry.run()).toHaveLength(1);
  });

  it('others that are due expire though more wait than are looked at in one go', async () => {
    const test = await engine();
    for (let index = 0; index < 105; index += 1) {
      await test.order({ orderId: `w${index}`, price: '1' });
      await test.pay({ from: alice, amount: tari(1), orderId: `w${index}` });
    }
    test.clock.advance(SECOND);
    await test.order({ orderId: 'due' });
    await test.claim(bob, 'due');
    test.clock.advance(49 * HOUR);
    expect((await test.engine.expiry.run()).map(({ orderId }) => orderId)).toEqual(['due']);
  });

  it('is paid by what another leaves over that expires with it', async () => {
    const test = await engine();
    await test.order({ orderId: '1' });
    await test.order({ orderId: '2', price: '20' });
    await test.payConfirmed({ from: alice, amount: tari(20), orderId: '1' });
    await test.claim(bob, '2');
    test.clock.advance(49 * HOUR);
    expect((await test.engine.expiry.run()).map(({ orderId }) => orderId)).toEqual(['1']);
    expect(await test.statusOf('2')).toBe('Paid');
  });
});

describe('held money', () => {
  const assign = (test: TestEngine, txid: string, to: { orderId: string } | { customerId: string }) =>
    test.engine.held.assign(BY_HAND, txid, to, 'the customer called');

  it('is given to an order, pays it, and leaves the rest to its customer', async () => {
    const test = await engine();
    await test.order({ orderId: '1' });
    await test.payConfirmed({ from: alice, amount: tari(130), txid: 't' });
    expect(await assign(test, 't', { orderId: '1' })).toMatchObject({ orders_paid: [{ order_id: '1' }] });
    expect(await customerCredit(test, 'c1')).toBe(tari(30));
    expect(await freeCredit(test, alice)).toBe(0n);
    const assigned = (await test.events()).find(({ type }) => type === 'PaymentAssigned');
    expect(parseJson(assigned?.payload ?? '')).toMatchObject({
      payment: { txid: 't' },
      amount: 130_000_000,
      order_id: '1',
      customer_id: null,
      reason: 'the customer called',
    });
    expect(test.rows('select actor, action, subject, reason from audit_log').at(-1)).toEqual({
      actor: 'operator',
      action: 'assign payment',
      subject: 't',
      reason: 'the customer called',
    });
  });

  it('is given to a customer, and pays the customer’s orders', async () => {
    const test = await engine();
    await test.order({ orderId: '1', price: '30' });
    await test.payConfirmed({ from: '', amount: tari(50), txid: 't' });
    expect(await assign(test, 't', { customerId: 'c1' })).toMatchObject({ orders_paid: [{ order_id: '1' }] });
    expect(await customerCredit(test, 'c1')).toBe(tari(20));
  });

  it('links nobody: the sender’s other money stays where it is', async () => {
    const test = await engine();
    await test.order({ orderId: '1' });
    await test.payConfirmed({ from: alice, amount: tari(40), txid: 'one' });
    await test.payConfirmed({ from: alice, amount: tari(60), txid: 'two' });
    await assign(test, 'one', { orderId: '1' });
    expect(await missing(test, '1')).toBe(tari(60));
    expect(await freeCredit(test, alice)).toBe(tari(60));
  });

  it('is moved from an order that it was meant for to another', async () => {
    const test = await engine();
    await test.order({ orderId: '1' });
    await test.order({ orderId: '2', price: '40', customerId: 'c2' });
    await test.payConfirmed({ from: alice, amount: tari(40), txid: 't', orderId: '1' });
    await assign(test, 't', { orderId: '2' });
    expect([await test.statusOf('1'), await test.statusOf('2')]).toEqual(['New', 'Paid']);
    expect(await missing(test, '1')).toBe(tari(100));
  });

  it('that was given away does not go to the order that it named, when that comes', async () => {
    const test = await engine();
    await test.payConfirmed({ from: alice, txid: 't', orderId: 'later' });
    await assign(test, 't', { customerId: 'c2' });
    await test.order({ orderId: 'later' });
    expect(await test.orderOf('later')).toMatchObject({ status: 'New', ownMoney: 0n });
    expect(await customerCredit(test, 'c2')).toBe(tari(100));
  });

  it.each([
    [
      'nothing is left of',
      'payment_not_held',
      async (test: TestEngine) => test.payConfirmed({ from: alice, txid: 't', orderId: '1' }),
    ],
    ['is not confirmed', 'payment_not_held', async (test: TestEngine) => test.pay({ from: alice, txid: 't' })],
    ['is not known', 'payment_not_held', async () => undefined],
    [
      'is to go to a closed order',
      'order_change_forbidden',
      async (test: TestEngine) => {
        await test.cancel('1');
        await test.payConfirmed({ from: alice, txid: 't' });
      },
    ],
    [
      'is there already',
      'order_change_no_op',
      async (test: TestEngine) => test.payConfirmed({ from: alice, amount: ONE, txid: 't', orderId: '1' }),
    ],
  ] as const)('is refused that %s', async (_, code, prepare) => {
    const test = await engine();
    await test.order({ orderId: '1' });
    await prepare(test);
    const before = test.dump();
    await expect(assign(test, 't', { orderId: '1' })).rejects.toMatchObject({ code });
    expect(test.dump()).toEqual(before);
  });

  it('lists each amount with its reason', async () => {
    const test = await engine();
    await test.order({ orderId: 'short' });
    await test.order({ orderId: 'paid', customerId: 'c2', price: '10' });
    const names = ['unconfirmed', 'short', 'surplus', 'unclaimed', 'unknown', 'nobody', 'late'];
    for (const txid of names) {
      test.clock.advance(SECOND);
      const orderId = { short: 'short', surplus: 'paid', unknown: 'o404', late: 'paid' }[txid] ?? null;
      const from = txid === 'nobody' ? '' : alice;
      if (txid === 'unconfirmed') await test.pay({ from, txid, amount: tari(30), orderId });
      else await test.payConfirmed({ from, txid, amount: tari(30), orderId });
    }
    test.clock.advance(SECOND);
    await test.confirm('early');
    expect(await heldReasons(test)).toEqual([
      ['unconfirmed', 'unconfirmed', tari(30)],
      ['short', 'short', tari(30)],
      ['surplus', 'surplus', tari(20)],
      ['unclaimed', 'unclaimed_sender', tari(30)],
      ['unknown', 'unclaimed_sender', tari(30)],
      ['nobody', 'no_sender', tari(30)],
      ['late', 'late', tari(30)],
      ['early', 'early_confirmation', 0n],
    ]);
    const first = await test.engine.held.list({ limit: 3 });
    const rest = await test.engine.held.list({ after: first.next });
    expect([...first.rows, ...rest.rows].map(({ row }) => row.txid)).toEqual([...names, 'early']);
  });
});

describe('the note of an order', () => {
  it('is not shown to who only claims it, nor to who sent 1 µT for it, but to who paid it', async () => {
    const test = await engine();
    await test.order({ orderId: '1', memo: 'my address is ...' });
    await test.claim(bob, '1');
    await test.payConfirmed({ from: bob, amount: ONE, orderId: '1' });
    await test.payConfirmed({ from: alice, amount: tari(100), orderId: '1' });
    const notes = async (person: Person) => [
      (await test.engine.accounts.ownOrder(person.tariAddress, '1'))?.memo,
      (await test.engine.lists.orders(person.tariAddress, {}, false)).rows[0]?.memo,
      (await test.engine.accounts.history(person.tariAddress, {}, false)).orders[0]?.memo,
    ];
    expect(await notes(bob)).toEqual([null, null, null]);
    expect(await notes(alice)).toEqual(Array(3).fill('my address is ...'));
  });
});

function customerAccount(customerId: string) {
  const address = syntheticAddressOf(customerId);
  return `00${Buffer.from(address.spendKey).toString('hex')}` as Person['account'];
}
