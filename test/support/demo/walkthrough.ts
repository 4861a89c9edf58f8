import assert from 'node:assert/strict';
import { parseJson, stringifyJson } from '#platform/json.ts';
import { systemRandomBytes as random } from '#platform/random.ts';
import { addressToBase58, dualAddress, singleAddress, type TariAddress } from '#tari/address.ts';
import { signClaim } from '#tari/claim.ts';
import { formatTari } from '#tari/micro-tari.ts';
import { signToken } from '#tari/ristretto-jwt.ts';
import { generateSecretKey, publicKeyOf } from '#tari/schnorr.ts';
import { confirmationPayload, paymentPayload, signWalletMessage } from '#tari/wallet-signature.ts';
import type { StandInOrder } from '#test/fake-shopify/orders.ts';
import type { ShopifyStandIn } from '#test/fake-shopify/server.ts';
import { sendWebhook, webhookBody } from '#test/fake-shopify/webhooks.ts';
import type { PlayWallet } from '#test/fake-tari-chain/play-wallet.ts';
import { FIRST_BLOCKS, type PreparedChain } from './demo-chain.ts';

/** One step of the documented walkthrough. */
export interface Step {
  name: string;
  /** Does the step, checks what came of it, and answers what happened in a sentence or more. */
  run(): Promise<string>;
}

export interface Stage {
  /** Where the server takes requests; asked anew for each request, since it may be started again. */
  serverUrl: () => string;
  standIn: ShopifyStandIn;
  /** What the server watches. */
  chain: PreparedChain;
  hmacSecret: string;
  /** A super admin of the server. */
  operator: Person;
  /** How long an order may stay unclaimed on this stage. */
  unclaimedTimeoutMs: number;
}

/** Somebody with a key and an address. */
export interface Person {
  secretKey: Uint8Array;
  address: TariAddress;
  /** The address in base58. */
  name: string;
}

const XTM = 1_000_000n;
const USD_RATE = 30n * XTM;
const CHAIN_PRICE = 60n * XTM;
const SHOP_TIMEOUT_MS = 60_000;
const CHAIN_TIMEOUT_MS = 60_000;
const POLL_MS = 25;

/** Somebody new, with a single address, or with a dual one as a wallet that takes one-sided payments has. */
export function aPerson(kind: 'single' | 'dual' = 'single'): Person {
  const secretKey = generateSecretKey(random);
  const spendKey = publicKeyOf(secretKey);
  const address =
    kind === 'single'
      ? singleAddress('mainnet', spendKey)
      : dualAddress('mainnet', publicKeyOf(generateSecretKey(random)), spendKey, 1);
  return { secretKey, address, name: addressToBase58(address) };
}

/**
 * The documented walkthrough, from a shop's webhook to a paid order, as steps over HTTP. A step that fails throws. Each
 * step can be repeated, and the server may be killed and started again between any two.
 */
