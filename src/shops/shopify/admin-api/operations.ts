/**
 * Every GraphQL document that we send to Shopify's Admin API (version 2026-10). They ask for no protected customer data,
 * which is names, addresses and e-mails: nothing here needs more of a customer than the id, but for the search by an
 * e-mail that staff have typed. A test validates each against the real schema.
 */

/** A price in the shop's currency and in the buyer's. */
const PRICES = `
  fragment Prices on MoneyBag {
    shopMoney { amount currencyCode }
    presentmentMoney { amount currencyCode }
  }`;

/** The state that decides whether an order may be paid or cancelled, and what is due for it now. */
const ORDER_STATE = `
  fragment OrderState on Order {
    id
    name
    canMarkAsPaid
    cancelledAt
    displayFinancialStatus
    currencyCode
    presentmentCurrencyCode
    paymentGatewayNames
    currentTotalPriceSet { ...Prices }
    currentSubtotalPriceSet { ...Prices }
    currentTotalDiscountsSet { ...Prices }
    totalOutstandingSet { ...Prices }
    totalReceivedSet { presentmentMoney { amount currencyCode } }
  }
  ${PRICES}`;

export const READ_ORDER = `
  query ReadOrder($id: ID!) {
    order(id: $id) { ...OrderState }
  }
  ${ORDER_STATE}`;

/** More transactions than an order has; the last one read says whether there may be more. */
export const READ_ORDER_PAYMENTS = `
  query ReadOrderPayments($id: ID!) {
    order(id: $id) {
      ...OrderState
      transactions(first: 60) {
        id
        kind
        status
        gateway
        manualPaymentGateway
        amountSet { ...Prices }
        totalUnsettledSet { presentmentMoney { amount currencyCode } }
        parentTransaction { id }
      }
    }
  }
  ${ORDER_STATE}`;

/** The currency is the buyer's. `finalCapture` is left out: a gateway that can't capture twice refuses it. */
export const CAPTURE_AUTHORIZATION = `
  mutation CaptureAuthorization($id: ID!, $parentTransactionId: ID!, $amount: Money!, $currency: CurrencyCode!) {
    orderCapture(
      input: { id: $id, parentTransactionId: $parentTransactionId, amount: $amount, currency: $currency }
    ) {
      transaction { id status }
      userErrors { field message }
    }
  }`;

/** The search may find similar addresses; without access to protected data the e-mail is null in the answer. */
export const FIND_CUSTOMERS_BY_EMAIL = `
  query FindCustomersByEmail($query: String!) {
    customers(first: 10, query: $query) { nodes { id defaultEmailAddress { emailAddress } } }
  }`;

/** The search may find similar names; ten results are enough to include the exact one. */
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

/** More refunds than an order has; the last one read says whether there may be more. */
export const READ_REFUNDS = `
  query ReadRefunds($id: ID!) {
    order(id: $id) { refunds(first: 100) { id note } }
  }`;

/** Without the directive the shop refuses it since 2026-04. It moves no money: that of a manual gateway was moved already. */
export const CREATE_REFUND = `
  mutation CreateRefund($input: RefundInput!, $key: String!) {
    refundCreate(input: $input) @idempotent(key: $key) {
      refund { id totalRefundedSet { ...Prices } }
      userErrors { field message }
    }
  }
  ${PRICES}`;

export const READ_JOB = `
  query ReadJob($id: ID!) {
    job(id: $id) { id done }
  }`;

/**
 * A page of orders as the search finds them. A customer's id is not protected, but an app without the scope
 * read_customers is denied the whole answer when it asks for one. Each price of a page costs: only those are asked for
 * that are needed.
 */
export const READ_OPEN_ORDERS = `
  query ReadOpenOrders(
    $query: String!
    $after: String
    $withCustomers: Boolean!
    $withSubtotals: Boolean!
    $withDiscounts: Boolean!
  ) {
    orders(first: 50, after: $after, sortKey: CREATED_AT, query: $query) {
      nodes {
        id
        name
        note
        confirmationNumber
        customerLocale
        createdAt
        updatedAt
        cancelledAt
        displayFinancialStatus
        currencyCode
        presentmentCurrencyCode
        paymentGatewayNames
        currentTotalPriceSet { ...Prices }
        currentSubtotalPriceSet @include(if: $withSubtotals) { ...Prices }
        currentTotalDiscountsSet @include(if: $withDiscounts) { shopMoney { amount currencyCode } }
        totalOutstandingSet { shopMoney { amount currencyCode } }
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
        nodes { currentQuantity originalUnitPriceSet { ...Prices } }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
  ${PRICES}`;

/** Where the shop keeps the price of a variant in µT, as its theme reads it. */
const TARI_PRICE = `metafield(namespace: "custom", key: "tari_price") { type value }`;

