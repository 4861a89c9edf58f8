import type { AuthenticatedMessage } from '#auth/wallets.ts';
import type { VerifiedClaim } from '#engine/claims/verified-claims.ts';
import { claimantOf, senderText } from '#engine/money/owners.ts';
import { type NamedOrder, namedOrder } from '#engine/payments/payment-report.ts';
import { silentLog } from '#platform/logging/logger.ts';
import { microTari } from '#tari/micro-tari.ts';
import { readSender, type Sender } from '#tari/sender.ts';
import { isOpen } from '#test/simulation/model/reference-model.ts';
import { toleratedOnPaper } from '#test/simulation/model/tolerance.ts';
import { HOT_WALLETS, madeOwnerOf, PEOPLE, PLACES, paperOwnerOf, type World } from '#test/simulation/world.ts';
import type { Input, InputMaker } from './input.ts';
import { LARGEST_NONCE, NONCES_APART } from './nonces.ts';
import { reportByScript } from './wallet-script.ts';

/** What customers and hot wallets send, their signatures checked. */

const MOST_PAYMENTS = 36;
const AMOUNTS = [1, 500_000, 1_000_000, 2_500_000, 5_000_000, 13_000_000, 40_000_000] as const;

/** An order's id or other name, mostly one that there is. */
export function anOrderName(world: World): string {
  const { random, shop, paper } = world;
  if (random.chance(0.03)) return random.pick(['o99', '#1099', 'same']);
  const known = random.chance(0.92) ? random.pick([...paper.orders.values()]) : undefined;
  const order = known ?? random.pick([...shop.orders.values()])?.order;
  if (order === undefined) return 'o1';
  const { orderId, altId } = order;
  return random.chance(0.85) || altId === null ? orderId : random.pick([altId, altId.replace('#', ''), `#${altId}`]);
}

/** Of what stands behind an order's address: mostly an order that can be paid, or one that is not known here yet. */
export function anOrderWithAddress(world: World): string {
  const { random, shop, paper } = world;
  const kind = random.next();
  if (kind < 0.05) return `o${shop.orders.size + 1}`;
  const orders = [...shop.orders.values()].map(({ order }) => order.orderId);
  const late = random.pick(['Paid', 'Cancelled', 'Expired', 'Expired'] as const);
  const meant = orders.filter((orderId) => {
    const order = paper.orders.get(orderId);
    if (kind < 0.12 || order === undefined) return kind < 0.12 && order === undefined;
    return kind < 0.3 ? order.state === late : isOpen(order);
  });
  return random.pick(meant) ?? random.pick(orders) ?? 'o1';
}

/** What the order's page asks for, or near it: more, less, and as little as is just tolerated. */
export function anAmountFor({ random, paper }: World, orderId: string): number {
  const order = paper.orders.get(orderId);
  if (order === undefined) return random.pick(AMOUNTS);
  const missing = paper.money.missing(order) ?? order.price;
  const tolerated = toleratedOnPaper(order.price, paper.settings.tolerance);
  const about = [missing, missing, missing - tolerated, missing - tolerated, missing - tolerated - 1];
  const amount = random.pick([...about, missing - 1, Math.ceil(missing / 2), missing + 1_000_000]);
  return amount > 0 && amount < 2 ** 50 ? amount : random.pick(AMOUNTS);
}

const claim: InputMaker = (world) => {
  const { random, paper } = world;
  const orderId = anOrderName(world);
  const person = random.pick(PEOPLE);
  const claimant = paperOwnerOf(person);
  return {
    name: 'claim',
    about: `${claimant.address.slice(0, 6)} claims ${orderId}`,
    async run(server) {
      const claimed = await server.engine.orders.enterClaim({ orderId, claimant } as unknown as VerifiedClaim);
      const { order, expiresAt, sendTo, payTo } = claimed;
      return `${order.status} until ${expiresAt.getTime()} to ${sendTo} or ${payTo}`;
    },
    enter: () => paper.claim(orderId, claimant),
  };
};

const anyWallet = (random: World['random']) => random.pick(HOT_WALLETS);

/** A message of a hot wallet, mostly one that counts. */
export function aMessage(world: World): AuthenticatedMessage {
  const { random, paper } = world;
  const isRegistered = random.chance(0.95);
  const wallet =
    random.pick(HOT_WALLETS.filter(({ account }) => paper.wallets.has(account) || !isRegistered)) ?? anyWallet(random);
  const isUsed = random.chance(0.04);
  world.lastNonce += BigInt(random.pick(NONCES_APART));
  const nonce = isUsed ? world.lastNonce / 2n : world.lastNonce < LARGEST_NONCE ? world.lastNonce : LARGEST_NONCE;
  const place = paper.wallets.get(wallet.account)?.place;
  const remoteAddress = random.chance(0.03) || place === undefined ? random.pick(PLACES) : place;
  return {
    address: wallet.tariAddress,
    nonce,
    remoteAddress,
    account: wallet.account,
  } as unknown as AuthenticatedMessage;
}

export function messageOnPaper(message: AuthenticatedMessage): { wallet: string; nonce: bigint; place: string } {
  const wallet = HOT_WALLETS.find(({ tariAddress }) => tariAddress === message.address)?.account ?? '';
  return { wallet, nonce: message.nonce, place: message.remoteAddress };
}

/** What payers' wallets write as their sender, true or not: people's addresses, nobody's, and one that was made. */
const SENDERS = [...PEOPLE.map(({ address }) => address), 'unknown', '1'.repeat(67), madeOwnerOf('c1').address].map(
  (text) => readSender(text),
);

