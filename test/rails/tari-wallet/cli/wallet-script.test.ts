import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Home, startToolStage, type ToolStage } from '#test/cli/tool.ts';
import { ROOT } from '#test/docs/documents.ts';
import { ACCOUNTS, HOT_WALLET } from '#test/test-wallets.ts';

const [, , carol] = ACCOUNTS;
const TXID = '12375671662993';

/** The second way of docs/hot-wallet.md: the script itself, as the console wallet runs it. */
describe('scripts/tari-notify.sh', { timeout: 120_000 }, () => {
  let stage: ToolStage;
  /** The wallet's machine. */
  let home: Home;
  beforeAll(async () => {
    stage = await startToolStage();
    home = new Home();
    await home.addProfile('TPS Hot Wallet', HOT_WALLET, stage.server.url);
  });
  afterAll(async () => {
    await stage.close();
    home.remove();
  });

  /** From another folder, with nothing in its environment but where programs are. */
  async function notify(event: string, status: string, depth: string): Promise<string> {
    const text = `sender_address(${carol.address}), sender_one_sided(true), fee(740 µT), type(PaymentToOther), data(order 1001)`;
    const what = [event, '100.000000 T', TXID, text, carol.address, HOT_WALLET.address, status];
    const how = ['', '', '', depth, 'Inbound'];
    const { PATH = '' } = process.env;
    const options = { cwd: '/', env: { PATH, HOME: home.folder } };
    return (await promisify(execFile)(join(ROOT, 'scripts/tari-notify.sh'), [...what, ...how], options)).stdout;
  }

  it('pays an order by what a wallet of today passes: nothing before a block, and each call more than once', async () => {
    await stage.order({ id: 1001 });
    const state = async () => (await stage.home.json(['admin', 'orders', 'get', '1001'])).status;
    expect(await notify('confirmation', 'One-Sided Unconfirmed', '0')).toContain('Payment processed successfully.');
    await notify('confirmation', 'One-Sided Unconfirmed', '0');
    expect(await state()).not.toBe('Paid');
    expect(await notify('mined', 'One-Sided Confirmed', '3')).toContain('it is confirmed.');
    await notify('mined', 'One-Sided Confirmed', '3');
    expect(await state()).toBe('Paid');
    const { payments } = await stage.home.json(['admin', 'accounts', 'payments', carol.address]);
    expect(payments).toMatchObject([{ txid: TXID, status: 'confirmed', amount: 100_000_000, memo: 'order 1001' }]);
  });
});
