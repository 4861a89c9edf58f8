import type { Role } from '#auth/roles.ts';
import type { ChangeRequest } from '#platform/audit-log/operator-actions.ts';
import { stringifyJson } from '#platform/json.ts';
import { microTari } from '#tari/micro-tari.ts';
import { OPERATOR } from '#test/simulation/model/reference-model.ts';
import type { SimulatedServer } from '#test/simulation/simulated-server.ts';
import { CUSTOMERS, HOT_WALLETS, PEOPLE, PLACES, paperOwnerOf, type World } from '#test/simulation/world.ts';
import { type Change, changeAmong } from './change.ts';
import type { InputMaker } from './input.ts';
import { NONCES_APART } from './nonces.ts';
import { anOrderName } from './wallet.ts';

/** What operators change by hand, and what people log in as. */

const CREDITS = [-13_000_000, -2_500_000, -1, 1, 2_500_000, 8_000_000, 21_500_000] as const;
const PRICES = [0, 1, 2_500_000, 8_000_000, 21_500_000] as const;
const RATES = [500_000, 1_000_000, 1_333_333, 30_000_000] as const;
const ROLES: readonly Role[] = ['user', 'read_all', 'write', 'payment_wallet', 'super_admin'];
const reason = 'because';

interface OrderAnswer {
  status: string;
}

interface SettledAnswer {
  orders_paid: { order_id: string }[];
}

function paidIn(answer: SettledAnswer | null): string {
  return (answer?.orders_paid ?? []).map((order) => order.order_id).join();
}

const CHANGES: readonly ((world: World) => Change)[] = [
  (world) => {
    const customerId = world.random.pick(CUSTOMERS);
    const amount = world.random.pick(CREDITS);
    return {
      kind: amount > 0 ? 'credit' : 'credit taken back',
      about: `${customerId} ${amount}`,
      async run({ engine }, by) {
        const given = { customerId, amount: microTari(BigInt(amount)), reason };
        const answer = await engine.orderChanges.credit(by, given);
        return { answer, words: paidIn(answer) };
      },
      enter: (txid) => world.paper.credit(customerId, amount, txid, reason),
    };
  },
  (world) => {
    const { random, paper } = world;
    const held = [...paper.payments.values()].filter(({ left }) => left > 0);
    const txid = (random.chance(0.9) ? random.pick(held) : random.pick([...paper.payments.values()]))?.txid ?? 't99';
    const to = random.chance(0.5) ? { orderId: anOrderName(world) } : { customerId: random.pick(CUSTOMERS) };
    return {
      kind: 'orderId' in to ? 'held money to an order' : 'held money to a customer',
      about: `${txid} ${Object.values(to).join()}`,
      async run({ engine }, by) {
        const answer = await engine.held.assign(by, txid, to, reason);
        return { answer, words: paidIn(answer) };
      },
      enter: () => paper.assign(txid, to, reason),
    };
  },
  onOrder('fulfill', (server, by, orderId) => server.engine.orderChanges.fulfill(by, { orderId, reason }), {
    enter: (world, orderId, txid) => world.paper.fulfill(orderId, txid, reason),
  }),
  onOrder('cancel', (server, by, orderId) => server.engine.orderChanges.cancel(by, { orderId, reason }), {
    enter: (world, orderId) => world.paper.cancel(orderId),
  }),
  onOrder(
    'reset',
    async (server, by, orderId) => (await server.engine.orderChanges.reset(by, orderId)).new_order,
    { enter: (world, orderId) => world.paper.reset(orderId) },
    aClosedOrder,
  ),
  (world) => {
    const memo = world.random.pick(['a', 'b', 'c']);
    const change = onOrder(
      'memo',
      (server, by, orderId) => server.engine.orderChanges.changeMemo(by, { orderId, memo, reason: undefined }),
      { enter: (_, orderId) => world.paper.changeMemo(orderId, memo) },
    )(world);
    return { ...change, about: `${change.about} ${memo}` };
  },
  (world) => {
    const price = world.random.pick(PRICES);
    const change = onOrder(
      'price',
      (server, by, orderId) =>
        server.engine.orderChanges.changePrice(by, { orderId, price: microTari(BigInt(price)), reason }),
      { enter: (_, orderId) => world.paper.changePrice(orderId, price) },
    )(world);
    return { ...change, about: `${change.about} ${price}` };
  },
  (world) => {
    const customerId = world.random.pick(CUSTOMERS);
    const change = onOrder(
      'reassign',
      async (server, by, orderId) =>
        (await server.engine.orderChanges.reassign(by, { orderId, customerId, reason })).orders.new_order,
      { enter: (_, orderId) => world.paper.reassign(orderId, customerId) },
    )(world);
    return { ...change, about: `${change.about} ${customerId}` };
  },
  (world) => {
    const customerId = world.random.pick(CUSTOMERS);
    return {
      kind: 'settle customer',
      about: customerId,
      async run({ engine }, by) {
        const answer = await engine.orderChanges.settleCustomer(by, customerId);
        return { answer, words: paidIn(answer) };
      },
      enter: () => world.paper.settleCustomer(customerId),
    };
  },
  (world) => {
    const person = world.random.pick(PEOPLE);
    const seesAll = world.random.chance(0.5);
    return {
      kind: seesAll ? 'settle address' : 'settle own address',
      about: person.address.slice(0, 6),
      async run({ engine }, by) {
        const answer = await engine.orderChanges.settleAddress(by, { address: person.tariAddress, seesAll });
        return { answer, words: seesAll ? paidIn(answer) : '' };
      },
      enter: () => {
        const paid = world.paper.settleAddress(paperOwnerOf(person));
        return seesAll ? paid : '';
      },
    };
  },
];