/** The sender as it is kept on paper, which knows who is nobody. */
function paperSenderOf(sender: Sender): { account: string | null; address: string; text: string } {
  return { ...claimantOf(sender), text: senderText(sender) };
}

/** A report of a payment, and for whom what it names is claimed: its sender, or the signer of a claim in its memo. */
function report(world: World, name: string, txid: string, senderIndex: number, amount: number): Input {
  const { random, paper } = world;
  const said = SENDERS[senderIndex % SENDERS.length] ?? readSender('');
  const sender = paperSenderOf(said);
  const names = random.pick(['nothing', 'nothing', 'an order', 'an order', 'a claim'] as const);
  const signer = paperOwnerOf(random.pick(PEOPLE));
  const claimant = { account: claimantOf(said).account, address: sender.address };
  const orderId = anOrderName(world);
  const named: NamedOrder | undefined =
    names === 'nothing'
      ? undefined
      : names === 'a claim'
        ? { orderId, claimant: signer, isSigned: true }
        : { orderId, claimant, isSigned: false };
  const memo = names === 'a claim' ? `a claim of ${signer.address.slice(0, 6)}` : null;
  const message = aMessage(world);
  return {
    name: `payment: ${name}${named === undefined ? '' : names === 'a claim' ? ', with a claim' : ', naming an order'}`,
    about: `${txid} of ${amount} from ${sender.address.slice(0, 6)} for ${named?.orderId ?? 'nothing'}, nonce ${message.nonce}`,
    async run(server) {
      const checked = {
        report: {
          txid,
          sender: said,
          amount: microTari(BigInt(amount)),
          memo,
          orderId: named?.orderId ?? null,
        },
        message,
        named,
      };
      const { payment, isNew } = await server.engine.payments.enterReport(checked);
      return `${isNew ? 'new' : 'known'} ${payment.status === 'confirmed'}`;
    },
    enter: () => paper.receive({ txid, sender, amount, memo }, named, messageOnPaper(message)),
  };
}

const payment: InputMaker = (world) => {
  const { random, paper } = world;
  const txid = `t${random.between(1, MOST_PAYMENTS)}`;
  if (paper.payments.has(txid)) return undefined;
  return report(world, 'new', txid, random.pick([0, 1, 2, 3, 0, 1, 2, 3, 4, 5, 6]), random.pick(AMOUNTS));
};

/** A payment to an order's own address, as the wallet's notification script tells of it. */
const paymentToAddress: InputMaker = (world) => {
  const { random, paper, settings } = world;
  const txid = `t${random.between(1, MOST_PAYMENTS)}`;
  if (paper.payments.has(txid)) return undefined;
  const orderId = anOrderWithAddress(world);
  const said = random.pick(SENDERS) ?? readSender('');
  const sender = paperSenderOf(said);
  const amount = anAmountFor(world, orderId);
  const message = aMessage(world);
  // On paper the order is named, whatever the texts look like on their way.
  const named = { orderId, claimant: { account: sender.account, address: sender.address }, isSigned: false };
  return {
    name: 'payment: to an order’s address',
    about: `${txid} of ${amount} from ${sender.address.slice(0, 6)} for ${orderId}, nonce ${message.nonce}`,
    async run(server) {
      const told = { txid, amount: BigInt(amount), sender: senderText(said), paymentId: orderId };
      const report = server.reported(reportByScript(told));
      const checked = { report, message, named: namedOrder(report, { settings, log: silentLog }) };
      const { payment, isNew } = await server.engine.payments.enterReport(checked);
      return `${isNew ? 'new' : 'known'} ${payment.status === 'confirmed'}`;
    },
    enter: () => paper.receive({ txid, sender, amount, memo: orderId }, named, messageOnPaper(message), 'wallet'),
  };
};

const knownPayment: InputMaker = (world) => {
  const { random, paper } = world;
  const known = random.pick([...paper.payments.values()].filter(({ isManual }) => !isManual));
  if (known === undefined) return undefined;
  const sender = SENDERS.findIndex((said) => senderText(said) === known.sender);
  const contradicts = random.pick(['no', 'no', 'amount', 'sender']);
  const amount = contradicts === 'amount' ? known.amount + 1 : known.amount;
  const name = contradicts === 'no' ? 'repeated' : 'contradicting';
  return report(world, name, known.txid, contradicts === 'sender' ? sender + 1 : sender, amount);
};

const confirmation: InputMaker = (world) => {
  const { random, paper } = world;
  const waiting = [...paper.payments.values()].filter(({ isConfirmed }) => !isConfirmed);
  const known = random.chance(0.75) ? random.pick(waiting) : undefined;
  const txid = known?.txid ?? `t${random.between(1, MOST_PAYMENTS)}`;
  const payment = paper.payments.get(txid);
  const message = aMessage(world);
  return {
    name: `confirmation${payment === undefined ? ' that is early' : payment.isConfirmed ? ', repeated' : ''}`,
    about: `${txid}, nonce ${message.nonce}`,
    async run(server) {
      const { outcome, ordersPaid } = await server.engine.payments.enterConfirmation(txid, message);
      return `${outcome}:${ordersPaid.map((order) => order.orderId).join()}`;
    },
    enter: () => paper.confirm(txid, messageOnPaper(message)),
  };
};

export const WALLET_INPUTS: readonly (readonly [number, InputMaker])[] = [
  [9, claim],
  [8, payment],
  [8, paymentToAddress],
  [3, knownPayment],
  [15, confirmation],
];
