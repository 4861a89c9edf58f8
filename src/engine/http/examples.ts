import { HELD_ADVICE } from '#engine/money/held-reasons.ts';
import {
  BY_CUSTOMER_ADDRESS,
  CUSTOMER,
  CUSTOMER_ID,
  HOT_WALLET,
  ID_PAGE,
  NOON,
  ONE,
  ORDER_ID,
  PAGE,
  TXID,
} from '#platform/http/openapi/example-values.ts';
import type { Examples } from '#platform/http/openapi/examples.ts';

const OPEN_ORDER_ID = '8997470732595';
const LOST_ORDER_ID = '8997470732596';
const PAYMENT_REFERENCE = 'b7a0c3f2915e4d6880f1c29d3e4a5b6c7d8e9fa0b1c2d3e4f5061728394a5b6c';
/** The orders' own payment addresses: the hot wallet's, with the order's id in each. */
const PAY_TO =
  '1673HZyFrU4zUCd1sRFue2rHGTJbfNtBLFKVwg4fbz5YcWn3YhVXSfwmHPDoF4R3Le5QbgbXmtVcti3T3r3FAoEt5rYuHSfoYJ4f7qXdvGCFN';
const PAY_TO_OPEN =
  '1673HZyFrU4zUCd1sRFue2rHGTJbfNtBLFKVwg4fbz5YcWn3YhVXSfwmHPDoF4R3Le5QbgbXmtVcti3T3r3FAoEt5rYuHSfoYJ4f7qXdvGCKp';
const PAY_TO_LOST =
  '1673HZyFrU4zUCd1sRFue2rHGTJbfNtBLFKVwg4fbz5YcWn3YhVXSfwmHPDoF4R3Le5QbgbXmtVcti3T3r3FAoEt5rYuHSfoYJ4f7qXdvGCQ8';
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
const BY_CUSTOMER_ADDRESS_IN_PAGES = { ...BY_CUSTOMER_ADDRESS, query: PAGE };

/** The examples of orders and money, and of the lists of events, which are all the engine’s. */
export const examples: Examples = {
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
  'GET /api/balance': { answer: BALANCE },
  'GET /api/history': { query: PAGE, answer: HISTORY },
  'GET /api/orders': { query: PAGE, answer: ORDERS },
  'GET /api/unfulfilled_orders': { query: PAGE, answer: OPEN_ORDERS },
  'GET /api/payments': { query: PAGE, answer: PAYMENTS },
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
  'GET /api/events': {
    query: ID_PAGE,
    answer: [{ id: 1, type: 'OrderPaid', created_at: ONE, payload: { order: ORDER } }],
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
};
