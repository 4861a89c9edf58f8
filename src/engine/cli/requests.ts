import { text } from '#platform/cli/answers.ts';
import { type ApiClient, escaped, type Query } from '#platform/cli/api-client.ts';
import { event } from '#platform/outbox/cli/answers.ts';
import { addressToBase58, type TariAddress } from '#tari/address.ts';
import type { Claim } from '#tari/claim.ts';
import * as shapes from './answers.ts';

export type EngineClient = ReturnType<typeof engineClient>;

/** What is asked of the engine (`http-api.md` 1). */
export function engineClient(client: ApiClient) {
  return {
    ...client,
    /** A claim needs no login: the signature in it is what counts. */
    sendClaim: (body: Claim): Promise<shapes.ClaimedOrderAnswer> =>
      client.askAnonymously({ method: 'POST', path: '/order/claim', body }, shapes.claimedOrder),
    paymentAddresses: () => client.askAnonymously({ method: 'GET', path: '/wallet/send_to' }, text.array()),

    // ---- One's own account
    myBalance: () => client.get('/api/balance', shapes.addressBalance),
    myHistory: () => client.get('/api/history', shapes.addressHistory),
    myOrders: (query: Query = {}) => client.getPage('/api/orders', shapes.ordersResult, query),
    myOpenOrders: (query: Query = {}) => client.getPage('/api/unfulfilled_orders', shapes.ordersResult, query),
    myPayments: (query: Query = {}) => client.getPage('/api/payments', shapes.paymentsResult, query),
    settleMine: () => client.change('POST', '/api/settle', shapes.settlement.nullable()),

    // ---- Orders
    order: (orderId: string) => client.get(`/api/order/id/${escaped(orderId)}`, shapes.orderDetails.nullable()),
    orderEvents: (orderId: string, query: Query = {}) =>
      client.getPage(`/api/order/id/${escaped(orderId)}/events`, event.array(), query),
    searchOrders: (query: Query) => client.getPage('/api/search/orders', shapes.order.array(), query),
    searchPayments: (query: Query) => client.getPage('/api/search/payments', shapes.payment.array(), query),
    paymentsForOrder: (orderId: string, query: Query = {}) =>
      client.getPage(`/api/payments-for-order/${escaped(orderId)}`, shapes.payment.array(), query),
    debtors: (query: Query = {}) => client.getPage('/api/creditors', shapes.debtor.array(), query),
    fulfill: (orderId: string, reason: string) =>
      client.change('POST', '/api/fulfill', shapes.order, { order_id: orderId, reason }),
    cancel: (orderId: string, reason: string) =>
      client.change('POST', '/api/cancel', shapes.order, { order_id: orderId, reason }),
    editMemo: (orderId: string, memo: string, reason?: string) =>
      client.change('PATCH', '/api/order_memo', shapes.order, {
        order_id: orderId,
        new_memo: memo,
        ...withReason(reason),
      }),
    editPrice: (orderId: string, price: bigint, reason?: string) =>
      client.change('PATCH', '/api/order_price', shapes.order, {
        order_id: orderId,
        new_price: price,
        ...withReason(reason),
      }),
    reassign: (orderId: string, customerId: string, reason: string) =>
      client.change('PATCH', '/api/reassign_order', shapes.orderMoved, {
        order_id: orderId,
        new_customer_id: customerId,
        reason,
      }),
    reset: (orderId: string) => client.change('PATCH', `/api/reset_order/${escaped(orderId)}`, shapes.orderChanged),

    // ---- Accounts
    balance: (address: TariAddress) => client.get(`/api/balance/${addressToBase58(address)}`, shapes.addressBalance),
    history: (address: TariAddress) =>
      client.get(`/api/history/address/${addressToBase58(address)}`, shapes.addressHistory),
    customerHistory: (id: string) => client.get(`/api/history/customer/${escaped(id)}`, shapes.customerHistory),
    orders: (address: TariAddress, query: Query = {}) =>
      client.getPage(`/api/orders/${addressToBase58(address)}`, shapes.ordersResult, query),
    openOrders: (address: TariAddress, query: Query = {}) =>
      client.getPage(`/api/unfulfilled_orders/${addressToBase58(address)}`, shapes.ordersResult, query),
    payments: (address: TariAddress, query: Query = {}) =>
      client.getPage(`/api/payments/${addressToBase58(address)}`, shapes.paymentsResult, query),
    customerIds: (query: Query = {}) => client.getPage('/api/customer_ids', text.array(), query),
    addresses: (query: Query = {}) => client.getPage('/api/addresses', text.array(), query),
    balances: (query: Query = {}) => client.getPage('/api/balances', shapes.addressBalance.array(), query),
    credit: (customerId: string, amount: bigint, reason?: string) =>
      client.change('POST', '/api/credit', shapes.settlement, {
        customer_id: customerId,
        amount,
        ...withReason(reason),
      }),
    settleAddress: (address: TariAddress) =>
      client.change('POST', `/api/settle/address/${addressToBase58(address)}`, shapes.settlement.nullable()),
    settleCustomer: (id: string) =>
      client.change('POST', `/api/settle/customer/${escaped(id)}`, shapes.settlement.nullable()),
    held: (query: Query = {}) => client.getPage('/api/held', shapes.heldMoney.array(), query),
    assignHeld: (txid: string, to: { order_id?: string; customer_id?: string; reason: string }) =>
      client.change('POST', `/api/held/${escaped(txid)}/assign`, shapes.settlement, to),
  };
}

function withReason(reason: string | undefined): { reason?: string } {
  return reason === undefined ? {} : { reason };
}