/** A page has as many variants as SET_TARI_PRICES accepts. Without a limit the count is exact beyond 10,000. */
export const READ_VARIANTS = `
  query ReadVariants($query: String, $withTotal: Boolean!) {
    shop { currencyCode }
    productVariantsCount(limit: null) @include(if: $withTotal) { count }
    productVariants(first: 25, sortKey: ID, query: $query) {
      nodes { id price ${TARI_PRICE} }
      pageInfo { hasNextPage endCursor }
    }
  }`;

export const READ_VARIANTS_OF_PRODUCT = `
  query ReadVariantsOfProduct($id: ID!, $after: String) {
    shop { currencyCode }
    product(id: $id) {
      variants(first: 25, after: $after) {
        nodes { id price ${TARI_PRICE} }
        pageInfo { hasNextPage endCursor }
      }
    }
  }`;

/** At most 25 per call; all of them are set, or none. */
export const SET_TARI_PRICES = `
  mutation SetTariPrices($metafields: [MetafieldsSetInput!]!) {
    metafieldsSet(metafields: $metafields) {
      userErrors { code field message }
    }
  }`;

/** Type, handle and fields have the names by which themes made for the Rust server read them. */
export const READ_GLOBAL_RATE = `
  query ReadGlobalRate($field: String!) {
    metaobjectDefinitionByType(type: "tari_price") { id fieldDefinitions { key } }
    metaobjectByHandle(handle: { type: "tari_price", handle: "tari-price-global" }) { field(key: $field) { value } }
  }`;

export const DEFINE_GLOBAL_RATE = `
  mutation DefineGlobalRate($fields: [MetaobjectFieldDefinitionCreateInput!]!) {
    metaobjectDefinitionCreate(
      definition: {
        type: "tari_price"
        name: "Tari price"
        description: "What one unit of a currency costs in microtari. Kept by the Tari payment server."
        access: { storefront: PUBLIC_READ }
        fieldDefinitions: $fields
      }
    ) {
      userErrors { code field message }
    }
  }`;

export const DEFINE_CURRENCY_OF_GLOBAL_RATE = `
  mutation DefineCurrencyOfGlobalRate($id: ID!, $field: MetaobjectFieldDefinitionCreateInput!) {
    metaobjectDefinitionUpdate(id: $id, definition: { fieldDefinitions: [{ create: $field }] }) {
      userErrors { code field message }
    }
  }`;

/** Sets the fields that are named and leaves those of other currencies alone. */
export const SET_GLOBAL_RATE = `
  mutation SetGlobalRate($fields: [MetaobjectFieldInput!]!) {
    metaobjectUpsert(handle: { type: "tari_price", handle: "tari-price-global" }, metaobject: { fields: $fields }) {
      userErrors { code field message }
    }
  }`;

export const READ_CONNECTION = `
  query ReadConnection {
    currentAppInstallation { accessScopes { handle } }
    shop { myshopifyDomain plan { shopifyPlus } }
  }`;

export const READ_API_VERSIONS = `
  query ReadApiVersions {
    publicApiVersions { handle supported }
  }`;

/** A page of our app's webhook subscriptions. Those in `shopify.app.toml` are not among them (Admin schema 2026-10). */
export const READ_SUBSCRIPTIONS = `
  query ReadSubscriptions($after: String) {
    webhookSubscriptions(first: 50, after: $after) {
      nodes {
        id
        topic
        uri
        format
        filter
        includeFields
        metafieldNamespaces
        apiVersion { handle supported }
      }
      pageInfo { hasNextPage endCursor }
    }
  }`;

export const CREATE_SUBSCRIPTION = `
  mutation CreateSubscription($topic: WebhookSubscriptionTopic!, $uri: String!) {
    webhookSubscriptionCreate(topic: $topic, webhookSubscription: { uri: $uri, format: JSON }) {
      webhookSubscription { id }
      userErrors { field message }
    }
  }`;

/** Moves a subscription to another address, without an interruption (Admin schema 2026-10). */
export const UPDATE_SUBSCRIPTION = `
  mutation UpdateSubscription($id: ID!, $subscription: WebhookSubscriptionInput!) {
    webhookSubscriptionUpdate(id: $id, webhookSubscription: $subscription) {
      webhookSubscription { id }
      userErrors { field message }
    }
  }`;

export const DELETE_SUBSCRIPTION = `
  mutation DeleteSubscription($id: ID!) {
    webhookSubscriptionDelete(id: $id) {
      deletedWebhookSubscriptionId
      userErrors { field message }
    }
  }`;

/** Whether our app may read orders at all, which takes access to protected customer data beside the scope. */
export const READ_ANY_ORDER = `
  query ReadAnyOrder {
    orders(first: 1) { nodes { id } }
  }`;

/** Returns the name that a document gives its operation, as logs show it. */
export function operationName(document: string): string {
  return /\b(?:query|mutation)\s+(\w+)/.exec(document)?.[1] ?? 'unnamed';
}
