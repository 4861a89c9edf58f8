import { statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { hex } from '@scure/base';
import SqliteDatabase from 'better-sqlite3';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Home, type RunOptions, startToolStage, type ToolStage } from '#test/cli/tool.ts';
import { eventually } from '#test/server.ts';
import { recordedNotifications } from '#test/tari/wallet-vectors.ts';
import { ACCOUNTS, HOT_WALLET } from '#test/test-wallets.ts';

const [alice, bob] = ACCOUNTS;
const PROFILE = 'TPS Hot Wallet';

/** What the console wallet passes to its script. */
function event(name: string, txid: string, changes: Record<number, string> = {}): string[] {
  const usual = [name, '2.5 T', txid, '', 'None', alice.address, HOT_WALLET.address, 'x', 'x', 'x', 'x', '', 'Inbound'];
  return ['wallet', 'notify', '--', ...usual.map((text, index) => changes[index + 1] ?? text)];
}

describe('wallet, against the server', { timeout: 120_000 }, () => {
  let stage: ToolStage;
  /** The hot wallet's machine. */
  let home: Home;

  beforeAll(async () => {
    stage = await startToolStage();
    home = new Home();
    await home.addProfile(PROFILE, HOT_WALLET, stage.server.url);
  });
  afterAll(async () => {
    await stage.close();
    home.remove();
  });

  const paymentsOf = async (address: string) =>
    (await stage.home.json(['admin', 'accounts', 'payments', address])).payments;

  /** How often the server's own journal says what of a payment. */
  const eventsOf = async (txid: string): Promise<Record<string, number>> => {
    const file = stage.stage.settings.TPG_DATABASE_URL?.replace('sqlite://', '') ?? '';
    const database = new SqliteDatabase(file, { readonly: true });
    const rows = database
      .prepare(
        `select type, count(*) as n from events where json_extract(payload, '$.payment.txid') = ? group by type order by type`,
      )
      .all(txid) as { type: string; n: number }[];
    database.close();
    return Object.fromEntries(rows.map(({ type, n }) => [type, n]));
  };

  it('reports what was received and what is confirmed, and ends with 0', async () => {
    const received = ['wallet', 'received', '-p', PROFILE, '-a', '500 T', '-t', '1', '-m', 'hello', '-s', bob.address];
    expect(await home.text([...received, '--payment_id', 'u64(1001)'])).toBe(
      'Payment 1: Payment processed successfully.\n',
    );
    expect(await paymentsOf(bob.address)).toMatchObject([
      { txid: '1', status: 'received', amount: 500_000_000, memo: 'hello', order_id: '1001' },
    ]);
    expect(await home.text(['wallet', 'confirmed', '-p', PROFILE, '-t', '1'])).toContain('it is confirmed.');
    expect(await paymentsOf(bob.address)).toMatchObject([{ txid: '1', status: 'confirmed' }]);
  });

  it('sends a report that was made before only once', async () => {
    const again = await home.text(['wallet', 'received', '-p', PROFILE, '-a', '9 T', '-t', '1', '-s', bob.address]);
    expect(again).toBe('This was reported before.\n');
    expect(await paymentsOf(bob.address)).toMatchObject([{ amount: 500_000_000 }]);
  });

  it('takes what the console wallet passes: a payment at once, its confirmation when it is deep enough', async () => {
    await home.text(event('received', '20'));
    // Said already: not a word.
    expect(await home.text(event('confirmation', '20', { 12: '2' }))).toBe('');
    const statusOf = async () =>
      (await paymentsOf(alice.address)).find((payment: { txid: string }) => payment.txid === '20').status;
    expect(await statusOf()).toBe('received');
    await home.text(event('confirmation', '20', { 12: '3' }));
    expect(await statusOf()).toBe('confirmed');
    // Whatever comes later, also `mined`, changes nothing more.
    expect(await home.text(event('mined', '20'))).toBe('');
  });

  it('leaves out outgoing payments and reports a payment whose first event was missed', async () => {
    expect(await home.text(event('received', '30', { 13: 'Outbound' }))).toContain('An outgoing payment');
    await home.text(event('mined', '31', { 5: 'type(Payment), data(order 4711)' }));
    const payments = await paymentsOf(alice.address);
    expect(payments.find((payment: { txid: string }) => payment.txid === '30')).toBeUndefined();
    expect(payments.find((payment: { txid: string }) => payment.txid === '31')).toMatchObject({
      status: 'confirmed',
      order_id: '4711',
    });
  });

  it('sets aside with its reason what the server refuses for good, and goes on with what follows', async () => {
    // There are 21 billion Tari.
    const tooMuch = ['wallet', 'received', '-p', PROFILE, '-a', '22000000000 T', '-t', '40', '-s', alice.address];
    const refused = await home.run(tooMuch);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('The server refused the payment');
    expect(refused.stderr).toContain('payment.amount');
    expect((await home.run(event('received', '41'))).code).toBe(0);
    const queue = await home.json(['wallet', 'queue']);
    expect(queue).toMatchObject([{ kind: 'payment', txid: '40', state: 'refused', attempts: 1 }]);
    expect(await home.text(['wallet', 'queue'])).toMatch(/payment +40 +refused/);
    // Taken up again it is refused again, by the server.
    expect(await home.text(['wallet', 'replay', '-p', PROFILE, '--refused'])).toBe('0 waiting, 1 refused.\n');
    // Who reports it again, and rightly, is heard.
    await home.text(['wallet', 'received', '-p', PROFILE, '-a', '1 T', '-t', '40', '-s', alice.address]);
    expect(await home.json(['wallet', 'queue'])).toEqual([]);
  });

  it('keeps reports while the wallet is not registered, and sends them when it is', async () => {
    await stage.home.text(['admin', 'wallets', 'remove', HOT_WALLET.address, '--force', '--yes']);
    const kept = await home.run(['wallet', 'received', '-p', PROFILE, '-a', '1 T', '-t', '50', '-s', alice.address]);
    expect(kept.code).toBe(1);
    expect(kept.stderr).toContain('is kept and will be sent later');
    await stage.home.text(['admin', 'wallets', 'add', HOT_WALLET.address, '127.0.0.1']);
    expect(await home.text(['wallet', 'replay', '-p', PROFILE])).toContain('0 waiting');
    expect((await paymentsOf(alice.address)).map((payment: { txid: string }) => payment.txid)).toContain('50');
  });

  it('uses nonces above those of another tool when it is told to', async () => {
    const high = BigInt(Date.now()) * 1000n;
    await stage.home.text([
      'admin',
      'wallets',
      'add',
      HOT_WALLET.address,
      '127.0.0.1',
      '--initial-nonce',
      String(high),
    ]);
    const late = await home.run(['wallet', 'received', '-p', PROFILE, '-a', '1 T', '-t', '60', '-s', alice.address]);
    expect(late).toMatchObject({ code: 1, stderr: expect.stringContaining('Nonce is not strictly increasing') });
    await home.text(['wallet', 'replay', '-p', PROFILE, '--nonce-above', String(high)]);
    expect((await paymentsOf(alice.address)).map((payment: { txid: string }) => payment.txid)).toContain('60');
  });

  it('keeps its files for their owner alone, and shows no key', async () => {
    const folder = join(home.folder, '.taritools');
    for (const name of ['', 'queue']) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o700);
    for (const name of ['config.toml', 'queue/queue.db']) {
      expect([name, statSync(join(folder, name)).mode & 0o777]).toEqual([name, 0o600]);
    }
    expect(await home.text(['wallet', 'queue', '--all', '--json'])).not.toContain(hex.encode(HOT_WALLET.secretKey));
  });

  it.each([
    [['wallet', 'received', '-a', '1.5', '-t', '1', '-s', 'x'], 'no amount with a unit'],
    [['wallet', 'received', '-a', '1 T', '-s', 'x'], '--txid'],
    [['wallet', 'confirmed', '-t', 'two words'], 'visible ASCII'],
    [['wallet', 'notify'], 'missing required argument'],
    [['wallet', 'notify', '--', ''], 'passed no arguments'],
    [['wallet', 'notify', '--confirmations', '0', '--', 'received'], 'from 1 to 1000'],
    [['wallet', 'replay', '-p', 'nobody'], 'There is no profile "nobody"'],
  ])('refuses %j', async (command, sentence) => {
    const { code, stderr } = await home.run(command);
    expect([code, stderr]).toEqual([2, expect.stringContaining(sentence)]);
  });

  it('takes the recorded calls of a wallet of today, in their order and once more, as one payment and one confirmation', async () => {
    const outputs: string[] = [];
    for (const given of [...recordedNotifications, ...recordedNotifications]) {
      outputs.push(await home.text(['wallet', 'notify', '--', ...given]));
    }
    expect(outputs.filter((output) => output !== '')).toEqual([
      'Payment 1691257663839255569: Payment processed successfully.\n',
      'Confirmation of payment 1691257663839255569: Payment 1691257663839255569: it is confirmed.\n',
    ]);
    const [, , , , source = ''] = recordedNotifications[0] ?? [];
    expect(await paymentsOf(source)).toMatchObject([
      {
        txid: '1691257663839255569',
        amount: 1_000_000,
        status: 'confirmed',
        memo: 'tui live, data(5) x-0',
        order_id: null,
      },
    ]);
    expect(await eventsOf('1691257663839255569')).toEqual({ PaymentConfirmed: 1, PaymentReceived: 1 });
  });

  it('takes the recorded calls all at once, in any order, three times over', async () => {
    const txid = '1691257663839255570';
    const asOther = recordedNotifications.map((given) => given.map((text, index) => (index === 2 ? txid : text)));
    const calls = [...asOther, ...asOther, ...asOther].reverse();
    const finished = await Promise.all(
      calls.map((given, index) => home.run(['wallet', 'notify', '--', ...given], { asProcess: index % 11 === 0 })),
    );
    expect(finished.filter(({ code }) => code !== 0)).toEqual([]);
    await home.text(['wallet', 'replay', '-p', PROFILE]);
    expect(await eventsOf(txid)).toEqual({ PaymentConfirmed: 1, PaymentReceived: 1 });
  });

  it('delivers a hundred notifications at once, while the server is killed and started again, each once', async () => {
    const txids = Array.from({ length: 100 }, (_, index) => String(1000 + index));
    // One in ten is a process of its own; a hundred would do little but start.
    const started = txids.map((txid, index) => home.run(event('mined', txid), { asProcess: index % 10 === 0 }));
    const arrived = await eventually(async () => {
      const payments = await paymentsOf(alice.address);
      const some = payments.filter(({ txid }: { txid: string }) => txids.includes(txid));
      expect(some.length).toBeGreaterThan(10);
      return some;
    }, 30_000);
    expect(arrived.length).toBeLessThan(txids.length);
    await stage.restart();
    const finished = await Promise.all(started);
    expect(finished.filter(({ code }) => code !== 0)).toEqual([]);
    await home.text(['wallet', 'replay', '-p', PROFILE, '--wait', '20']);

    const payments = (await paymentsOf(alice.address)).filter(({ txid }: { txid: string }) => txids.includes(txid));
    expect(payments.map(({ txid }: { txid: string }) => txid).sort()).toEqual(txids);
    expect(new Set(payments.map(({ status }: { status: string }) => status))).toEqual(new Set(['confirmed']));
    const waiting = await home.json(['wallet', 'queue']);
    expect(waiting.filter(({ state }: { state: string }) => state === 'waiting')).toEqual([]);
    // The server's own journal: each payment was received and confirmed once.
    const file = stage.stage.settings.TPG_DATABASE_URL?.replace('sqlite://', '') ?? '';
    const database = new SqliteDatabase(file, { readonly: true });
    const count = database.prepare(
      `select type, count(*) as n from events where json_extract(payload, '$.payment.txid') between '1000' and '1099'
       and length(json_extract(payload, '$.payment.txid')) = 4 group by type order by type`,
    );
    expect(count.all()).toEqual([
      { type: 'PaymentConfirmed', n: 100 },
      { type: 'PaymentReceived', n: 100 },
    ]);
    database.close();
  }, 240_000);
});

