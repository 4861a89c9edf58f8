import { statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SETTLES_WITHIN_MS, verdictOf } from '#rails/tari-wallet/cli/payouts/settle.ts';
import { addressToBase58, dualAddress, ONE_SIDED } from '#tari/address.ts';
import { publicKeyOf } from '#tari/schnorr.ts';
import {
  amountOf,
  CUSTOMER_ADDRESS,
  dualAddressOf,
  EXCHANGE_ADDRESS,
  OTHER_ADDRESS,
  type PayingMachine,
  startPayingMachine,
} from '#test/fake-console-wallet/paying-machine.ts';
import { WalletBook } from '#test/fake-console-wallet/wallet-book.ts';
import { personOf } from '#test/test-wallets.ts';

let machine: PayingMachine;
beforeEach(async () => {
  machine = await startPayingMachine();
});
afterEach(() => machine.close());

const approve = (amount = 150, address = CUSTOMER_ADDRESS, id?: string) =>
  machine.office.approve({ address, amount: amountOf(amount), ...(id && { id }) });
const once = (...more: string[]) => machine.home.run(machine.run(...more));
const state = (id: string) => machine.office.payouts.get(id)?.state;
const texts = () => machine.book.paid.map(({ paymentId }) => new TextDecoder().decode(paymentId));

describe('wallet payouts', { timeout: 60_000 }, () => {
  it('pays what is approved, reports it, and confirms it three blocks later', async () => {
    const id = approve();
    const { code, stdout } = await once();
    expect(code).toBe(0);
    const [paid] = machine.book.paid;
    expect(stdout).toContain(`Payout ${id} of 150.000000 XTM is paid by transaction ${paid?.txid}.`);
    expect(paid).toMatchObject({ amount: amountOf(150) });
    expect(texts()).toEqual([`payout ${id}`]);
    expect(machine.office.payouts.get(id)).toMatchObject({ state: 'sent', txid: String(paid?.txid) });

    machine.book.mine(2);
    await once();
    expect(state(id)).toBe('sent');
    machine.book.mine(2);
    expect((await once()).stdout).toContain('is confirmed');
    expect(state(id)).toBe('confirmed');
    expect(machine.office.told).toEqual([`started ${id}`, `sent ${id}`, `confirmed ${id}`]);
    expect(machine.book.paid).toHaveLength(1);
  });

  it('keeps what it knows in a file that nobody else can read', async () => {
    approve();
    await once();
    const folder = join(machine.home.folder, '.taritools', 'payouts');
    expect(statSync(join(folder, 'payouts.db')).mode & 0o777).toBe(0o600);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  it('shows what this machine knows, also as CSV and JSON, and asks nothing of anything for it', async () => {
    const id = approve();
    await once();
    await machine.wallet.close();
    expect(await machine.home.text(['wallet', 'payouts'])).toContain(id);
    expect(await machine.home.json(['wallet', 'payouts'])).toMatchObject([
      { id, state: 'sent', amount: 150_000_000, address: CUSTOMER_ADDRESS, payment_id: `payout ${id}` },
    ]);
    expect(await machine.home.text(['wallet', 'payouts', '--csv'])).toContain(`${id},refund,sent,150000000`);
  });

  it('pays nothing without a limit of its own', async () => {
    approve();
    const { code, stderr } = await machine.home.run(['wallet', 'payouts', '--once']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('--max')]);
    expect(machine.book.paid).toEqual([]);
  });

  it('asks a wallet elsewhere only by TLS', async () => {
    const { code, stderr } = await once('--grpc', '192.0.2.7:18143');
    expect([code, stderr]).toEqual([2, expect.stringContaining('Without TLS')]);
  });

  it('pays nothing from a wallet that is not the profile’s', async () => {
    const other = await startPayingMachine({ book: new WalletBook(dualAddressOf(personOf(9)), [amountOf(1000)]) });
    approve();
    const { code, stderr } = await once('--grpc', other.wallet.target);
    expect([code, stderr]).toEqual([2, expect.stringContaining('is another than that of the profile')]);
    expect(other.book.paid).toEqual([]);
    await other.close();
  });

  it('logs in to a wallet that asks for it', async () => {
    const guarded = await startPayingMachine({ wallet: { login: { user: 'tari', password: 'secret' } } });
    guarded.office.approve({ address: CUSTOMER_ADDRESS, amount: amountOf(1) });
    const refused = await guarded.home.run(guarded.run());
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('Invalid authorization')]);
    const environment = { TARITOOLS_WALLET_USER: 'tari', TARITOOLS_WALLET_PASSWORD: 'secret' };
    expect((await guarded.home.run(guarded.run(), { environment })).code).toBe(0);
    expect(guarded.book.paid).toHaveLength(1);
    await guarded.close();
  });

  it('waits while the wallet has too little that it can spend, and pays when it has', async () => {
    machine.book.coins = [amountOf(200)];
    const [first, second] = [approve(150), approve(30)];
    expect((await once()).stderr).toContain(
      `Payout ${second} of 30.000000 XTM waits: The wallet can spend 0.000000 XTM`,
    );
    expect([state(first), state(second)]).toEqual(['sent', 'approved']);
    // People see at the server why it waits.
    expect(machine.office.payouts.get(second)?.reason).toContain('which is not enough');
    machine.book.mine(4);
    await once();
    expect(state(second)).toBe('sent');
    expect(machine.book.paid).toHaveLength(2);
  });

  it('takes "broadcast is still pending" for paid', async () => {
    const id = approve();
    machine.wallet.failNext('broadcast pending');
    expect((await once()).stdout).toContain('broadcast is still pending');
    expect(state(id)).toBe('sent');
  });

  it('stops when the server says stop, also what it could not pay before', async () => {
    const id = approve();
    machine.office.onRequest((action, when) => {
      if (action === 'lease' && when === 'after') machine.office.setStopped(true);
    });
    const { code, stdout } = await once();
    expect([code, stdout]).toEqual([0, expect.stringContaining('Payouts are stopped.')]);
    expect(machine.book.paid).toEqual([]);
    machine.office.onRequest(undefined);
    machine.office.setStopped(false);
    await once();
    expect(state(id)).toBe('sent');
  });
});