export function walkthrough(stage: Stage): Step[] {
  const { standIn, operator, chain } = stage;
  const customer = aPerson('dual');
  const hotWallet = personOf(chain.shop);
  const firstOrder = standIn.addOrder({
    id: '8997470732594',
    name: '#1001',
    currency: 'USD',
    price: '15.90',
    customerId: '7001',
  });
  const secondOrder = standIn.addOrder({
    id: '8997470732595',
    name: '#1002',
    currency: 'USD',
    price: '0.60',
    customerId: '7001',
  });
  const lostOrder = standIn.addOrder({
    id: '8997470732596',
    name: '#1003',
    currency: 'USD',
    price: '4.50',
    customerId: null,
  });
  const chainOrder = standIn.addOrder({
    id: '8997470732597',
    name: '#1004',
    currency: 'USD',
    price: '2.00',
    customerId: null,
  });
  const txid = '12375671662993302800';
  const claim = signClaim(customer.secretKey, customer.address, firstOrder.id, random);
  let walletNonce = BigInt(Date.now());
  let token = '';

  const call = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const answer = await fetch(`${stage.serverUrl()}${path}`, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        tpg_access_token: token,
        ...headers,
      },
      ...(body === undefined ? {} : { body: stringifyJson(body) }),
    });
    const text = await answer.text();
    assert(answer.ok, `${method} ${path} was answered ${answer.status}: ${text}`);
    return text;
  };
  const get = async (path: string) => parseJson(await call('GET', path));
  /** The link in the order mail: anybody who has it sees the page. */
  const pageOf = async ({ id, confirmationNumber }: StandInOrder) => {
    const path = `/o/${id}/${confirmationNumber}`;
    const { url } = (await get(`/api/order/${id}/link`)) as { url: string };
    assert.equal(new URL(url).pathname, path);
    const page = await fetch(`${stage.serverUrl()}${path}`);
    assert.match(await page.text(), /data-state="waiting"/);
    return url;
  };
  const orderStatus = async (order: StandInOrder) =>
    ((await get(`/api/order/id/${order.id}`)) as { status: string }).status;
  const amountSeen = async (order: StandInOrder) =>
    BigInt(((await get(`/api/order/id/${order.id}`)) as { amount_seen: number | bigint }).amount_seen);
  const chainPayments = async () =>
    (await get(`/api/payments-for-order/${chainOrder.id}`)) as {
      amount: number;
      status: string;
      block_height: number;
    }[];
  const credit = async () => {
    const balance = (await get(`/api/balance/${customer.name}`)) as { current_balance: number | bigint };
    return BigInt(balance.current_balance);
  };
  const webhook = async (order: StandInOrder, webhookId: string) => {
    const url = `${stage.serverUrl()}/shopify/webhook/checkout_create`;
    const answer = await sendWebhook(url, 'orders/create', webhookBody(order), { secret: stage.hmacSecret, webhookId });
    const result = parseJson(await answer.text()) as { success: boolean; message: string };
    assert(
      answer.ok && result.success,
      `The webhook of ${order.name} was answered ${answer.status}: ${result.message}`,
    );
    return result.message;
  };
  const report = async (path: string, key: 'payment' | 'confirmation', content: object, payload: string) => {
    walletNonce += 1n;
    const signature = signWalletMessage(hotWallet.secretKey, hotWallet.address, walletNonce, payload, random);
    const auth = { address: hotWallet.name, nonce: walletNonce, signature };
    const result = parseJson(await call('POST', path, { [key]: content, auth })) as {
      success: boolean;
      message: string;
    };
    assert(result.success, result.message);
    return result.message;
  };
  const sendPayment = () => {
    const payment = { sender: customer.name, amount: 500n * XTM, txid };
    return report(
      '/wallet/incoming_payment',
      'payment',
      payment,
      paymentPayload({ ...payment, memo: null, orderId: null }),
    );
  };
  const sendConfirmation = () => report('/wallet/tx_confirmation', 'confirmation', { txid }, confirmationPayload(txid));
  const until = async (isSo: () => Promise<boolean>, what: string) => {
    const deadline = Date.now() + CHAIN_TIMEOUT_MS;
    while (!(await isSo())) {
      assert(Date.now() < deadline, `Within ${CHAIN_TIMEOUT_MS / 1000} s this did not happen: ${what}`);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  };
  const untilShop = async (order: StandInOrder, effect: 'paid' | 'cancelled') => {
    const deadline = Date.now() + SHOP_TIMEOUT_MS;
    while (standIn.effectCount(order.id, effect) === 0) {
      assert(
        Date.now() < deadline,
        `The shop was not notified within ${SHOP_TIMEOUT_MS / 1000} s that ${order.name} is ${effect}`,
      );
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    assert.equal(
      standIn.effectCount(order.id, effect),
      1,
      `The shop was notified once that ${order.name} is ${effect}`,
    );
  };

  return [
    {
      name: 'The operator logs in',
      async run() {
        const claims = { address: operator.name, nonce: BigInt(Date.now()) * 1000n, desired_roles: ['super_admin'] };
        token = await call('POST', '/auth', undefined, {
          tpg_auth_token: signToken(claims, operator.secretKey, random),
        });
        return `The wallet of the super admin ${short(operator)} signed a login token and got an access token for it.`;
      },
    },
    {
      name: 'The shop’s hot wallet is registered',
      async run() {
        await call('POST', '/api/wallets', { address: hotWallet.name, ip_address: '127.0.0.1' });
        assert.deepEqual(await get('/wallet/send_to'), [hotWallet.name]);
        return `Payments are reported by ${short(hotWallet)}, from 127.0.0.1 only, and customers pay to its address.`;
      },
    },
    {
      name: 'The exchange rate is set',
      async run() {
        await call('POST', '/api/exchange_rate', { currency: 'USD', rate: USD_RATE });
        return `1 USD = ${formatTari(USD_RATE)}.`;
      },
    },
    {
      name: 'The shop sends an order',
      async run() {
        await webhook(firstOrder, 'delivery-1');
        const order = (await get(`/api/order/id/${firstOrder.id}`)) as { status: string; total_price: number };
        assert.deepEqual(
          { status: order.status, total_price: order.total_price },
          { status: 'Unclaimed', total_price: 477_000_000 },
        );
        return `Order ${firstOrder.name} of 15.90 USD was recorded: ${formatTari(BigInt(order.total_price))}, Unclaimed. Its customer finds it at ${await pageOf(firstOrder)}`;
      },
    },
    {
      name: 'The customer claims it',
      async run() {
        const claimed = parseJson(await call('POST', '/order/claim', claim)) as {
          status: string;
          send_to: string;
          expires_at: string;
        };
        assert.deepEqual([claimed.status, claimed.send_to], ['New', hotWallet.name]);
        return `${short(customer)} signed for the order. It is New, due by ${claimed.expires_at}, to be paid to ${short(hotWallet)}.`;
      },
    },
    {
      name: 'The hot wallet sees a payment',
      async run() {
        await sendPayment();
        assert.deepEqual([await credit(), await orderStatus(firstOrder)], [0n, 'New']);
        return `${formatTari(500n * XTM)} from ${short(customer)} were received. Nothing is credited before the chain confirms it: the order is still New.`;
      },
    },
    {
      name: 'The payment is confirmed on the chain',
      async run() {
        await sendConfirmation();
        assert.deepEqual([await credit(), await orderStatus(firstOrder)], [23n * XTM, 'Paid']);
        return `The payment is credited and pays the order: it is Paid, and ${formatTari(23n * XTM)} of credit are left.`;
      },
    },
    {
      name: 'The shop is notified',
      async run() {
        await untilShop(firstOrder, 'paid');
        return `In the shop ${firstOrder.name} is ${firstOrder.financialStatus}: one ${firstOrder.transactions[0]?.kind} through the gateway "${firstOrder.transactions[0]?.gateway}".`;
      },
    },
    {
      name: 'A guest orders and never pays',
      async run() {
        await webhook(lostOrder, 'delivery-3');
        return `Order ${lostOrder.name} was recorded. If it is not claimed within ${stage.unclaimedTimeoutMs / 1000} s, it expires.`;
      },
    },
    {
      name: 'A guest orders, and pays on the chain',
      async run() {
        await webhook(chainOrder, 'delivery-4');
        const address = chain.addressOf(chainOrder.id);
        const isMined = (await chainPayments()).length > 0;
        if (isMined) return 'It is paid already.';
        if (chain.chain.mempool.length === 0) chain.pay(address, CHAIN_PRICE);
        await until(async () => (await amountSeen(chainOrder)) === CHAIN_PRICE, 'the payment was seen in the mempool');
        assert.deepEqual([await orderStatus(chainOrder), await chainPayments()], ['Unclaimed', []]);
        const page = await (
          await fetch(`${stage.serverUrl()}/o/${chainOrder.id}/${chainOrder.confirmationNumber}`)
        ).text();
        assert.match(page, /data-state="on_its_way"/);
        return `Order ${chainOrder.name} of 2.00 USD has an address of its own, ${shortText(addressToBase58(address))}. ${formatTari(CHAIN_PRICE)} are on their way there: the order shows them, but they are not credited yet.`;
      },
    },
    {
      name: 'The payment is in a block',
      async run() {
        if (chain.chain.mempool.length > 0) chain.chain.mine();
        await until(async () => (await chainPayments()).length > 0, 'the payment was found on the chain');
        const [payment] = await chainPayments();
        assert.deepEqual([payment?.status, payment?.block_height], ['received', FIRST_BLOCKS + 1]);
        assert.equal(await orderStatus(chainOrder), 'New');
        return `The server found it in block ${payment?.block_height} with the wallet's view key; no wallet reported it. The order is New until it is confirmed.`;
      },
    },
    {
      name: 'Three more blocks confirm it',
      async run() {
        chain.chain.mineBlocks(3);
        await until(async () => (await orderStatus(chainOrder)) === 'Paid', `${chainOrder.name} is paid`);
        const payments = await chainPayments();
        assert.deepEqual([payments.length, payments[0]?.status], [1, 'confirmed']);
        await untilShop(chainOrder, 'paid');
        return `Without a claim, without a report: the payment is confirmed, ${chainOrder.name} is Paid, and the shop was notified.`;
      },
    },
    {
      name: 'The customer orders again',
      async run() {
        await webhook(secondOrder, 'delivery-2');
        assert.deepEqual([await credit(), await orderStatus(secondOrder)], [5n * XTM, 'Paid']);
        await untilShop(secondOrder, 'paid');
        return `Order ${secondOrder.name} of 0.60 USD, ${formatTari(18n * XTM)}, was paid immediately from the credit; ${formatTari(5n * XTM)} are left, and the shop was notified.`;
      },
    },
    {
      name: 'The unpaid order expires',
      async run() {
        await untilShop(lostOrder, 'cancelled');
        assert.equal(await orderStatus(lostOrder), 'Expired');
        return `Order ${lostOrder.name} was not claimed within ${stage.unclaimedTimeoutMs / 1000} s: it Expired here and was cancelled in the shop.`;
      },
    },
    {
      name: 'Everything is sent again',
      async run() {
        await webhook(firstOrder, 'delivery-1');
        await webhook(firstOrder, 'delivery-1-under-another-id');
        await webhook(lostOrder, 'delivery-3-under-another-id');
        await webhook(chainOrder, 'delivery-4-under-another-id');
        await call('POST', '/order/claim', claim);
        await sendPayment();
        await sendConfirmation();
        assert.deepEqual([await credit(), await orderStatus(firstOrder)], [5n * XTM, 'Paid']);
        assert.equal(await orderStatus(lostOrder), 'Expired');
        assert.deepEqual([await orderStatus(chainOrder), (await chainPayments()).length], ['Paid', 1]);
        // Which of them the shop was told of first depends on how long the payment on the chain took.
        assert.deepEqual(standIn.effects.map(({ orderId, effect }) => [orderId, effect]).sort(), [
          [firstOrder.id, 'paid'],
          [secondOrder.id, 'paid'],
          [lostOrder.id, 'cancelled'],
          [chainOrder.id, 'paid'],
        ]);
        return 'The same webhooks, claim, payment and confirmation changed nothing, and the shop was not notified again.';
      },
    },
  ];
}

/** Who holds the keys of a wallet. */
function personOf({ spendKey, address }: PlayWallet): Person {
  return { secretKey: spendKey, address, name: addressToBase58(address) };
}

/** The beginning and the end of an address, as people compare them. */
function short({ name }: Person): string {
  return shortText(name);
}

function shortText(address: string): string {
  return `${address.slice(0, 8)}…${address.slice(-6)}`;
}
