/**
 * Every GraphQL document that we send to Shopify's Admin API (version 2026-10). They ask for no protected customer data,
 * which is names, addresses and e-mails: nothing here needs more of a customer than the id. A test validates each against the real schema.
 */

/** The state by which we decide whether an order may be paid or cancelled. */
const ORDER_STATE = `
  fragment OrderState on Order {
    id
    name
    displayFinancialStatus
    canMarkAsPaid
    cancelledAt
    totalOutstandingSet { presentmentMoney { amount currencyCode } }
  }`;

/** A price in the shop's currency and in the buyer's. */
const PRICES = `
  fragment Prices on MoneyBag {
    shopMoney { amount currencyCode }
    presentmentMoney { amount currencyCode }
  }`;

export const READ_ORDER = `
  query ReadOrder($id: ID!) {
    order(id: $id) { ...OrderState }
  }
  ${ORDER_STATE}`;

/** The search may find names that only resemble the one asked for; ten are room enough for the exact one among them. */
export const FIND_ORDERS_BY_NAME = `
  query FindOrdersByName($query: String!) {
    orders(first: 10, query: $query) { nodes { ...OrderState } }
  }
  ${ORDER_STATE}`;

/**
 * Pays the whole balance: `amount` is left out on purpose, since stores without Shopify Plus are denied it. Unlike
 * orderMarkAsPaid it takes a label and the time at which the money came.
 */
export const CREATE_MANUAL_PAYMENT = `
  mutation CreateManualPayment($id: ID!, $paymentMethodName: String!, $processedAt: DateTime!) {
    orderCreateManualPayment(id: $id, paymentMethodName: $paymentMethodName, processedAt: $processedAt) {
      order { ...OrderState }
      userErrors { code field message }
    }
  }
  ${ORDER_STATE}`;

/** Its user errors have no code. */
export const MARK_ORDER_AS_PAID = `
  mutation MarkOrderAsPaid($id: ID!) {
    orderMarkAsPaid(input: { id: $id }) {
      order { ...OrderState }
      userErrors { field message }
    }
  }
  ${ORDER_STATE}`;

/** The customer paid nothing in the shop, so nothing is refunded there, and our own words reach the customer, not Shopify's. */
export const CANCEL_ORDER = `
  mutation CancelOrder($id: ID!, $staffNote: String!) {
    orderCancel(
      orderId: $id
      reason: OTHER
      restock: true
      refundMethod: { originalPaymentMethodsRefund: false }
      notifyCustomer: false
      staffNote: $staffNote
    ) {
      job { id done }
      orderCancelUserErrors { code field message }
    }
  }`;

export const READ_JOB = `
  query ReadJob($id: ID!) {
    job(id: $id) { id done }
  }`;

/**
 * A page of orders as the search finds them. A customer's id is not protected, but an app without the scope
 * read_customers is denied the whole answer when it asks for one.
 */
export const READ_OPEN_ORDERS = `
  query ReadOpenOrders($query: String!, $after: String, $withCustomers: Boolean!) {
    orders(first: 50, after: $after, sortKey: CREATED_AT, query: $query) {
      nodes {
        id
        name
        note
        createdAt
        updatedAt
        cancelledAt
        displayFinancialStatus
        currencyCode
        presentmentCurrencyCode
        totalPriceSet { ...Prices }
        subtotalPriceSet { ...Prices }
        customAttributes { key value }
        customer @include(if: $withCustomers) { id }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
  ${PRICES}`;

export const READ_LINE_ITEMS = `
  query ReadLineItems($id: ID!, $after: String) {
    order(id: $id) {
      lineItems(first: 25, after: $after) {
        nodes { quantity originalUnitPriceSet { ...Prices } }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
  ${PRICES}`;

export const READ_CONNECTION = `
  query ReadConnection {
    currentAppInstallation { accessScopes { handle } }
    shop { myshopifyDomain plan { shopifyPlus } }
  }`;

export const READ_API_VERSIONS = `
  query ReadApiVersions {
    publicApiVersions { handle supported }
  }`;

/** Returns the name that a document gives its operation, as logs show it. */
export function operationName(document: string): string {
  return /\b(?:query|mutation)\s+(\w+)/.exec(document)?.[1] ?? 'unnamed';
}