describe('its own limits, before a server that lies', { timeout: 60_000 }, () => {
  it('pays no more at once, and no more in a day, than this machine may', async () => {
    const large = approve(501);
    const { stderr } = await once();
    expect(stderr).toContain(`Payout ${large} of 501.000000 XTM waits: It is more than this machine pays at once`);
    machine.office.payouts.delete(large);
    const ids = [approve(400), approve(400), approve(400)];
    const second = await once('--max-total', '900 XTM');
    expect(second.stderr).toContain(
      `Payout ${ids[2]} of 400.000000 XTM waits: This machine pays at most 900.000000 XTM`,
    );
    expect(machine.book.paid).toHaveLength(2);
    // A new run is no new day.
    await once('--max-total', '900 XTM');
    expect(machine.book.paid).toHaveLength(2);
  });

  it('pays nothing that came as something else before', async () => {
    const id = approve(10, CUSTOMER_ADDRESS, 'p1');
    await once();
    machine.office.payouts.set(id, { ...machine.office.payouts.get(id)!, state: 'approved', address: OTHER_ADDRESS });
    const { stderr } = await once();
    expect(stderr).toContain('Neither is paid');
    expect(machine.book.paid).toHaveLength(1);
  });

  it('does not pay an amount that was not approved: it tells the server what it is about to pay', async () => {
    const id = approve(10);
    machine.office.lie((payouts) => payouts.map((one) => ({ ...one, amount: amountOf(400) })));
    const { stdout } = await once();
    expect(stdout).toContain('That is not what was approved.');
    expect(machine.book.paid).toEqual([]);
    expect(state(id)).toBe('leased');
  });

  it('pays once what it is given twice, also under the same id in one list', async () => {
    const id = approve(10);
    machine.office.lie((payouts) => [...payouts, ...payouts]);
    expect((await once()).stderr).toContain('It is not paid again');
    machine.office.payouts.get(id)!.state = 'approved';
    await once();
    expect(machine.book.paid).toHaveLength(1);
    // And the server is told again what it did not know.
    expect(state(id)).toBe('sent');
  });

  it('refuses for good what no wallet should pay, and says so', async () => {
    const other = dualAddress(
      'esmeralda',
      publicKeyOf(personOf(1).secretKey),
      publicKeyOf(personOf(2).secretKey),
      ONE_SIDED,
    );
    const wrong = [
      approve(1, 'not an address'),
      approve(1, addressToBase58(other)),
      approve(1, personOf(1).address),
      approve(1, addressToBase58(machine.book.address)),
      machine.office.approve({ address: CUSTOMER_ADDRESS, amount: 500n }),
    ];
    await once();
    expect(wrong.map(state)).toEqual(wrong.map(() => 'failed'));
    const reasons = wrong.map((id) => machine.office.payouts.get(id)?.reason);
    expect(reasons).toEqual([
      'Its address is not a Tari address.',
      'Its address is of the network esmeralda, and this wallet is on mainnet.',
      'Its address does not take one-sided payments, the only ones that there are.',
      'Its address is that of this wallet itself.',
      'It is less than the fee of its own transaction, so no wallet sends it.',
    ]);
    expect(machine.wallet.calls).not.toContain('Transfer');
  });

  it('reads no list that is not one', async () => {
    approve();
    for (const wrong of [{ id: '../../x' }, { amount: 0 }, { amount: -1 }, { amount: '150' }, { lease: '' }]) {
      machine.office.lie((payouts) => payouts.map((one) => ({ ...one, ...wrong })));
      const { code, stderr } = await once();
      expect([code, stderr]).toEqual([1, expect.stringContaining('is not what was expected')]);
    }
    expect(machine.book.paid).toEqual([]);
  });
});

