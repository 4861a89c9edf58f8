import { HELD_ADVICE } from '#engine/money/held-reasons.ts';

/**
 * An example of each request and each answer, for the API page: one order's way from the shop to Paid, and what an
 * operator does meanwhile. They stand in an order in which all of them work. The keys behind their signatures are those
 * that `docs/wallet-developer.md` shows to everybody.
 */
export interface OperationExample {
  headers?: Readonly<Record<string, string>>;
  params?: Readonly<Record<string, string>>;
  query?: Readonly<Record<string, string>>;
  body?: unknown;
  /** What is answered, of the kind of answer that comes where all is well. */
  answer?: unknown;
}

const CUSTOMER = '14s9vDTwrweZvWEgQ9gNhXXPX68DPXSSAHNFWYEPi5JsBQY';
const HOT_WALLET = '12HRp2iwRVYPDuHcJgdF9UMJV5qsQo1fZw4rrFwyRHMCR65m9u1Y56xixNzViryjeBjuFDEwoV3hA6hkv2uTHY3FSJ5';
const CUSTOMER_ID = '7001';
const ORDER_ID = '8997470732594';
const OPEN_ORDER_ID = '8997470732595';
const LOST_ORDER_ID = '8997470732596';
const TXID = '12375671662993302800';
const PAYMENT_REFERENCE = 'b7a0c3f2915e4d6880f1c29d3e4a5b6c7d8e9fa0b1c2d3e4f5061728394a5b6c';
const NOON = '2026-11-21T12:00:00.000Z';
const ONE = '2026-11-21T13:00:00.000Z';

const HEALTHY = '👍️\n';
const PAGE = { limit: '100' };
/** The orders' own payment addresses: the hot wallet's, with the order's id in each. */
const PAY_TO =
  '1673HZyFrU4zUCd1sRFue2rHGTJbfNtBLFKVwg4fbz5YcWn3YhVXSfwmHPDoF4R3Le5QbgbXmtVcti3T3r3FAoEt5rYuHSfoYJ4f7qXdvGCFN';
const PAY_TO_OPEN =
  '1673HZyFrU4zUCd1sRFue2rHGTJbfNtBLFKVwg4fbz5YcWn3YhVXSfwmHPDoF4R3Le5QbgbXmtVcti3T3r3FAoEt5rYuHSfoYJ4f7qXdvGCKp';
const PAY_TO_LOST =
  '1673HZyFrU4zUCd1sRFue2rHGTJbfNtBLFKVwg4fbz5YcWn3YhVXSfwmHPDoF4R3Le5QbgbXmtVcti3T3r3FAoEt5rYuHSfoYJ4f7qXdvGCQ8';
const ID_PAGE = { after: '0', limit: '100' };
const DONE = { success: true, message: 'Order 8997470732594 is taken in: 477.000000 XTM, Unclaimed.' };

const NEW_ORDER = {
  id: 1,
  order_id: ORDER_ID,
  alt_id: '#1001',
  customer_id: CUSTOMER_ID,
  memo: null,
  total_price: 477_000_000,
  original_price: '15.90',
  currency: 'USD',
  created_at: NOON,
  updated_at: ONE,
  status: 'New',
  amount_outstanding: '15.90',
  amount_missing: 477_000_000,
  amount_seen: 0,
  pay_to: PAY_TO,
};
const ORDER = { ...NEW_ORDER, status: 'Paid', amount_missing: null };
const OPEN_ORDER = { ...NEW_ORDER, id: 2, order_id: OPEN_ORDER_ID, alt_id: '#1002', pay_to: PAY_TO_OPEN };
const CANCELLED_ORDER = {
  ...NEW_ORDER,
  id: 3,
  order_id: LOST_ORDER_ID,
  alt_id: '#1003',
  pay_to: PAY_TO_LOST,
  status: 'Cancelled',
  amount_missing: null,
};
const PAYMENT = {
  txid: TXID,
  created_at: ONE,
  updated_at: ONE,
  sender: CUSTOMER,
  amount: 500_000_000,
  memo: null,
  payment_type: 'on_chain',
  status: 'confirmed',
  order_id: null,
  payment_reference: PAYMENT_REFERENCE,
  block_height: 145_210,
};
const ENTRY = {
  id: 1,
  created_at: ONE,
  order_id: ORDER_ID,
  payment_address: CUSTOMER,
  settlement_type: 'single',
  amount: 477_000_000,
};
const BALANCE = {
  address: CUSTOMER,
  total_confirmed: 500_000_000,
  total_paid: 477_000_000,
  current_balance: 23_000_000,
  last_update: ONE,
};
const SETTLEMENT = { orders_paid: [ORDER], settlements: [ENTRY] };
const ORDERS = { address: CUSTOMER, total_orders: 477_000_000, orders: [ORDER] };
const OPEN_ORDERS = { address: CUSTOMER, total_orders: 477_000_000, orders: [OPEN_ORDER] };
const PAYMENTS = { address: CUSTOMER, total_payments: 500_000_000, payments: [PAYMENT] };
const HISTORY = { address: CUSTOMER, balance: BALANCE, orders: [ORDER], payments: [PAYMENT], settlements: [ENTRY] };

