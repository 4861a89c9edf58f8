import { ORDER_STATES } from '#engine/order-states.ts';
import { CHAIN_OUTCOMES } from './chain/outcomes.ts';
import { CONTEXTS } from './contexts.ts';
import type { Tally, TallyKind } from './coverage.ts';
import { SQLITE_FAULTS } from './faults/sqlite.ts';
import { inEachWay } from './inputs/change.ts';
import { ADDRESS_OUTCOMES } from './model/order-payments.ts';
import { TOLERANCE_OUTCOMES } from './model/tolerance.ts';
import { SHOP_FAULTS } from './simulated-shop.ts';

/** All that is to come up in enough histories: what never does is not tried. */

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
  'payment: to an order’s address',
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

export const STATE_CHANGES = [
  'none -enter-> Unclaimed',
  ...Object.entries(ORDER_STATES).flatMap(([from, actions]) =>
    Object.entries(actions).map(([action, to]) => `${from} -${action}-> ${to}`),
  ),
];

const EXPECTED: readonly (readonly [TallyKind, readonly string[]])[] = [
  ['input', [...INPUTS, ...CONTEXTS.flatMap(({ expected }) => expected)]],
  ['state', STATE_CHANGES],
  ['fault', FAULTS],
  ['outcome', WATCHER_ENDS],
  ['chain', CHAIN_OUTCOMES],
  ['payment', [...ADDRESS_OUTCOMES, ...TOLERANCE_OUTCOMES]],
];

/** What has not come up yet. */
export function missingIn(tally: Tally): string[] {
  return EXPECTED.flatMap(([kind, names]) => names.filter((name) => tally.of(kind, name) === 0));
}

/** How often each has come up that has come up least, the rarest first. */
export function rarestIn(tally: Tally, most: number): { name: string; times: number }[] {
  const all = EXPECTED.flatMap(([kind, names]) => names.map((name) => ({ name, times: tally.of(kind, name) })));
  return all.sort((a, b) => a.times - b.times).slice(0, most);
}