describe('payments whose fate is unknown', { timeout: 60_000 }, () => {
  it.each(['answer lost', 'garbage', 'shows it later'] as const)(
    'finds a payment in the wallet’s list: %s',
    async (fault) => {
      const id = approve();
      machine.wallet.failNext(fault);
      await once();
      await once();
      expect(machine.book.paid).toHaveLength(1);
      expect(machine.office.payouts.get(id)).toMatchObject({ state: 'sent', txid: String(machine.book.paid[0]?.txid) });
    },
  );

  it('does not pay again what the wallet does not know, and leaves it to a person', async () => {
    const id = approve();
    machine.wallet.failNext('ends before');
    expect((await once()).stdout).toContain("is not in the wallet's list yet");
    expect([machine.recorded()[id]?.state, state(id)]).toEqual(['paying', 'started']);
    await once();
    expect(machine.book.paid).toEqual([]);
    // What the wallet does not show after three minutes, a person looks for.
    const asked = '2026-03-10T12:00:00.000Z';
    const nothing = { paid: [], dropped: [], odd: [] };
    const at = (later: number) => verdictOf({ payingSince: asked }, nothing, new Date(Date.parse(asked) + later)).kind;
    expect([at(SETTLES_WITHIN_MS - 1), at(SETTLES_WITHIN_MS)]).toEqual(['look again', 'ask']);
  });

  it('finds a payment to an address whose own payment id goes in place of ours', async () => {
    const id = approve(150, EXCHANGE_ADDRESS);
    machine.wallet.failNext('answer lost');
    await once();
    expect(texts()).toEqual(['deposit 4711']);
    expect(state(id)).toBe('sent');
    // The next one to the same address, of the same amount, is another.
    const next = approve(150, EXCHANGE_ADDRESS);
    machine.wallet.failNext('answer lost');
    await once();
    expect(machine.book.paid).toHaveLength(2);
    expect(machine.office.payouts.get(next)?.txid).toBe(String(machine.book.paid[1]?.txid));
  });

  it('asks a person where the same went to such an address before, and this machine does not know why', async () => {
    const paid = { amount: amountOf(150), feePerGram: 5n, paymentType: 2, paymentId: new Uint8Array() };
    machine.book.transfer({ ...paid, address: EXCHANGE_ADDRESS });
    const id = approve(150, EXCHANGE_ADDRESS);
    const { code, stderr } = await once();
    expect([code, stderr]).toEqual([1, expect.stringContaining('needs a person')]);
    expect(machine.book.paid).toHaveLength(1);
    expect(state(id)).toBe('unknown');
  });

  it('tells a person when the wallet paid something else', async () => {
    const id = approve();
    machine.wallet.failNext('other amount');
    await once();
    machine.book.mine(4);
    expect(machine.book.paid).toHaveLength(1);
    expect(machine.recorded()[id]?.state).toBe('sent');
  });

  it('leaves a payment that the network rejected to a person', async () => {
    const id = approve();
    await once();
    machine.book.reject(machine.book.paid[0]!.txid, 'double spend');
    const { code, stderr } = await once();
    expect([code, stderr]).toEqual([1, expect.stringContaining('was cancelled or rejected (double spend)')]);
    expect(state(id)).toBe('unknown');
    await once();
    expect(machine.book.paid).toEqual([]);
    await machine.home.text(['wallet', 'payouts', 'not-paid', id, '--reason', 'double spend']);
    expect(state(id)).toBe('failed');
  });

  it('does not pay again after the wallet was recovered from its seed words', async () => {
    const id = approve();
    await once();
    machine.book.recover();
    expect((await once()).stderr).toContain('does not know its transaction');
    machine.office.payouts.get(id)!.state = 'approved';
    await once();
    expect(machine.book.paid).toEqual([]);
    expect(machine.recorded()[id]?.state).toBe('sent');
  });

  it('follows a payment through a reorganisation', async () => {
    const id = approve();
    await once();
    machine.book.mine(2);
    machine.book.reorganise();
    await once();
    expect(state(id)).toBe('sent');
    machine.book.mine(4);
    await once();
    expect(state(id)).toBe('confirmed');
  });
});

