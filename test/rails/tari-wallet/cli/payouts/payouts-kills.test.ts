import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PayoutAction } from '#tari/wallet-signature.ts';
import {
  amountOf,
  CUSTOMER_ADDRESS,
  type PayingMachine,
  startPayingMachine,
} from '#test/fake-console-wallet/paying-machine.ts';
import { eventually } from '#test/server.ts';

/** The tool is killed as a power cut would, at each step from the lease to the last report: it pays once. */

let machine: PayingMachine;
beforeEach(async () => {
  machine = await startPayingMachine();
});
afterEach(() => machine.close());

const approve = (amount = 150) => machine.office.approve({ address: CUSTOMER_ADDRESS, amount: amountOf(amount) });

/** A run that is killed when `kill` is called. */
function startRun(of: PayingMachine = machine): { kill(): Promise<void> } {
  const started = of.home.start(of.run());
  return {
    async kill() {
      process.kill(started.pid, 'SIGKILL');
      while (isAlive(started.pid)) await pause(5);
    },
  };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

type Point =
  | { of: 'server'; action: PayoutAction; when: 'before' | 'after' }
  | { of: 'wallet'; when: 'before' | 'after' };

const POINTS: readonly Point[] = [
  { of: 'server', action: 'lease', when: 'before' },
  { of: 'server', action: 'lease', when: 'after' },
  { of: 'server', action: 'started', when: 'before' },
  { of: 'server', action: 'started', when: 'after' },
  { of: 'wallet', when: 'after' },
  { of: 'server', action: 'sent', when: 'before' },
  { of: 'server', action: 'sent', when: 'after' },
];

async function killAt(point: Point): Promise<void> {
  const run = startRun();
  await new Promise<void>((resolve) => {
    const die = async () => {
      machine.office.onRequest(undefined);
      machine.wallet.onTransfer(point.when, () => undefined);
      await run.kill();
      resolve();
    };
    if (point.of === 'wallet') machine.wallet.onTransfer(point.when, die);
    else {
      const { action, when } = point;
      machine.office.onRequest(async (given, at) => {
        if (given === action && at === when) await die();
      });
    }
  });
}

describe('a killed tool', { timeout: 120_000 }, () => {
  it.each(POINTS)('pays once: $of $action, $when it takes effect', async (point) => {
    const id = approve();
    await killAt(point);
    // As soon as the wallet's list shows it, and not later than the second look.
    for (let runs = 0; runs < 2; runs += 1) await machine.home.run(machine.run());
    expect(machine.book.paid).toHaveLength(1);
    expect(machine.office.payouts.get(id)).toMatchObject({
      state: 'sent',
      txid: String(machine.book.paid[0]?.txid),
    });
    machine.book.mine(4);
    await machine.home.run(machine.run());
    expect(machine.office.payouts.get(id)?.state).toBe('confirmed');
    expect(machine.book.paid).toHaveLength(1);
  });

  it('does not pay by itself what the wallet was asked for and may not have heard: a person says what became of it', async () => {
    const id = approve();
    machine.wallet.failNext('ends before');
    await killAt({ of: 'wallet', when: 'before' });
    await machine.home.run(machine.run());
    expect(machine.book.paid).toEqual([]);
    expect(machine.recorded()[id]?.state).toBe('paying');
    await machine.home.text(['wallet', 'payouts', 'paid', id, '4711']);
    expect(machine.office.payouts.get(id)).toMatchObject({ state: 'sent', txid: '4711' });
  });

  it('pays once though the wallet went on alone after the tool died', async () => {
    const id = approve();
    let goOn: () => void = () => undefined;
    const waiting = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const run = startRun();
    await new Promise<void>((resolve) => {
      machine.wallet.onTransfer('before', () => {
        resolve();
        return waiting;
      });
    });
    await run.kill();
    machine.wallet.onTransfer('before', () => undefined);
    // The next run looks, finds nothing, and pays nothing.
    await machine.home.run(machine.run());
    expect(machine.book.paid).toEqual([]);
    goOn();
    await eventually(async () => expect(machine.book.paid).toHaveLength(1));
    await machine.home.run(machine.run());
    expect(machine.book.paid).toHaveLength(1);
    expect(machine.office.payouts.get(id)?.state).toBe('sent');
  });

  it('finishes what it began when it is told to stop, and begins nothing more', async () => {
    const [first, second] = [approve(10), approve(20)];
    const run = machine.home.start(machine.run().map((word) => (word === '--once' ? '--watch' : word)));
    const ended = new Promise<number | null>((resolve) => {
      machine.wallet.onTransfer('before', async () => {
        resolve(run.interrupt());
        await pause(300);
      });
    });
    expect(await ended).toBe(0);
    expect(machine.book.paid).toHaveLength(1);
    expect(machine.office.payouts.get(first)?.state).toBe('sent');
    expect(machine.office.payouts.get(second)?.state).not.toBe('sent');
    expect(run.stdout()).toContain('Stopped: nothing is left half done.');
  });
});

describe('two tools', { timeout: 120_000 }, () => {
  it('on one machine: the second does nothing while the first pays', async () => {
    approve();
    const run = machine.home.start(machine.run());
    await new Promise<void>((resolve) => {
      machine.wallet.onTransfer('before', async () => {
        const second = await machine.home.run(machine.run());
        expect([second.code, second.stderr]).toEqual([1, 'Another process pays for this wallet. Nothing was done.\n']);
        resolve();
      });
    });
    await eventually(async () => expect(machine.book.paid).toHaveLength(1));
    expect(run.pid).toBeGreaterThan(0);
  });

  it('on two machines with one wallet: each payout is paid once', async () => {
    const other = await startPayingMachine({ office: machine.office, book: machine.book });
    const ids = Array.from({ length: 6 }, () => approve(10));
    for (let rounds = 0; rounds < 3; rounds += 1) {
      await Promise.all([machine.home.run(machine.run()), other.home.run(other.run())]);
    }
    expect(machine.book.paid).toHaveLength(6);
    expect(ids.map((id) => machine.office.payouts.get(id)?.state)).toEqual(ids.map(() => 'sent'));
    await other.close();
  });

  it('on a machine that lost what it wrote down: the wallet’s list says what was paid', async () => {
    const id = approve();
    machine.office.loseAnswers('sent');
    await machine.home.run(machine.run());
    machine.office.loseAnswers(undefined);
    // A new machine, before a server that knows of nothing and gives it again.
    const other = await startPayingMachine({ office: machine.office, book: machine.book });
    machine.office.payouts.get(id)!.state = 'approved';
    await other.home.run(other.run());
    expect(machine.book.paid).toHaveLength(1);
    expect(machine.office.payouts.get(id)).toMatchObject({ state: 'sent', txid: String(machine.book.paid[0]?.txid) });
    await other.close();
  });
});
