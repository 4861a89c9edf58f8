import { hex } from '@scure/base';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addressToEmoji } from '#tari/address.ts';
import { verifyClaim } from '#tari/claim.ts';
import { signMessage } from '#tari/message-signature.ts';
import { decodeQr, isQrLine } from '#test/cli/screens.ts';
import { startToolStage, type ToolStage } from '#test/cli/tool.ts';
import { seededRandom } from '#test/tari/arbitraries.ts';
import { ACCOUNTS, HOT_WALLET } from '#test/test-wallets.ts';

const [alice, bob, carol] = ACCOUNTS;

describe('what customers do with taritools', { timeout: 120_000 }, () => {
  let stage: ToolStage;

  beforeAll(async () => {
    stage = await startToolStage();
    await stage.home.addProfile('alice', alice, stage.server.url);
    await stage.home.addProfile('bob', bob, stage.server.url);
  });
  afterAll(() => stage.close());

  it('claims an order, and shows what to pay, by when and where to, with a link and a QR code of it', async () => {
    await stage.order({ id: 4001, name: '#4001', total_price: '477.00' });
    const lines = (await stage.home.text(['claim', '4001', '-p', 'alice'])).split('\n');
    const text = lines.join('\n');
    expect(text).toContain('Order:              4001');
    expect(text).toContain('Status:             New');
    expect(text).toContain('Amount:             477.000000 XTM');
    expect(text).toMatch(/Payment due before: \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\n/);
    expect(text).toContain(`Send to:            ${HOT_WALLET.address}`);
    expect(text).toContain(addressToEmoji(HOT_WALLET.tariAddress));
    const link = `tari://mainnet/transactions/send?tariAddress=${HOT_WALLET.address}&amount=477000000&note=order%204001`;
    expect(text).toContain(`Link: ${link}`);
    expect(decodeQr(lines.filter(isQrLine))).toBe(link);
  });

  it('leaves the QR code out on demand, shows UTC on demand, and gives JSON', async () => {
    const plain = await stage.home.text(['claim', '4001', '-p', 'alice', '--no-qr', '--utc']);
    expect(plain.split('\n').filter(isQrLine)).toEqual([]);
    expect(plain).toMatch(/Payment due before: .* UTC/);
    expect(await stage.home.json(['claim', '4001', '-p', 'alice'])).toMatchObject({
      order_id: '4001',
      total_price: 477_000_000,
      status: 'New',
      link: expect.stringMatching(/^tari:/),
    });
  });

  it('claims an order with a signature that a wallet made of the message it is told', async () => {
    await stage.order({ id: 4010, name: '#4010', total_price: '12.00', customer: { id: 4010 } });
    const wallet = ['claim', '4010', '--address', carol.address];
    const asked = await stage.home.text(wallet);
    const [, , message = ''] = asked.split('\n');
    expect(message).toBe(`${carol.address}:4010`);
    const signature = signMessage(new TextEncoder().encode(message), carol.secretKey, seededRandom('customers'));
    const claimed = await stage.home.text([...wallet, '--signature', signature, '--server', stage.server.url]);
    expect(claimed).toContain('Status:             New');
    // A profile will do as well, to say which server.
    expect(await stage.home.json([...wallet, '--signature', ` ${signature}\n`, '-p', 'bob'])).toMatchObject({
      order_id: '4010',
      status: 'New',
    });
    const memo = await stage.home.json(['memo', '-o', '4010', '--address', carol.address, '--signature', signature]);
    expect(memo).toEqual({ address: carol.address, order_id: '4010', signature });
    expect(verifyClaim(memo).valid).toBe(true);
    expect(await stage.home.text(['memo', '-o', '4010', '--address', carol.address])).toBe(asked);
  });

  it('refuses a wallet’s signature that is none, before it asks a server', async () => {
    const wallet = ['claim', '4010', '--address', carol.address, '--server', 'http://127.0.0.1:9'];
    const message = new TextEncoder().encode(`${carol.address}:4011`);
    const foreign = signMessage(message, carol.secretKey, seededRandom('customers'));
    for (const [command, sentence] of [
      [[...wallet, '--signature', foreign], 'This is no signature of'],
      [[...wallet, '--signature', foreign.replace('|', '')], 'This is no signature of'],
      [[...wallet, '--signature', 'abc'], 'Invalid signature'],
      [['claim', '4010', '--signature', foreign], '--address'],
      [['claim', '4010', '--address', 'nobody'], 'not a Tari address'],
    ] as const) {
      const { code, stderr } = await stage.home.run([...command]);
      expect([code, stderr]).toEqual([2, expect.stringContaining(sentence)]);
    }
  });

  it('says in a sentence why an order can’t be claimed, and ends with 1', async () => {
    // Another's signature takes nothing from the first: who signs, too, is told the same.
    expect(await stage.home.text(['claim', '4001', '-p', 'bob'])).toMatch(/Status: +New/);
    const unknown = await stage.home.run(['claim', 'nope', '-p', 'bob'], { asProcess: true });
    expect(unknown).toMatchObject({ code: 1, stderr: 'The requested order nope does not exist\n' });
  });

  it('lists the payment addresses with QR codes', async () => {
    const text = await stage.home.text(['payment-addresses', '-p', 'alice']);
    expect(text).toContain(`Address:  ${HOT_WALLET.address}`);
    const link = `tari://mainnet/transactions/send?tariAddress=${HOT_WALLET.address}`;
    expect(decodeQr(text.split('\n').filter(isQrLine))).toBe(link);
    expect(await stage.home.json(['payment-addresses', '-p', 'alice'])).toEqual([HOT_WALLET.address]);
  });

  it('shows one’s own orders, payments, balance and history, and nobody else’s', async () => {
    const { home } = stage;
    await home.addProfile('TPS Hot Wallet', HOT_WALLET, stage.server.url);
    const wallet = ['-p', 'TPS Hot Wallet'];
    await home.text(['wallet', 'received', ...wallet, '-a', '500 T', '-t', '9001', '-s', alice.address]);
    await home.text(['wallet', 'confirmed', ...wallet, '-t', '9001']);

    expect(await home.text(['my', 'balance', '-p', 'alice'])).toContain('Balance:     23.000000 XTM');
    const orders = await home.text(['my', 'orders', '-p', 'alice']);
    expect(orders.split('\n')[0]).toMatch(/^Order +Name +Status +Price +In the shop/);
    expect(orders).toMatch(/4001 +#4001 +Paid +477\.000000 XTM/);
    expect(await home.text(['my', 'open-orders', '-p', 'alice'])).toBe('None.\n');
    expect(await home.text(['my', 'payments', '-p', 'alice'])).toMatch(/9001 +confirmed +500\.000000 XTM/);
    const history = await home.text(['my', 'history', '-p', 'alice']);
    for (const part of ['Balance', 'Orders', 'Payments', 'Settlements']) expect(history).toContain(`${part}\n`);
    expect(await home.text(['my', 'settle', '-p', 'alice'])).toBe('No order could be paid.\n');
    expect(await home.json(['my', 'orders', '-p', 'bob'])).toMatchObject({ total_orders: 0, orders: [] });
    expect(await home.json(['my', 'balance', '-p', 'bob'])).toMatchObject({ current_balance: 0 });
  });

  it('reads lists in parts and says when there would be more', async () => {
    for (const id of [4101, 4102, 4103]) {
      await stage.order({ id, name: `#${id}`, customer: { id: 41 } });
      await stage.home.text(['claim', String(id), '-p', 'bob', '--no-qr']);
    }
    const { stdout, stderr } = await stage.home.run(['my', 'orders', '-p', 'bob', '--limit', '2', '--json']);
    expect(JSON.parse(stdout).orders).toHaveLength(2);
    expect(stderr).toContain('There are more than these 2');
  });

  it('asks for a choice where there are several profiles, and refuses roles that are not held', async () => {
    const { code, stderr } = await stage.home.run(['my', 'balance'], { environment: { TARITOOLS_PROFILE: '' } });
    expect(code).toBe(2);
    expect(stderr).toContain('choose one with -p: "boss", "alice"');
    await stage.home.addProfile('liar', alice, stage.server.url, ['super_admin']);
    const refused = await stage.home.run(['admin', 'wallets', 'list', '-p', 'liar']);
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toContain('Insufficient Permissions.');
  });

  it('logs in on demand, and says as whom and until when', async () => {
    const text = await stage.home.text(['login', '-p', 'alice']);
    expect(text).toContain(alice.address);
    expect(text).toContain('Roles:   user');
    expect(text).toMatch(/Until: +\d{4}-/);
  });

  it('shows no secret key in anything', async () => {
    const key = hex.encode(alice.secretKey);
    for (const command of [
      ['profile', 'list'],
      ['profile', 'list', '--json'],
      ['profile', 'show', 'alice'],
      ['profile', 'show', 'alice', '--json'],
      ['login', '-p', 'alice', '--json'],
    ]) {
      expect(await stage.home.text(command)).not.toContain(key);
    }
  });
});
