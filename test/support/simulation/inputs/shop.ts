import { stringifyJson } from '#platform/json.ts';
import type { ShopOrder } from '#shops/shop-connector.ts';
import { OPERATOR, type Paper } from '#test/simulation/model/reference-model.ts';
import { CUSTOMERS, type Letter, PEOPLE, paperOwnerOf, toldBy, type World } from '#test/simulation/world.ts';
import type { Input, InputMaker } from './input.ts';

/** What the shop sends, and what an operator has it tell again. */

const MOST_ORDERS = 16;
const PRICES = ['0', '1', '1.00', '2.50', '3.333333', '5', '8', '13.00', '021.5', '0.0000019'] as const;
const ODD_PRICES = ['twelve', '99999999999', '-1', '1e3'] as const;
const CURRENCIES = ['XTM', 'XTM', 'XTM', 'USD', 'usd', 'EUR'] as const;
const HOUR = 3_600_000;

function aPrice(world: World): Pick<ShopOrder, 'price' | 'currency'> {
  const { random } = world;
  return { price: random.pick(random.chance(0.04) ? ODD_PRICES : PRICES), currency: random.pick(CURRENCIES) };
}

/** A customer places an order in the shop, perhaps with a claim in its note. */
function placeOrder(world: World): ShopOrder {
  const { random, shop, now } = world;
  const number = shop.orders.size + 1;
  const orderId = `o${number}`;
  const claimant = random.chance(0.25) ? random.pick(PEOPLE) : undefined;
  if (claimant !== undefined) world.noteClaimants.set(orderId, claimant);
  const createdAt = new Date(now - random.pick([0, 0, 1_000, HOUR]));
  const order: ShopOrder = {
    orderId,
    altId: random.pick([null, `#10${number}`, `#10${number}`, `10${number}`, '#same']),
    customerId: random.chance(0.1) ? `guest:${orderId}` : random.pick(CUSTOMERS),
    memo: claimant === undefined ? null : `a claim of ${claimant.address.slice(0, 6)}`,
    claimTexts: [],
    ...aPrice(world),
    outstanding: null,
    isPaidInShop: random.chance(0.03),
    isCancelledInShop: random.chance(0.03),
    createdAt,
    updatedAt: createdAt,
  };
  shop.orders.set(orderId, { order, isPaidInTari: false, isCancelledByUs: false, authorizations: new Map() });
  return order;
}

/** The shop changes one of its orders. */
function changeInShop(world: World, change: Partial<ShopOrder>, isMeant: (order: ShopOrder) => boolean) {
  const { random, shop, now } = world;
  const entry = random.pick([...shop.orders.values()]);
  if (entry === undefined || !isMeant(entry.order)) return undefined;
  // Its clock is not ours, and two changes may be of the same moment.
  const updatedAt = new Date(Math.max(entry.order.updatedAt.getTime(), now) + random.pick([0, 0, 1, 1_000]));
  entry.order = { ...entry.order, ...change, updatedAt };
  return entry.order;
}

function write(world: World, topic: string, content: Letter['content']): Letter {
  const webhookId = world.random.chance(0.95) ? world.newName('w') : null;
  const letter = {
    delivery: { webhookId, topic, eventId: null, triggeredAt: null },
    content,
    body: String(world.letters.length),
  };
  world.letters.push(letter);
  return letter;
}

function newOrder(world: World, order: ShopOrder): Letter {
  const claimant = world.noteClaimants.get(order.orderId);
  const owner = claimant && paperOwnerOf(claimant);
  return write(world, 'orders/create', { kind: 'new_order', order, claimant: owner });
}

/** What the paper is told by the same letter. */
function onPaper(content: Letter['content']): Parameters<Paper['webhook']>[1] {
  switch (content.kind) {
    case 'new_order':
      return { kind: 'new_order', told: toldBy(content.order), claimant: content.claimant };
    case 'order_updated':
      return { kind: 'order_updated', told: toldBy(content.order) };
    case 'authorization': {
      const { transactionId, orderId } = content.authorization;
      return { kind: 'authorization', transactionId, orderId };
    }
    case 'ignored':
    case 'unusable':
      return { kind: content.kind };
  }
}

function deliver(world: World, name: string, letter: Letter): Input {
  const { delivery, content, body } = letter;
  return {
    name: `webhook: ${name}`,
    about: stringifyJson({ webhookId: delivery.webhookId, content }),
    async run(server) {
      const { state, success } = await server.engine.webhooks.enter(delivery, content, body);
      return `${state} ${success}`;
    },
    enter: () => world.paper.webhook(delivery.webhookId, onPaper(content)),
  };
}

