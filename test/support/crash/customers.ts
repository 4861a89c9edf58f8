import { stringifyJson } from '#platform/json.ts';
import { systemRandomBytes as random } from '#platform/random.ts';
import { signClaim } from '#tari/claim.ts';
import { aPerson, type Person } from '#test/demo/walkthrough.ts';
import type { StandInOrder } from '#test/fake-shopify/orders.ts';
import type { ShopifyStandIn } from '#test/fake-shopify/server.ts';
import { signWebhook, webhookBody } from '#test/fake-shopify/webhooks.ts';
import type { SeededRandom } from '#test/seeded-random.ts';
import type { HotWalletActor, PatientClient } from './client.ts';

/** 1 USD = 30 XTM, as set before the load starts. */
const MICRO_TARI_PER_CENT = 300_000n;

/** What the server has said is kept, as the clients remember it. */
export interface Kept {
  /** Orders whose webhook was answered with success. */
  orders: Map<string, { customerId: string; price: bigint }>;
  /** Orders whose claim was answered with success, and by whom. */
  claims: Map<string, string>;
  /** Payments that were answered with success. */
  payments: Map<string, { sender: Person; amount: bigint; confirmed: boolean }>;
}

export function nothingKept(): Kept {
  return { orders: new Map(), claims: new Map(), payments: new Map() };
}

export interface Surroundings {
  client: PatientClient;
  standIn: ShopifyStandIn;
  hmacSecret: string;
  random: SeededRandom;
  kept: Kept;
}

let nextOrder = 9_000_000_000_000;
let nextTransaction = 1;

/** A customer who orders and pays, in one way or another, until told to stop. */
export async function keepBuying(
  surroundings: Surroundings,
  customerId: string,
  wallet: HotWalletActor,
  isOver: () => boolean,
): Promise<void> {
  const person = aPerson();
  while (!isOver()) await buyOnce(surroundings, customerId, person, wallet);
}

async function buyOnce(
  surroundings: Surroundings,
  customerId: string,
  person: Person,
  wallet: HotWalletActor,
): Promise<void> {
  const { standIn, random } = surroundings;
  nextOrder += 1;
  const cents = BigInt(random.between(1, 5_000));
  const price = cents * MICRO_TARI_PER_CENT;
  const order = standIn.addOrder({
    id: nextOrder,
    name: `#${nextOrder % 1_000_000}`,
    currency: 'USD',
    price: `${cents / 100n}.${String(cents % 100n).padStart(2, '0')}`,
    customerId,
  });
  const steps = [() => sendOrder(surroundings, order, price), () => pay(surroundings, order, price, person, wallet)];
  // A payment may be seen before the shop's webhook arrives.
  if (random.chance(0.15)) steps.reverse();
  for (const step of steps) await step();
}

async function sendOrder(
  { client, hmacSecret, kept, random: chance }: Surroundings,
  order: StandInOrder,
  price: bigint,
): Promise<void> {
  const body = webhookBody(order);
  const deliveries = chance.chance(0.1) ? 2 : 1;
  const headers = {
    'x-shopify-topic': 'orders/create',
    'x-shopify-webhook-id': order.id,
    'x-shopify-hmac-sha256': signWebhook(body, hmacSecret),
  };
  const path = '/shopify/webhook/checkout_create';
  const answers = await Promise.all(
    Array.from({ length: deliveries }, () => client.send(() => ({ path, headers, body }))),
  );
  for (const { status, text } of answers) {
    if (status !== 200 || !text.includes('"success":true'))
      throw new Error(`The webhook was answered ${status}: ${text}`);
  }
  kept.orders.set(order.id, { customerId: order.customerId ?? '', price });
}

/** Pays exactly, too little, too much, or not at all; naming the order by claim, by memo, by id, or not. */
async function pay(
  surroundings: Surroundings,
  order: StandInOrder,
  price: bigint,
  person: Person,
  wallet: HotWalletActor,
): Promise<void> {
  const { kept, random: chance } = surroundings;
  const isKnown = kept.orders.has(order.id);
  const way = chance.pick(['claim', 'memo', 'order_id', 'order_id', 'nothing'] as const);
  const claim = signClaim(person.secretKey, person.address, order.id, random);
  if (way === 'claim' && isKnown) await claimOrder(surroundings, order, person, claim);
  if (chance.chance(0.15)) return;
  const amount = chance.pick([price, price, price + price / 3n, price / 2n + 1n, price * 2n]);
  nextTransaction += 1;
  const txid = String(10_000_000_000_000 + nextTransaction);
  const payment = {
    sender: person.name,
    amount,
    txid,
    memo: way === 'memo' ? stringifyJson({ claim }) : null,
    order_id: way === 'order_id' ? order.id : null,
  };
  const isEarly = chance.chance(0.1);
  if (isEarly) await wallet.confirm(txid);
  await wallet.receive(payment);
  kept.payments.set(txid, { sender: person, amount, confirmed: isEarly });
  if (chance.chance(0.1)) return;
  await wallet.confirm(txid);
  kept.payments.set(txid, { sender: person, amount, confirmed: true });
}

async function claimOrder(
  { client, kept }: Surroundings,
  order: StandInOrder,
  person: Person,
  claim: object,
): Promise<void> {
  const body = stringifyJson(claim);
  const { status, text } = await client.send(() => ({ path: '/order/claim', body }));
  if (status === 200) {
    kept.claims.set(order.id, person.name);
    return;
  }
  // An order of a customer with credit was claimed for them, and perhaps paid, when it came.
  if (!text.includes('order_not_found')) throw new Error(`The claim was answered ${status}: ${text}`);
}