describe('wallet, against servers in trouble', { timeout: 120_000 }, () => {
  let home: Home;
  let server: Server;
  let url: string;
  let answers: (() => { status: number; body: string })[];
  const bodies: { txid: string; nonce: bigint; sender: string | undefined; path: string }[] = [];

  beforeEach(async () => {
    home = new Home();
    answers = [];
    bodies.length = 0;
    server = createServer(async (request, response) => {
      let text = '';
      for await (const chunk of request) text += String(chunk);
      const body = JSON.parse(text);
      bodies.push({
        txid: (body.payment ?? body.confirmation).txid,
        nonce: BigInt(body.auth.nonce),
        sender: body.payment?.sender,
        path: request.url ?? '',
      });
      const usual = { status: 200, body: '{"success":true,"message":"Fine."}' };
      const { status, body: answer } = answers.shift()?.() ?? usual;
      // A server that hangs.
      if (status === 0) return;
      response.writeHead(status, { 'content-type': 'application/json' }).end(answer);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await home.addProfile(PROFILE, HOT_WALLET, url);
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    home.remove();
  });

  const failing = (status: number, body = '{"error":"It is so.","code":"unavailable","request_id":"x"}') => ({
    status,
    body,
  });
  const report = (txid: string, options?: RunOptions) =>
    home.run(['wallet', 'received', '-a', '1 T', '-t', txid, '-s', alice.address], options);

  it('keeps the order of what waits, with nonces that rise', async () => {
    answers = [() => failing(503), () => failing(503), () => failing(503)];
    for (const txid of ['1', '2', '3']) expect((await report(txid)).code).toBe(1);
    // Each new one tried the first that waits, and nothing behind it.
    expect(bodies.map(({ txid }) => txid)).toEqual(['1', '1', '1']);
    expect(await home.text(['wallet', 'replay'])).toContain('0 waiting, 0 refused.');
    expect(bodies.slice(3).map(({ txid }) => txid)).toEqual(['1', '2', '3']);
    const nonces = bodies.map(({ nonce }) => nonce);
    expect(nonces).toEqual([...nonces].sort((one, other) => (one < other ? -1 : 1)));
    expect(new Set(nonces).size).toBe(nonces.length);
  });

  it('loses nothing when the process that sends is killed, and keeps nobody else from sending', async () => {
    answers = [() => failing(0)];
    const killed = home.start(['wallet', 'received', '-a', '1 T', '-t', '8', '-s', alice.address]);
    while (bodies.length === 0) await new Promise((resolve) => setTimeout(resolve, 50));
    process.kill(killed.pid, 'SIGKILL');
    expect((await report('9', { asProcess: true })).code).toBe(0);
    expect(bodies.map(({ txid }) => txid)).toEqual(['8', '8', '9']);
  });

  it('goes on for a while where the server comes back', async () => {
    answers = [() => failing(503), () => failing(502, '<html>Bad gateway'), () => failing(404, 'no server here')];
    const { code, stdout } = await home.run(event('mined', '7'));
    expect([code, stdout]).toEqual([0, 'Payment 7: Fine.\nConfirmation of payment 7: Fine.\n']);
    expect(bodies.map(({ path }) => path).slice(-2)).toEqual(['/wallet/incoming_payment', '/wallet/tx_confirmation']);
  });

  it('lets one report that makes the server fail hold up no other', async () => {
    const broken = failing(500, '{"error":"Something went wrong.","code":"internal_error","request_id":"x"}');
    answers = [() => broken, () => broken];
    expect((await report('1')).code).toBe(1);
    expect((await report('2')).code).toBe(0);
    expect(await home.json(['wallet', 'queue'])).toMatchObject([{ txid: '1', state: 'waiting', attempts: 2 }]);
  });

  it('takes no answer of somebody else for the server’s', async () => {
    answers = [() => failing(200, '<html>Welcome to our proxy'), () => failing(400, 'no')];
    expect((await report('1')).code).toBe(1);
    expect((await report('1')).code).toBe(1);
    expect(await home.json(['wallet', 'queue'])).toMatchObject([{ txid: '1', state: 'waiting' }]);
    expect((await report('1')).code).toBe(0);
  });

  it('lets no answer steer the terminal or the log of the wallet, and takes none that is no sentence', async () => {
    const steering = '\u001b[2J\u202e';
    answers = [
      () => ({ status: 200, body: JSON.stringify({ success: true, message: { toString: 1 } }) }),
      () => ({ status: 200, body: JSON.stringify({ success: true, message: steering }) }),
      () => ({ status: 200, body: JSON.stringify({ success: false, message: steering }) }),
    ];
    expect(await report('1')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('not that of a payment server'),
    });
    expect(await report('1')).toMatchObject({ code: 0, stdout: expect.stringContaining('Payment 1: �[2J�\n') });
    const refused = await report('2');
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('is set aside: �[2J�\n') });
    expect(refused.stdout + refused.stderr).not.toContain('\u001b');
    expect(await home.json(['wallet', 'queue'])).toMatchObject([{ txid: '2', state: 'refused', reason: '�[2J�' }]);
  });

  it('keeps what it does not understand, with its arguments, says so each time, and reads it again later', async () => {
    const newer = [...(recordedNotifications[10] ?? []), 'Something new'];
    for (let call = 1; call <= 3; call += 1) {
      const { code, stderr } = await home.run(['wallet', 'notify', '--confirmations', '2', '--', ...newer]);
      expect(code).toBe(1);
      expect(stderr).toContain('is not understood, and may be a payment. It is kept');
    }
    expect(bodies).toEqual([]);
    const kept = {
      kind: 'notification',
      profile: PROFILE,
      txid: '1691257663839255569',
      state: 'not understood',
      attempts: 3,
      arguments: newer,
    };
    expect(await home.json(['wallet', 'queue'])).toMatchObject([kept]);
    const listed = await home.text(['wallet', 'queue']);
    expect(listed).toMatch(/notification +1691257663839255569 +not understood +3 /);
    expect(listed).toContain('Something new');
    expect(await home.text(['wallet', 'replay'])).toBe('0 waiting, 0 refused, 1 not understood.\n');

    // An upgrade: what was not understood is understood.
    const database = new SqliteDatabase(join(home.folder, '.taritools/queue/queue.db'));
    const change = database.prepare('update unread_notifications set arguments = ?');
    change.run(JSON.stringify(newer.slice(0, 12).toSpliced(10, 1, '2')));
    database.close();
    const replayed = await home.text(['wallet', 'replay']);
    expect(replayed).toMatch(/^A notification of .* is understood now\.\n/);
    expect(replayed).toContain('Confirmation of payment 1691257663839255569: Fine.');
    expect(replayed).toMatch(/0 waiting, 0 refused\.\n$/);
    expect(bodies.map(({ path }) => path)).toEqual(['/wallet/incoming_payment', '/wallet/tx_confirmation']);
    expect(await home.json(['wallet', 'queue'])).toEqual([]);
  });

  it('keeps what it does not understand of every kind, each once', async () => {
    const usual = recordedNotifications[0] ?? [];
    const odd = [
      ['unmined', ...usual.slice(1)],
      usual.slice(0, 11),
      usual.toSpliced(1, 1, 'much'),
      usual.toSpliced(11, 1, 'Sideways'),
      ['confirmation'],
      ['-1 T', '\n', '\u001b[2J'],
    ];
    for (const given of [...odd, ...odd]) {
      expect((await home.run(['wallet', 'notify', '--', ...given])).code).toBe(1);
    }
    const queue = (await home.json(['wallet', 'queue'])) as { arguments: string[]; attempts: number }[];
    expect(queue.map((entry) => entry.arguments)).toEqual(odd);
    expect(queue.map(({ attempts }) => attempts)).toEqual(odd.map(() => 2));
    expect(await home.text(['wallet', 'queue'])).not.toContain('\u001b');
  });

  it('reports a payment from whatever source, as the wallet gives it', async () => {
    const usual = recordedNotifications[0] ?? [];
    for (const [index, source] of ['', 'nonsense', '00'.repeat(67), 'H2'].entries()) {
      const { code } = await home.run([
        'wallet',
        'notify',
        '--',
        ...usual.toSpliced(4, 1, source).toSpliced(2, 1, `${index}`),
      ]);
      expect(code).toBe(0);
    }
    expect(bodies.map(({ sender }) => sender)).toEqual(['unknown', 'nonsense', '00'.repeat(67), 'H2']);
  });

  it('asks the server nothing about what was refused until somebody wants it', async () => {
    answers = [() => failing(409, '{"error":"No.","code":"payment_contradicted","request_id":"x"}')];
    const given = ['wallet', 'notify', '--', ...(recordedNotifications[0] ?? [])];
    for (let call = 1; call <= 10; call += 1) {
      expect(await home.run(given)).toMatchObject({ code: 1, stderr: expect.stringContaining('refused the payment') });
    }
    expect(bodies).toHaveLength(1);
    expect(await home.text(['wallet', 'replay', '--refused'])).toContain('0 waiting, 0 refused.');
    expect(bodies).toHaveLength(2);
  });

  it('keeps a report when nothing answers at all, and when there is no profile to send it as', async () => {
    await new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
    const down = await report('1');
    expect(down.code).toBe(1);
    expect(down.stderr).toContain('ECONNREFUSED');
    expect(down.stderr).toContain('kept');
    await home.text(['profile', 'remove', PROFILE, '-y']);
    expect((await report('2')).code).toBe(2);
    expect(await home.json(['wallet', 'queue'])).toMatchObject([
      { txid: '1', state: 'waiting' },
      { txid: '2', state: 'waiting', profile: PROFILE },
    ]);
  });
});
