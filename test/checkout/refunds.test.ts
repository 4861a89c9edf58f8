import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CUSTOMER_ADDRESS, OTHER_ADDRESS } from '#test/fake-console-wallet/paying-machine.ts';
import { startServer, type TestServer } from '#test/server.ts';
import { HOT_WALLET, personOf } from '#test/test-wallets.ts';

/** Where a refund goes, said on the order's page: by its customer, or by a stranger who has the link. */

let server: TestServer;
beforeEach(async () => {
  server = await startServer({ settings: { TPG_PUBLIC_URL: 'https://pay.example.com', TPG_PAY_PAGE: 'on' } });
});
afterEach(() => server.close());

const NUMBER = 'XPAV284CT';
const PATH = `/o/1001/${NUMBER}`;
const refunds = () => server.app.services.payouts.refunds;

/** An order of 100 XTM that was paid, of which 30 go back to where its customer says. */
async function waitingRefund(): Promise<string> {
  await server.dollarOrder({ confirmation_number: NUMBER });
  await server.claim(personOf(1), '1001');
  await server.payConfirmed({ sender: personOf(1).address, amount: 100_000_000n });
  const ask = { orderId: '1001', kind: 'part' as const, amount: 30_000_000n as never, visibleToCustomer: true };
  const asked = await refunds().request(
    { actor: 'staff:ben' },
    { ...ask, reason: 'one <b>was</b> broken', to: 'customer' },
  );
  return asked.id;
}

const submit = (fields: Record<string, string>, headers: Record<string, string> = {}, path = PATH) =>
  fetch(`${server.url}${path}/refund`, {
    ...{ method: 'POST', redirect: 'manual', headers },
    body: new URLSearchParams(fields),
  });
const shown = async () => (await server.get(PATH, { headers: { accept: 'text/html' } })).text;
const outcomeOf = (answer: Response) =>
  new URL(answer.headers.get('location') ?? '', 'http://x').searchParams.get('refund');

describe('a refund that waits for its customer', { timeout: 30_000 }, () => {
  it('is shown with its amount, its reason as text, and the wallet that paid, shortened', async () => {
    const id = await waitingRefund();
    const page = await shown();
    expect(page).toContain('data-state="refund_waiting"');
    expect(page).toContain('one &lt;b&gt;was&lt;/b&gt; broken');
    expect(page).toContain(`value="${id}"`);
    expect(page).toContain(`${personOf(1).address.slice(0, 10)}…`);
    expect(page).not.toContain(personOf(1).address);
  });

  it('goes to the proven wallet that paid without anybody more', async () => {
    const id = await waitingRefund();
    expect(outcomeOf(await submit({ refund: id, to: 'payer' }))).toBe('done');
    expect(await refunds().find(id)).toMatchObject({ state: 'approved', address: { from: 'payer', proven: true } });
    expect(await shown()).toContain('On its way back');
  });

  it('goes to another address only after a person has approved it, who sees that it is no wallet of theirs', async () => {
    const id = await waitingRefund();
    expect(outcomeOf(await submit({ refund: id, to: 'address', address: ` ${CUSTOMER_ADDRESS} ` }))).toBe('done');
    expect(await refunds().find(id)).toMatchObject({
      ...{ state: 'waiting_for_approval', address: { address: CUSTOMER_ADDRESS, proven: false, from: 'customer' } },
    });
    const wallet = HOT_WALLET.tariAddress;
    expect(await server.app.services.payouts.wallet.lease({ wallet, max: 10 })).toEqual([]);
  });

  it('cannot be led elsewhere afterwards, neither before nor after its approval', async () => {
    const id = await waitingRefund();
    await submit({ refund: id, to: 'address', address: CUSTOMER_ADDRESS });
    expect(outcomeOf(await submit({ refund: id, to: 'address', address: OTHER_ADDRESS }))).toBe('refused');
    const { approvalHash } = await refunds().find(id);
    const approval = { hash: approvalHash ?? '', evidence: { kind: 'test' } };
    await refunds().approve({ actor: 'staff:cleo' }, id, approval);
    expect(outcomeOf(await submit({ refund: id, to: 'address', address: OTHER_ADDRESS }))).toBe('refused');
    expect(await refunds().find(id)).toMatchObject({ address: { address: CUSTOMER_ADDRESS } });
  });

  it.each([
    ['nothing', ''],
    ['text', 'my wallet'],
    ['an address without a view key', personOf(2).address],
    ['the shop’s own wallet', HOT_WALLET.address],
    ['a very long text', 'x'.repeat(2_000)],
    ['a null character', `${CUSTOMER_ADDRESS}\u0000`],
  ])('takes no address that money cannot go to: %s', async (_what, address) => {
    const id = await waitingRefund();
    expect(outcomeOf(await submit({ refund: id, to: 'address', address }))).toBe('wrong');
    expect(await refunds().find(id)).toMatchObject({ state: 'waiting_for_address', address: null });
  });

  it('hears no other site, no other number, and no other order’s refund', async () => {
    const id = await waitingRefund();
    const foreign = await submit({ refund: id, to: 'payer' }, { 'sec-fetch-site': 'cross-site' });
    expect(foreign.status).toBe(403);
    const wrong = await submit({ refund: id, to: 'payer' }, {}, '/o/1001/XPAV284CX');
    expect(outcomeOf(wrong)).toBe('refused');
    expect(outcomeOf(await submit({ refund: 'refund-2-00', to: 'payer' }))).toBe('refused');
    expect((await refunds().find(id)).state).toBe('waiting_for_address');
  });

  it('shows the transaction and the time once it is confirmed', async () => {
    const id = await waitingRefund();
    await submit({ refund: id, to: 'payer' });
    const { wallet } = server.app.services.payouts;
    const [leased] = await wallet.lease({ wallet: HOT_WALLET.tariAddress, max: 1 });
    const of = { wallet: HOT_WALLET.tariAddress, id: leased?.id ?? '' };
    await wallet.started({ ...of, leaseToken: leased?.leaseToken ?? '' });
    await wallet.reportConfirmed({ ...of, txid: '360055273352435819' });
    const page = await shown();
    expect(page).toContain('data-state="paid"');
    expect(page).toContain('Given back');
    expect(page).toContain('360055273352435819');
  });
});
