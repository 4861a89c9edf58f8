import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { accountRepository } from '#engine/store/accounts.ts';
import { customerRepository } from '#engine/store/customers.ts';
import { orderRepository } from '#engine/store/orders.ts';
import { accountOf, addressToEmoji, NETWORKS, parseAddress } from '#tari/address.ts';
import { publicKeyOf } from '#tari/schnorr.ts';
import { Home, type RunOptions } from '#test/cli/tool.ts';
import { openStore } from '#test/database/open.ts';
import { ACCOUNTS, aNewOrder, NOW } from '#test/test-wallets.ts';

const [alice, bob] = ACCOUNTS;

describe('taritools, as a process', { timeout: 120_000 }, () => {
  let folder: string;
  let url: string;
  let home: Home;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tps-cli-'));
    home = new Home();
    url = `sqlite://${join(folder, 'store.db')}`;
  });
  afterEach(() => {
    home.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  const taritools = (arguments_: string[], { environment = {}, asProcess = false }: RunOptions = {}) =>
    home.run(arguments_, { environment: { TPG_DATABASE_URL: url, ...environment }, asProcess });

  const rolesOf = (address: string): unknown[] => {
    const database = new SqliteDatabase(join(folder, 'store.db'), { readonly: true });
    const roles = database.prepare('select role from roles where account = ? order by role').pluck().all(address);
    database.close();
    return roles;
  };

  it('shows its help, with an example for each command, and ends with 0', async () => {
    expect((await taritools(['--help'])).stdout).toContain('Usage: taritools');
    for (const command of [['address'], ['audit'], ['setup', 'migrate'], ['setup', 'add-user']]) {
      const { code, stdout } = await taritools([...command, '--help']);
      expect([command, code]).toEqual([command, 0]);
      expect(stdout).toContain(`$ taritools ${command.join(' ')}`);
    }
  });

  it('ends with 2 for wrong use, and says what was wrong', async () => {
    const unknown = await taritools(['dance']);
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toContain("unknown command 'dance'");
    expect((await taritools([])).code).toBe(2);
  });

  describe('address', () => {
    it.each(Object.keys(NETWORKS))('makes a key and its address on %s', async (network) => {
      const { code, stdout } = await taritools(['address', '-n', network, '--json']);
      expect(code).toBe(0);
      const made = JSON.parse(stdout);
      const address = parseAddress(made.address);
      expect(address.network).toBe(network);
      expect(Buffer.from(address.spendKey).toString('hex')).toBe(made.public_key);
      expect(Buffer.from(publicKeyOf(Buffer.from(made.secret_key, 'hex'))).toString('hex')).toBe(made.public_key);
      expect(made.emoji_id).toBe(addressToEmoji(address));
    });

    it('makes another one each time, and prints it for people', async () => {
      const [first, second] = await Promise.all([taritools(['address']), taritools(['address'])]);
      expect(first.stdout).toMatch(/secret key: +[0-9a-f]{64}\n/);
      expect(first.stdout).not.toBe(second.stdout);
    });

    it('refuses a network that does not exist', async () => {
      const { code, stderr } = await taritools(['address', '-n', 'moonnet']);
      expect(code).toBe(2);
      expect(stderr).toContain('esmeralda');
    });
  });

  describe('setup migrate', () => {
    it('makes the database, and does nothing the second time', async () => {
      const first = await taritools(['setup', 'migrate']);
      expect(first).toMatchObject({ code: 0 });
      expect(first.stdout).toContain('Applied 0002-orders');
      const second = await taritools(['setup', 'migrate']);
      expect(second.stdout).not.toContain('Applied');
      expect(second.stdout).toContain('is up to date');
    });

    it('takes the database that it is told', async () => {
      const other = join(folder, 'deep', 'down', 'other.db');
      expect((await taritools(['setup', 'migrate', '-d', `sqlite://${other}`])).code).toBe(0);
      expect(existsSync(other)).toBe(true);
      expect(existsSync(join(folder, 'store.db'))).toBe(false);
    });

    it('names a setting that is wrong', async () => {
      const { code, stderr } = await taritools(['setup', 'migrate'], {
        environment: { TPG_DATABASE_URL: 'mysql://nowhere' },
      });
      expect(code).toBe(2);
      expect(stderr).toContain('TPG_DATABASE_URL');
    });
  });

  describe('setup add-user', () => {
    it('grants roles, again and again to the same end, with an audit row each time', async () => {
      const command = ['setup', 'add-user', '-a', alice.address, '-r', 'super_admin', '-r', 'write', 'read_all'];
      const { code, stdout } = await taritools(command);
      expect(code).toBe(0);
      expect(stdout).toBe(`${alice.address} has the roles user, read_all, write, super_admin.\n`);
      expect((await taritools(command)).code).toBe(0);
      expect(rolesOf(accountOf(parseAddress(alice.address)))).toEqual(['read_all', 'super_admin', 'write']);
      const database = new SqliteDatabase(join(folder, 'store.db'), { readonly: true });
      expect(database.prepare('select actor, action, subject from audit_log').all()).toEqual([
        { actor: 'taritools', action: 'change roles', subject: alice.address },
        { actor: 'taritools', action: 'change roles', subject: alice.address },
      ]);
      database.close();
    });

    it('leaves the roles of others alone', async () => {
      await taritools(['setup', 'add-user', '-a', alice.address, '-r', 'write']);
      expect(rolesOf(bob.account)).toEqual([]);
    });

    it.each([
      [['-a', 'nonsense', '-r', 'write'], 'address'],
      [['-a', alice.address, '-r', 'king'], 'There is no role king'],
      [['-a', alice.address], '--role'],
      [['-r', 'write'], '--address'],
    ])('refuses %j', async (options, sentence) => {
      const { code, stderr } = await taritools(['setup', 'add-user', ...options]);
      expect(code).toBe(2);
      expect(stderr).toContain(sentence);
      expect(existsSync(join(folder, 'store.db'))).toBe(false);
    });
  });

  describe('audit', () => {
    it('says that the books agree', async () => {
      await taritools(['setup', 'migrate']);
      const { code, stdout } = await taritools(['audit']);
      expect(code).toBe(0);
      expect(stdout).toContain('The books agree with the journals.');
    });

    it('lists what differs and ends with 1', async () => {
      const store = await openStore(url, { maxConnections: 1 });
      await store.run(async (tx) => {
        await tx.use(customerRepository).ensure('c1', NOW);
        await tx.use(accountRepository).ensure(alice.account, alice.address, NOW);
        await tx.use(orderRepository).insert(aNewOrder({ orderId: '1001', status: 'Paid', claimedBy: alice.account }));
      });
      await store.close();
      const people = await taritools(['audit'], { asProcess: true });
      expect(people.code).toBe(1);
      expect(people.stdout).toContain('order_settled of 1001: the journals say 100000000, kept is 0');
      const { differences } = JSON.parse((await taritools(['audit', '--json'])).stdout);
      const checks = new Set(differences.map((difference: { check: string }) => difference.check));
      expect(checks).toEqual(new Set(['customer_totals', 'order_events', 'order_settled']));
    });

    it('passes on nothing of a name that steers a terminal, as JSON neither', async () => {
      const store = await openStore(url, { maxConnections: 1 });
      await store.run(async (tx) => {
        await tx.use(customerRepository).ensure('c1', NOW);
        await tx.use(orderRepository).insert(aNewOrder({ orderId: '1\u009b2J\u202e\u001b[2J', status: 'Paid' }));
      });
      await store.close();
      const people = await taritools(['audit']);
      expect(people.stdout).toContain('order_settled of 1�2J��[2J: the journals say');
      const { stdout } = await taritools(['audit', '--json']);
      expect(stdout).toContain('1\\u009b2J\\u202e\\u001b[2J');
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there.
      expect(people.stdout + stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    });

    it('makes no database where there is none', async () => {
      const { code, stderr } = await taritools(['audit']);
      expect(code).toBe(1);
      expect(stderr).toContain('There is no database at');
      expect(existsSync(join(folder, 'store.db'))).toBe(false);
    });
  });
});