describe('paying by hand', { timeout: 60_000 }, () => {
  it('takes what is approved, prints it again until it is paid, and pays nothing itself', async () => {
    const [first, second] = [approve(10), approve(20, OTHER_ADDRESS)];
    const csv = await machine.home.text(['wallet', 'payouts', '--list', '--csv']);
    expect(csv.split('\n').filter((line) => line.includes('by_hand'))).toHaveLength(2);
    await once();
    expect(machine.book.paid).toEqual([]);
    await machine.home.text(['wallet', 'payouts', 'paid', first, '4711']);
    expect(machine.office.payouts.get(first)).toMatchObject({ state: 'sent', txid: '4711' });
    const twice = await machine.home.run(['wallet', 'payouts', 'paid', second, '4711']);
    expect([twice.code, twice.stderr]).toEqual([2, expect.stringContaining('is that of another payout')]);
    await machine.home.text(['wallet', 'payouts', 'confirmed', first]);
    expect(state(first)).toBe('confirmed');
    expect(await machine.home.json(['wallet', 'payouts', '--list'])).toMatchObject([{ id: second, state: 'by_hand' }]);
    await machine.home.text(['wallet', 'payouts', 'not-paid', second, '--reason', 'the address is wrong']);
    expect(machine.office.payouts.get(second)).toMatchObject({ state: 'failed', reason: 'the address is wrong' });
  });
});