/** Mostly one that can be opened again, the expired ones first, which are few. */
function aClosedOrder(world: World): string {
  const { random, paper } = world;
  const state = random.pick(['Expired', 'Expired', 'Cancelled'] as const);
  const closed = [...paper.orders.values()].filter((order) => order.state === state);
  return (random.chance(0.8) ? random.pick(closed)?.orderId : undefined) ?? anOrderName(world);
}

function onOrder(
  kind: string,
  run: (server: SimulatedServer, by: ChangeRequest, orderId: string) => Promise<OrderAnswer>,
  { enter }: { enter: (world: World, orderId: string, txid: string) => string },
  anOrder: (world: World) => string = anOrderName,
): (world: World) => Change {
  return (world) => {
    const orderId = anOrder(world);
    return {
      kind,
      about: orderId,
      async run(server, by) {
        const answer = await run(server, by, orderId);
        return { answer, words: answer.status };
      },
      enter: (txid) => enter(world, orderId, txid),
    };
  };
}

const rate: InputMaker = ({ random, paper }) => {
  const currency = random.pick(['USD', 'USD', 'EUR', 'eur', 'XTM']);
  const rate = random.pick(RATES);
  return {
    name: 'rate',
    about: `${currency} ${rate}`,
    async run({ engine }) {
      return `${(await engine.exchangeRates.set(currency, BigInt(rate), OPERATOR)).rate}`;
    },
    enter: () => paper.setRate(currency, rate),
  };
};

const roles: InputMaker = ({ random, paper }) => {
  const changes = Array.from({ length: random.between(1, 2) }, () => ({
    person: random.pick(PEOPLE),
    apply: random.chance(0.7) ? [random.pick(ROLES), random.pick(ROLES)] : [],
    revoke: random.chance(0.5) ? [random.pick(ROLES)] : [],
  }));
  return {
    name: 'roles',
    about: stringifyJson(changes.map(({ apply, revoke }) => ({ apply, revoke }))),
    async run({ engine }) {
      const given = changes.map(({ person, ...rest }) => ({ address: person.tariAddress, ...rest }));
      await engine.access.changeRoles(given, OPERATOR);
      return 'changed';
    },
    enter: () => paper.changeRoles(changes.map(({ person, ...rest }) => ({ owner: paperOwnerOf(person), ...rest }))),
  };
};