/** Sends the letter, or leaves it lying for later. */
function sendOrKeep(world: World, name: string, letter: Letter): Input | undefined {
  return world.random.chance(0.75) ? deliver(world, name, letter) : undefined;
}

const anOrder: InputMaker = (world) =>
  world.shop.orders.size < MOST_ORDERS ? sendOrKeep(world, 'new order', newOrder(world, placeOrder(world))) : undefined;

const news =
  (name: string, change: (world: World) => Partial<ShopOrder>, isMeant: (order: ShopOrder) => boolean): InputMaker =>
  (world) => {
    const order = changeInShop(world, change(world), isMeant);
    return order && sendOrKeep(world, name, write(world, 'orders/updated', { kind: 'order_updated', order }));
  };

const always = () => true;

const letterAgain: InputMaker = (world) => {
  const letter = world.random.pick(world.letters);
  return letter && deliver(world, 'sent again, or late', letter);
};

/** The same contents under another id: some shops do, and somebody who makes them up does. */
const underAnotherId: InputMaker = (world) => {
  const letter = world.random.pick(world.letters);
  return letter && deliver(world, 'again under another id', write(world, letter.delivery.topic, letter.content));
};

const useless: InputMaker = (world) => {
  const kind = world.random.pick(['ignored', 'unusable', 'unusable'] as const);
  return deliver(world, kind, write(world, 'orders/create', { kind, reason: 'chance' }));
};

/** Another gateway holds money for an order, perhaps before we hear of the order, perhaps after it is paid. */
const authorization: InputMaker = (world) => {
  const { random, shop } = world;
  const entry = random.pick([...shop.orders.values()]);
  if (entry === undefined) return undefined;
  const transactionId = world.newName('a');
  entry.authorizations.set(transactionId, 0);
  const held = { transactionId, orderId: entry.order.orderId, gateway: 'card', amount: '1.00', currency: 'XTM' };
  const letter = write(world, 'order_transactions/create', { kind: 'authorization', authorization: held });
  return sendOrKeep(world, 'authorization of another gateway', letter);
};

const retryWebhook: InputMaker = (world) => {
  const { random, paper } = world;
  const id = random.between(1, paper.webhooks.length + 1);
  const setAside = paper.webhooks.flatMap(({ state }, index) => (state === 'set_aside' ? [index + 1] : []));
  const chosen = random.chance(0.9) ? random.pick(setAside) : id;
  if (chosen === undefined) return undefined;
  return {
    name: 'webhook: taken up again by an operator',
    about: `${chosen}`,
    isAlone: true,
    async run(server) {
      const request = { actor: OPERATOR };
      const { state, success } = await server.engine.webhooks.retry(request, BigInt(chosen));
      return `${state} ${success}`;
    },
    enter: () => paper.retryWebhook(chosen, onPaper(world.readAgain)),
  };
};

const dismissWebhook: InputMaker = (world) => {
  const { random, paper } = world;
  const id = random.between(1, paper.webhooks.length + 1);
  return {
    name: 'webhook: dismissed by an operator',
    about: `${id}`,
    async run(server) {
      const answer = await server.engine.webhooks.dismiss({ actor: OPERATOR }, BigInt(id), 'because');
      return `${answer.state} ${answer.success}`;
    },
    enter: () => paper.dismissWebhook(id),
  };
};

const rescan: InputMaker = (world) => ({
  name: 'rescan of open orders',
  about: '',
  isSeveral: true,
  async run(server) {
    await server.engine.rescan.openOrders(OPERATOR);
    return '';
  },
  enter(works) {
    // Where the shop did not tell all, the answer is a refusal, and what it told is taken in all the same.
    for (const [index, order] of world.toldOpen.entries()) {
      const end = works[index];
      const claimant = world.noteClaimants.get(order.orderId);
      if (end === 'kept' || end === 'refused') world.paper.rescanned(toldBy(order), claimant && paperOwnerOf(claimant));
    }
    return undefined;
  },
});

export const SHOP_INPUTS: readonly (readonly [number, InputMaker])[] = [
  [12, anOrder],
  [5, news('new price', aPrice, always)],
  [2, news('nothing new', () => ({}), always)],
  [
    2,
    news(
      'cancelled in the shop',
      () => ({ isCancelledInShop: true }),
      (order) => !order.isPaidInShop,
    ),
  ],
  [
    2,
    news(
      'paid by other means',
      () => ({ isPaidInShop: true }),
      (order) => !order.isCancelledInShop,
    ),
  ],
  [10, letterAgain],
  [3, underAnotherId],
  [2, useless],
  [2, authorization],
  [3, retryWebhook],
  [1, dismissWebhook],
  [1, rescan],
];
