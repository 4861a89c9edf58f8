import { beforeAll, describe, expect, it } from 'vitest';
import { ORDER_STATES } from '#engine/order-states.ts';
import { CHAIN_OUTCOMES } from '#test/simulation/chain/outcomes.ts';
import { Tally } from '#test/simulation/coverage.ts';
import { tableOf } from '#test/simulation/coverage-table.ts';
import { SQLITE_FAULTS, sqliteDatabases } from '#test/simulation/faults/sqlite.ts';
import { playHistory, STEPS_OF_A_HISTORY } from '#test/simulation/history.ts';
import { SHOP_FAULTS } from '#test/simulation/simulated-shop.ts';
import { type Simulation, simulate } from '#test/simulation/worker-pool.ts';

/** So many are played in any case, and more until everything has come up; where it has not after the most, it never does. */
const MIN_STEPS = 50_000;
const MAX_STEPS = 100_000;

/** Everything that there is an input for; what it is called in full says more. */
const INPUTS = [
  'webhook: new order',
  'webhook: new price',
  'webhook: nothing new',
  'webhook: cancelled in the shop',
  'webhook: paid by other means',
  'webhook: sent again, or late',
  'webhook: again under another id',
  'webhook: ignored',
  'webhook: unusable',
  'webhook: authorization of another gateway',
  'webhook: taken up again by an operator',
  'webhook: dismissed by an operator',
  'rescan of open orders',
  'claim',
  'payment: new',
  'payment: new, naming an order',
  'payment: new, with a claim',
  'payment: repeated',
  'payment: contradicting',
  'confirmation',
  'confirmation that is early',
  'confirmation, repeated',
  ...['credit', 'credit taken back', 'fulfill', 'cancel', 'reset', 'memo', 'price', 'reassign'].flatMap(inEachWay),
  ...['held money to an order', 'held money to a customer'].flatMap(inEachWay),
  ...['settle customer', 'settle address', 'settle own address'].flatMap(inEachWay),
  'rate',
  'roles',
  'login',
  'wallet registered',
  'wallet removed',
  'dead letter sent again by an operator',
  'dead letter dismissed by an operator',
  'watcher: begins',
  'watcher: begins earlier',
  'watcher: reads blocks',
  'watcher: goes back',
  'watcher: confirms',
  'watcher: looks for what is deep enough, and confirms it',
  'watcher: asks again about blocks that one node alone has given',
  'watcher: wakes up late',
  'payment: as it stands on the chain',
  'mempool: is looked at',
  'mempool: the node does not answer',
  'expiry',
  'housekeeping: webhooks',
  'housekeeping: keys',
  'look-up of a balance',
  'look-up of an own order',
  'look-up of held money',
  'look-up of orders',
  'look-up of orders by their memo',
  'look-up of who owes',
  'outbox: carry what is due',
  'shop goes down',
  'shop is up',
  'shop answers late: answers',
  'shop answers late: fails after acting',
  'shop answers late: fails',
];

/** What the watcher of the chain can come to: each step is lost at some time, and one is kept by a process that then died. */
const WATCHER_ENDS = [
  ...['reads blocks → found', 'goes back → back', 'confirms → confirmed', 'wakes up late → moved'],
  ...['reads blocks → lost', 'goes back → lost', 'confirms → lost', 'reads blocks → lost, and kept'],
].map((end) => `watcher: ${end}`);

const FAULTS = [
  ...SQLITE_FAULTS.map((fault) => `database: ${fault}`),
  ...SHOP_FAULTS,
  'plugin throws',
  'clock leaps ahead',
  'clock leaps back',
  'process killed and started again',
];

const STATE_CHANGES = [
  'none -enter-> Unclaimed',
  ...Object.entries(ORDER_STATES).flatMap(([from, actions]) =>
    Object.entries(actions).map(([action, to]) => `${from} -${action}-> ${to}`),
  ),
];

function inEachWay(change: string): string[] {
  return ['', ', under a key', ', asked for again under its key'].map((how) => `change: ${change}${how}`);
}

/** What has not come up yet. */
function missingIn(tally: Tally): string[] {
  return [
    ...INPUTS.filter((name) => tally.of('input', name) === 0),
    ...STATE_CHANGES.filter((name) => tally.of('state', name) === 0),
    ...FAULTS.filter((name) => tally.of('fault', name) === 0),
    ...WATCHER_ENDS.filter((name) => tally.of('outcome', name) === 0),
    ...CHAIN_OUTCOMES.filter((name) => tally.of('chain', name) === 0),
  ];
}

describe('random histories of everything that can happen', () => {
  const seed = Date.now() % 1_000_000_000;
  let simulation: Simulation;

  beforeAll(async () => {
    const histories = Math.ceil(MAX_STEPS / STEPS_OF_A_HISTORY);
    const ending = new AbortController();
    const progress = (tally: Tally) => {
      if (tally.steps >= MIN_STEPS && missingIn(tally).length === 0) ending.abort();
    };
    simulation = await simulate({ seed, histories, workers: 2, progress, signal: ending.signal });
  }, 240_000);

  it('leave the books after every step as they are on paper', () => {
    const found = simulation.findings.map(
      ({ seed, message, trail }) =>
        `${message}\n${trail.join('\n')}\nnpm run test:simulate -- --histories 1 --seed ${seed} --trace`,
    );
    expect(found).toEqual([]);
    expect(simulation.tally.steps).toBeGreaterThanOrEqual(MIN_STEPS);
  });

  it('bring up every kind of input, every change of state, every fault, and all that becomes of payments on the chain', () => {
    const { tally } = simulation;
    expect(missingIn(tally), tableOf(tally)).toEqual([]);
    // A change of state that the table does not have would have come from nowhere.
    expect([...tally.counts.state.keys()].filter((name) => !STATE_CHANGES.includes(name))).toEqual([]);
  });
});

describe('a history', () => {
  it('is played again by its seed, step by step', async () => {
    const databases = await sqliteDatabases();
    const play = async () => {
      const lines: string[] = [];
      await playHistory({ seed: 7, databases, tally: new Tally(), trace: (line) => lines.push(line) });
      return lines;
    };
    const first = await play();
    expect(first.length).toBeGreaterThan(STEPS_OF_A_HISTORY);
    expect(await play()).toEqual(first);
  });
});