const logIn: InputMaker = (world) => {
  const { random, paper } = world;
  const person = random.pick(PEOPLE);
  const desiredRoles = random.pick([['user'], ['user'], ['write'], ['read_all', 'user', 'user'], ['king'], []]);
  world.lastNonce += BigInt(random.pick(NONCES_APART));
  const nonce = random.chance(0.8) ? world.lastNonce : world.lastNonce / 3n;
  return {
    name: 'login',
    about: `${person.address.slice(0, 6)} as ${desiredRoles.join()} with ${nonce}`,
    async run({ engine }) {
      const { roles } = await engine.access.logIn({ address: person.tariAddress, nonce, desiredRoles });
      return roles.join();
    },
    enter: () => paper.logIn(person.account, nonce, desiredRoles, ROLES),
  };
};

const addWallet: InputMaker = (world) => {
  const { random, paper } = world;
  const person = random.pick(HOT_WALLETS);
  const ipAddress = random.chance(0.85) ? PLACES[0] : PLACES[1];
  const initialNonce = random.chance(0.7) ? undefined : world.lastNonce + BigInt(random.between(-2, 2));
  const nonce = initialNonce !== undefined && initialNonce < 0n ? 0n : initialNonce;
  return {
    name: 'wallet registered',
    about: `${person.address.slice(0, 6)} at ${ipAddress} from ${nonce}`,
    async run({ engine }) {
      await engine.wallets.register({ address: person.tariAddress, ipAddress, initialNonce: nonce }, OPERATOR);
      return 'registered';
    },
    enter: () => {
      paper.registerWallet(paperOwnerOf(person), ipAddress, nonce);
      return 'registered';
    },
  };
};

const removeWallet: InputMaker = ({ random, paper }) => {
  const person = random.pick(HOT_WALLETS);
  return {
    name: 'wallet removed',
    about: person.address.slice(0, 6),
    async run({ engine }) {
      await engine.wallets.remove(person.tariAddress, OPERATOR);
      return 'removed';
    },
    enter: () => paper.removeWallet(paperOwnerOf(person)),
  };
};

const deadLetter: InputMaker = (world) => {
  const { random, outbox, paper } = world;
  const dead = [...outbox.deliveries.values()].filter(({ state }) => state === 'dead');
  const letter = random.pick(dead);
  if (letter === undefined && random.chance(0.9)) return undefined;
  const eventId = letter?.eventId ?? random.between(1, 50);
  const subscriber = random.chance(0.5) ? undefined : 'shop';
  const rests = random.chance(0.4);
  return {
    name: `dead letter ${rests ? 'dismissed' : 'sent again'} by an operator`,
    about: `${eventId} ${subscriber ?? ''}`,
    async run({ engine }) {
      const by = { actor: OPERATOR };
      const count = rests
        ? await engine.deadLetters.dismiss(by, BigInt(eventId), subscriber, reason)
        : await engine.deadLetters.retry(by, BigInt(eventId), subscriber);
      return `${count}`;
    },
    enter: () => {
      const count = rests ? outbox.dismiss(eventId, subscriber) : outbox.revive(eventId, subscriber);
      paper.recordDeadLetter(rests ? 'dismiss dead letter' : 'retry dead letter', eventId);
      return `${count}`;
    },
  };
};

export const OPERATOR_INPUTS: readonly (readonly [number, InputMaker])[] = [
  [20, changeAmong(CHANGES)],
  [2, rate],
  [1, roles],
  [2, logIn],
  [2, addWallet],
  [1, removeWallet],
  [3, deadLetter],
];