const WEBHOOK_ORDER = {
  id: 8997470732594,
  name: '#1001',
  note: null,
  customer: { id: 7001 },
  currency: 'USD',
  total_price: '15.90',
  created_at: '2026-11-21T07:00:00-05:00',
  updated_at: '2026-11-21T07:00:00-05:00',
};

const BY_CUSTOMER_ADDRESS = { params: { address: CUSTOMER } };
const BY_CUSTOMER_ADDRESS_IN_PAGES = { ...BY_CUSTOMER_ADDRESS, query: PAGE };

const PRICE_UPDATE = {
  id: 1,
  kind: 'shop',
  product_id: null,
  currency: 'USD',
  rate: 30_000_000,
  state: 'running',
  variants_total: 1200,
  variants_seen: 475,
  variants_changed: 470,
  variants_left_out: 0,
  attempts: 0,
  next_attempt_at: NOON,
  last_error: null,
  remark: null,
  created_at: NOON,
  updated_at: NOON,
  finished_at: null,
};
const NOT_BEGUN = { state: 'pending', variants_total: null, variants_seen: 0, variants_changed: 0 };

/** By method and path, as the description of the interface names them. */
export const EXAMPLES: Readonly<Record<string, OperationExample>> = {
  'GET /health': { answer: HEALTHY },
  'GET /health/live': { answer: HEALTHY },
  'GET /health/ready': {
    answer: {
      ready: true,
      reasons: [],
      database: 'ok',
      storefront: 'ok',
      outbox: { pending: 0, dead_letters: 0, lag_seconds: 0 },
      price_updates: { waiting: 0, failed: 0 },
      payments: { late: 0 },
      webhooks: { rejected: 0, age_seconds: 42 },
    },
  },
  'GET /api/chain': {
    answer: {
      state: 'watching',
      height: 145_213,
      node_height: 145_213,
      blocks_behind: 0,
      last_answer_at: NOON,
      seconds_left: null,
      outputs_seen: 98_765,
      payments_found: 12,
      nodes: [{ url: 'http://127.0.0.1:9000', height: 145_213, last_answer_at: NOON, trouble: null }],
    },
  },
  'GET /api/chain/refused': {
    query: { limit: '100' },
    answer: [
      {
        id: 1,
        output_hash: 'b7a0c3f2915e4d6880f1c29d3e4a5b6c7d8e9fa0b1c2d3e4f5061728394a5b6d',
        txid: '11875671662993302800',
        reason: 'wrong_value',
        claimed_amount: 1_000_000_000_000,
        memo: 'order 1001',
        block_height: 145_120,
        block_hash: 'c7a0c3f2915e4d6880f1c29d3e4a5b6c7d8e9fa0b1c2d3e4f5061728394a5b6e',
        found_at: NOON,
      },
    ],
  },
  'GET /api/chain/left': {
    query: { limit: '100' },
    answer: [
      {
        id: 1,
        txid: TXID,
        outcome: 'returned',
        block_height: 145_210,
        block_hash: 'd7a0c3f2915e4d6880f1c29d3e4a5b6c7d8e9fa0b1c2d3e4f5061728394a5b6f',
        left_at: NOON,
        returned_height: 145_212,
        returned_at: ONE,
      },
    ],
  },
  'GET /metrics': { answer: 'tpg_orders{status="New"} 1\n' },
  'GET /shopify/health': { answer: HEALTHY },

  'POST /api/wallets': { body: { address: HOT_WALLET, ip_address: '127.0.0.1' } },
  'GET /api/wallets': { answer: [{ address: HOT_WALLET, ip_address: '127.0.0.1', last_nonce: 1_795_266_000_001 }] },
  'GET /wallet/send_to': { answer: [HOT_WALLET] },
  'POST /api/exchange_rate': { body: { currency: 'USD', rate: 30_000_000 } },
  'GET /api/exchange_rate/{currency}': {
    params: { currency: 'USD' },
    answer: { currency: 'USD', rate: 30_000_000, updated_at: NOON },
  },
  'GET /api/exchange_rates': { answer: [{ currency: 'USD', rate: 30_000_000, updated_at: NOON }] },
  'GET /api/exchange_rate/{currency}/history': {
    params: { currency: 'USD' },
    query: PAGE,
    answer: [{ id: 1, currency: 'USD', rate: 30_000_000, updated_at: NOON, actor: CUSTOMER }],
  },
  'GET /api/price_updates': { query: { kind: 'shop', state: 'running', ...PAGE }, answer: [PRICE_UPDATE] },
  'GET /api/price_updates/{id}': { params: { id: '1' }, answer: PRICE_UPDATE },
  'POST /api/price_updates': {
    body: { currency: 'USD' },
    answer: { ...PRICE_UPDATE, ...NOT_BEGUN, id: 2 },
  },
  'POST /api/price_updates/{id}/retry': {
    params: { id: '2' },
    answer: { ...PRICE_UPDATE, state: 'pending', id: 2 },
  },

  'POST /shopify/webhook/checkout_create': {
    headers: { 'x-shopify-topic': 'orders/create', 'x-shopify-webhook-id': '98880550-7158-44d4-b7cd-2c97c8a091b5' },
    body: WEBHOOK_ORDER,
    answer: DONE,
  },
  'POST /shopify/webhook/product_updated': {
    headers: { 'x-shopify-topic': 'products/update', 'x-shopify-webhook-id': '1b0b6a1c-7d7c-4a3a-9e29-0f2a0b1d2c01' },
    body: { id: 7880321196742, title: 'Tari T-Shirt', updated_at: '2026-11-21T07:00:00-05:00' },
    answer: { success: true, message: 'The Tari prices of the product 7880321196742 will be looked at.' },
  },
  'POST /shopify/webhook/transaction_create': {
    headers: {
      'x-shopify-topic': 'order_transactions/create',
      'x-shopify-webhook-id': '1b0b6a1c-7d7c-4a3a-9e29-0f2a0b1d2c02',
    },
    body: {
      id: 5123456789012,
      order_id: 8997470732594,
      kind: 'authorization',
      status: 'success',
      gateway: 'bogus',
      amount: '15.90',
      currency: 'USD',
      parent_id: null,
      created_at: '2026-11-21T07:00:00-05:00',
    },
    answer: { success: true, message: 'Nothing is done for order_transactions/create.' },
  },
  'POST /shopify/webhook/no_op': {
    headers: { 'x-shopify-topic': 'app/uninstalled', 'x-shopify-webhook-id': '1b0b6a1c-7d7c-4a3a-9e29-0f2a0b1d2c03' },
    body: {},
    answer: { success: true, message: 'Nothing is done for this topic.' },
  },
  'POST /shopify/webhook': {
    headers: { 'x-shopify-topic': 'orders/updated', 'x-shopify-webhook-id': '1b0b6a1c-7d7c-4a3a-9e29-0f2a0b1d2c04' },
    body: WEBHOOK_ORDER,
    answer: { success: true, message: 'Nothing has changed in order 8997470732594.' },
  },

  'POST /auth': {
    headers: {
      tpg_auth_token:
        'eyJhbGciOiJSaXN0cmV0dG8yNTYiLCJ0eXAiOiJKV1QifQ.eyJhZGRyZXNzIjoiMTRzOXZEVHdyd2VadldFZ1E5Z05oWFhQWDY4RFBYU1NBSE5GV1lFUGk1SnNCUVkiLCJub25jZSI6MTc5NTI2NjAwMDAwMCwiZGVzaXJlZF9yb2xlcyI6WyJ1c2VyIl19.2K3WwRanu4GsWvK22CDORsK8fI5O6tLGCle8azAcLgQUTM_AVNjS4dVWw-m7Fu3RJkn5hdtHCXB72Uol6BURBA',
    },
    answer: 'eyJhbGciOiJSaXN0cmV0dG8yNTYiLCJ0eXAiOiJKV1QifQ.eyJhZGRyZXNzIjoi….2K3WwRanu4GsWvK2…',
  },
  'GET /api/check_token': { answer: 'Token is valid.' },
  'POST /order/claim': {
    body: {
      address: CUSTOMER,
      order_id: ORDER_ID,
      signature:
        '3eb2663d43b163f435aef2d7ac4f769ad104a554c4dbbfdf36895a2b723cab724a8db8bb89da959f1cfe346a38ca4482341c3e37ad838a36855c33b7676c1d05',
    },
    answer: {
      order_id: ORDER_ID,
      total_price: 477_000_000,
      expires_at: '2026-11-23T13:00:00.000Z',
      status: 'New',
      amount_missing: 477_000_000,
      send_to: HOT_WALLET,
      pay_to: PAY_TO,
    },
  },
  'POST /wallet/incoming_payment': {
    body: {
      payment: { sender: CUSTOMER, amount: 500_000_000, txid: TXID },
      auth: {
        address: HOT_WALLET,
        nonce: 1_795_266_000_000,
        signature:
          '268694bf0c4740754b7cf2a23d83e8ca87711b85b1130b06e952f4cdf0b4445d94283b0dad17c78d36bc743708d794cba9264761308dfca7ca669045705c760a',
      },
    },
    answer: { success: true, message: 'Payment processed successfully.' },
  },
  'POST /wallet/tx_confirmation': {
    body: {
      confirmation: { txid: TXID },
      auth: {
        address: HOT_WALLET,
        nonce: 1_795_266_000_001,
        signature:
          '263422821cb1decf927f15a93b38c3e650a09fab1fb4a6aae38807474043ad2af8281500ad25223ffd48817aa24010207a24d8aabde7dd526f694f88c39a3e09',
      },
    },
    answer: { success: true, message: `Payment ${TXID}: it is confirmed.` },
  },

  'GET /api/balance': { answer: BALANCE },
  'GET /api/history': { query: PAGE, answer: HISTORY },
  'GET /api/orders': { query: PAGE, answer: ORDERS },
  'GET /api/unfulfilled_orders': { query: PAGE, answer: OPEN_ORDERS },
  'GET /api/payments': { query: PAGE, answer: PAYMENTS },
  'GET /api/order/{order_id}/link': {
    params: { order_id: ORDER_ID },
    answer: { order_id: ORDER_ID, url: `https://pay.example.com/o/${ORDER_ID}/XPAV284CT` },
  },
  'GET /api/order/id/{order_id}': {
    params: { order_id: ORDER_ID },
    answer: {
      ...ORDER,
      claimed_by: CUSTOMER,
      claim_kind: 'proven',
      claims: [{ address: CUSTOMER, created_at: NOON }],
      due_at: null,
      paid_by: [{ txid: TXID, sender: CUSTOMER, amount: 477_000_000 }],
    },
  },
  'GET /api/order/id/{order_id}/events': {
    params: { order_id: ORDER_ID },
    answer: [{ id: 1, type: 'OrderPaid', created_at: ONE, payload: { order: ORDER } }],
  },
  'GET /api/held': {
    query: PAGE,
    answer: [
      {
        txid: TXID,
        amount: 23_000_000,
        reason: 'surplus',
        sender: CUSTOMER,
        order_id: ORDER_ID,
        customer_id: CUSTOMER_ID,
        since: ONE,
        advice: HELD_ADVICE.surplus,
      },
    ],
  },
  'POST /api/held/{txid}/assign': {
    params: { txid: TXID },
    body: { customer_id: CUSTOMER_ID, reason: 'The customer sent a screenshot' },
    answer: { orders_paid: [], settlements: [] },
  },
  'POST /api/settle': { answer: SETTLEMENT },

  'GET /api/balances': { query: PAGE, answer: [BALANCE] },
  'GET /api/balance/{address}': { ...BY_CUSTOMER_ADDRESS, answer: BALANCE },
  'GET /api/history/address/{address}': { ...BY_CUSTOMER_ADDRESS_IN_PAGES, answer: HISTORY },
  'GET /api/history/customer/{id}': {
    params: { id: CUSTOMER_ID },
    query: PAGE,
    answer: {
      customer_id: CUSTOMER_ID,
      balance: {
        total_confirmed: 500_000_000,
        total_paid: 477_000_000,
        current_balance: 23_000_000,
        addresses: [BALANCE],
      },
      order_balance: {
        customer_id: CUSTOMER_ID,
        total_current: 0,
        total_paid: 477_000_000,
        total_expired: 0,
        total_cancelled: 0,
      },
      orders: [ORDER],
      settlements: [ENTRY],
    },
  },
  'GET /api/orders/{address}': { ...BY_CUSTOMER_ADDRESS_IN_PAGES, answer: ORDERS },
  'GET /api/unfulfilled_orders/{address}': { ...BY_CUSTOMER_ADDRESS_IN_PAGES, answer: OPEN_ORDERS },
  'GET /api/search/payments': {
    query: { payment_reference: PAYMENT_REFERENCE, ...PAGE },
    answer: [PAYMENT],
  },
  'GET /api/search/orders': {
    query: { customer_id: CUSTOMER_ID, status: 'New,Paid', since: '2026-11-01T00:00:00Z', ...PAGE },
    answer: [ORDER],
  },
  'GET /api/payments/{address}': { ...BY_CUSTOMER_ADDRESS_IN_PAGES, answer: PAYMENTS },
  'GET /api/payments-for-order/{order_id}': { params: { order_id: ORDER_ID }, query: PAGE, answer: [PAYMENT] },
  'GET /api/creditors': {
    query: PAGE,
    answer: [{ customer_id: CUSTOMER_ID, status: 'New', total_orders: 477_000_000 }],
  },
  'GET /api/customer_ids': { query: { count: '100', offset: '0' }, answer: [CUSTOMER_ID] },
  'GET /api/addresses': { query: { count: '100', offset: '0' }, answer: [CUSTOMER] },

  'PATCH /api/order_memo': {
    body: { order_id: OPEN_ORDER_ID, new_memo: 'Gift wrapped', reason: 'The customer wrote' },
    answer: { ...OPEN_ORDER, memo: 'Gift wrapped' },
  },
  'PATCH /api/order_price': {
    body: { order_id: OPEN_ORDER_ID, new_price: 470_000_000, reason: 'Discount' },
    answer: { ...OPEN_ORDER, total_price: 470_000_000, amount_missing: 470_000_000 },
  },
  'PATCH /api/reassign_order': {
    body: { order_id: OPEN_ORDER_ID, new_customer_id: '7002', reason: 'Ordered with the wrong account' },
    answer: { orders: { old_order: OPEN_ORDER, new_order: { ...OPEN_ORDER, customer_id: '7002' } }, settlements: [] },
  },
  'POST /api/fulfill': {
    body: { order_id: OPEN_ORDER_ID, reason: 'Paid in the shop by hand' },
    answer: { ...OPEN_ORDER, status: 'Paid', amount_missing: null },
  },
  'POST /api/credit': {
    body: { customer_id: CUSTOMER_ID, amount: 5_000_000, reason: 'Prize draw' },
    answer: { orders_paid: [], settlements: [] },
  },
  'POST /api/settle/address/{address}': { ...BY_CUSTOMER_ADDRESS, answer: SETTLEMENT },
  'POST /api/settle/customer/{id}': { params: { id: CUSTOMER_ID }, answer: SETTLEMENT },
  'POST /api/cancel': {
    body: { order_id: LOST_ORDER_ID, reason: 'The customer changed their mind' },
    answer: CANCELLED_ORDER,
  },
  'PATCH /api/reset_order/{order_id}': {
    params: { order_id: LOST_ORDER_ID },
    answer: {
      old_order: CANCELLED_ORDER,
      new_order: { ...CANCELLED_ORDER, status: 'New', amount_missing: 477_000_000 },
    },
  },
  'GET /api/rescan_open_orders': { answer: { running: 1, read: 74, failed: 2 } },
  'POST /api/rescan_open_orders': { answer: [DONE] },

  'POST /api/roles': { body: [{ address: CUSTOMER, apply: ['read_all'], revoke: [] }] },
  'GET /api/roles': { answer: [{ address: CUSTOMER, roles: ['user', 'read_all'] }] },
  'GET /api/roles/{address}': {
    ...BY_CUSTOMER_ADDRESS,
    answer: { address: CUSTOMER, roles: ['user', 'read_all'] },
  },
  'GET /api/events': {
    query: ID_PAGE,
    answer: [{ id: 1, type: 'OrderPaid', created_at: ONE, payload: { order: ORDER } }],
  },
  'GET /api/rejected': {
    query: ID_PAGE,
    answer: [
      {
        id: 5,
        webhook_id: '98880550-7158-44d4-b7cd-2c97c8a091b5',
        topic: 'orders/create',
        received_at: ONE,
        reason: 'ZAR is not a supported currency: no exchange rate is set for it.',
        order_id: '8997470732597',
        order_name: '#1002',
        body: '{"id":8997470732597,"name":"#1002","currency":"ZAR","total_price":"15.90"}',
      },
    ],
  },
  'POST /api/rejected/{id}/retry': { params: { id: '5' }, answer: DONE },
  'POST /api/rejected/{id}/dismiss': {
    params: { id: '6' },
    body: { reason: 'A test order of ours' },
    answer: { success: true, message: 'Webhook 6 is dismissed: A test order of ours' },
  },
  'GET /api/dead_letters': {
    query: ID_PAGE,
    answer: [
      {
        event_id: 7,
        subscriber: 'shopify',
        type: 'OrderPaid',
        subject: ORDER_ID,
        attempts: 150,
        last_error: 'The shop was not reached: connection refused',
        created_at: ONE,
        updated_at: '2026-11-22T07:00:00.000Z',
        payload: { order: ORDER },
      },
    ],
  },
  'POST /api/dead_letters/{event_id}/retry': {
    params: { event_id: '7' },
    query: { subscriber: 'shopify' },
    body: { subscriber: 'shopify' },
    answer: { retried: 1 },
  },
  'POST /api/dead_letters/{event_id}/dismiss': {
    params: { event_id: '8' },
    body: { subscriber: 'shopify', reason: 'Marked as paid in the shop by hand' },
    answer: { dismissed: 1 },
  },
  'POST /api/dead_letters/dismiss': {
    body: { subscriber: 'mailer', reason: 'The plugin is gone' },
    answer: { dismissed: 37, has_more: false },
  },
  'GET /api/audit_log': {
    query: { ...ID_PAGE, action: 'credit', since: '2026-11-01T00:00:00Z' },
    answer: [
      {
        id: 9,
        created_at: ONE,
        actor: CUSTOMER,
        action: 'credit',
        subject: `customer ${CUSTOMER_ID}`,
        reason: 'Prize draw',
        before: null,
        after: { amount: 5_000_000 },
      },
    ],
  },
  'DELETE /api/wallets/{address}': { params: { address: HOT_WALLET } },
};
