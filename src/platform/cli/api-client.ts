import { hex } from '@scure/base';
import type { z } from 'zod';
import type { KeptToken } from '#auth/cli/kept-token.ts';
import type { Signer } from '#auth/cli/secret-key.ts';
import type { Clock } from '#platform/clock.ts';
import { NEXT_CURSOR } from '#platform/next-cursor.ts';
import { addressToBase58, type TariAddress } from '#tari/address.ts';
import { type Claim, signClaim } from '#tari/claim.ts';
import { decodeToken, signToken, TokenError } from '#tari/ristretto-jwt.ts';
import type { RandomBytes } from '#tari/schnorr.ts';
import * as shapes from './api-shapes.ts';
import { CommandError } from './exit.ts';
import {
  type CallPorts,
  callServer,
  type ServerAnswer,
  type ServerCall,
  ServerRefusal,
  ServerUnreachable,
} from './server-call.ts';

/** The server's interface as functions (`http-api.md` 1). Each throws a CommandError whose message is a sentence. */
export type ApiClient = ReturnType<typeof createApiClient>;

interface ClientPorts extends CallPorts {
  clock: Clock;
  randomBytes: RandomBytes;
  sleep: (milliseconds: number) => Promise<void>;
}

export interface ApiClientOptions {
  server: string;
  /** Who logs in; only what is public can be asked without. */
  signer?: Signer;
  /** What a login asks for. */
  roles?: readonly string[];
  /** Where the token is kept between commands; without it, it is kept in memory alone. */
  keptToken?: KeptToken;
}

/** A list that is read in parts. */
export interface Page<Answer> {
  answer: Answer;
  /** Where the next part begins; undefined at the end. */
  next: string | undefined;
}

export type Query = Readonly<Record<string, string | number | bigint | undefined>>;

/** So long before its end a token is renewed, that a slow request still arrives in time. */
const RENEW_BEFORE_END_MS = 60_000;
/** The last of them is for an address whose nonces a tool has counted in milliseconds: seconds never get above those. */
const MAX_LOGIN_TRIES = 5;
const PAUSE_BETWEEN_LOGINS_MS = 1_000;
const MOST_SENDS_OF_A_CHANGE = 3;
const PAUSE_BETWEEN_SENDS_MS = 1_000;
const IDEMPOTENCY_KEY_BYTES = 16;

export function createApiClient(ports: ClientPorts, options: ApiClientOptions) {
  const { server } = options;
  const logIn = createLogin(ports, options);

  /** A token that was refused, because the server's keys were changed, is renewed once. */
  async function callLoggedIn(call: Omit<ServerCall, 'server'>): Promise<ServerAnswer> {
    const send = (token: string) =>
      callServer(ports, { ...call, server, headers: { ...call.headers, ...tokenHeaders('tpg_access_token', token) } });
    try {
      return await send(await logIn.token());
    } catch (error) {
      if (!(error instanceof ServerRefusal) || error.code !== 'access_token_invalid') throw error;
      await logIn.forget();
      return send(await logIn.token());
    }
  }

  async function get<Shape extends z.ZodType>(path: string, shape: Shape, query: Query = {}): Promise<z.output<Shape>> {
    return read(shape, await callLoggedIn({ method: 'GET', path: withQuery(path, query) }), path);
  }

  async function getPage<Shape extends z.ZodType>(
    path: string,
    shape: Shape,
    query: Query,
  ): Promise<Page<z.output<Shape>>> {
    const answer = await callLoggedIn({ method: 'GET', path: withQuery(path, query) });
    return { answer: read(shape, answer, path), next: answer.headers.get(NEXT_CURSOR) ?? undefined };
  }

  /**
   * Sends a change under a key of its own, and again where no answer came: the server makes it once. Where the answer
   * never comes the change may still have been made, which the sentence says.
   */
  async function change<Shape extends z.ZodType>(
    method: ServerCall['method'],
    path: string,
    shape: Shape,
    body?: unknown,
  ): Promise<z.output<Shape>> {
    const key = hex.encode(ports.randomBytes(IDEMPOTENCY_KEY_BYTES));
    const call = { method, path, headers: { 'idempotency-key': key }, ...(body !== undefined && { body }) };
    for (let sends = 1; ; sends += 1) {
      try {
        return read(shape, await callLoggedIn(call), path);
      } catch (error) {
        if (!(error instanceof ServerUnreachable)) throw error;
        if (sends === MOST_SENDS_OF_A_CHANGE) {
          throw new ServerUnreachable(`${error.message} Look whether the change was made before you repeat it.`);
        }
        await ports.sleep(PAUSE_BETWEEN_SENDS_MS);
      }
    }
  }

  /** For changes that are answered without a body. */
  async function command(method: ServerCall['method'], path: string, body?: unknown): Promise<void> {
    await callLoggedIn({ method, path, ...(body !== undefined && { body }) });
  }

  /** Anybody may send a claim: the signature in it is what counts. */
  async function sendClaim(body: Claim): Promise<shapes.ClaimedOrderAnswer> {
    const call: ServerCall = { server, method: 'POST', path: '/order/claim', body };
    return read(shapes.claimedOrder, await callServer(ports, call), call.path);
  }

  return {
    server,
    /** Who is logged in, or would be. */
    signer: options.signer,
    roles: options.roles ?? [],
    /** Logs in at once and anew, rather than at the first question. */
    async logIn() {
      await logIn.forget();
      await logIn.token();
    },
    /** When the token ends; undefined where nobody is logged in. */
    loggedInUntil: () => logIn.expiresAt(),
    logOut: () => logIn.forget(),

    /** Any request with the token, answered as it is. It is sent once. */
    request: (method: ServerCall['method'], path: string, body?: unknown) =>
      callLoggedIn({ method, path, ...(body !== undefined && { body }) }),

    // ---- Public
    async health(): Promise<shapes.ReadinessAnswer> {
      const call: ServerCall = { server, method: 'GET', path: '/health/ready' };
      return read(shapes.readiness, await callServer(ports, call, { accept: [503] }), call.path);
    },
    async paymentAddresses(): Promise<string[]> {
      const { json } = await callServer(ports, { server, method: 'GET', path: '/wallet/send_to' });
      if (Array.isArray(json) && json.every((address) => typeof address === 'string')) return json;
      throw unexpected('/wallet/send_to');
    },
    claim: (signer: Signer, orderId: string) =>
      sendClaim(signClaim(signer.secretKey, signer.address, orderId, ports.randomBytes)),
    sendClaim,

    // ---- One's own account
    myBalance: () => get('/api/balance', shapes.addressBalance),
    myHistory: () => get('/api/history', shapes.addressHistory),
    myOrders: (query: Query = {}) => getPage('/api/orders', shapes.ordersResult, query),
    myOpenOrders: (query: Query = {}) => getPage('/api/unfulfilled_orders', shapes.ordersResult, query),
    myPayments: (query: Query = {}) => getPage('/api/payments', shapes.paymentsResult, query),
    settleMine: () => change('POST', '/api/settle', shapes.settlement.nullable()),

    // ---- Orders
    order: (orderId: string) => get(`/api/order/id/${escaped(orderId)}`, shapes.orderDetails.nullable()),
    orderEvents: (orderId: string, query: Query = {}) =>
      getPage(`/api/order/id/${escaped(orderId)}/events`, shapes.event.array(), query),
    orderLink: (orderId: string) => get(`/api/order/${escaped(orderId)}/link`, shapes.orderLink),
    searchOrders: (query: Query) => getPage('/api/search/orders', shapes.order.array(), query),
    searchPayments: (query: Query) => getPage('/api/search/payments', shapes.payment.array(), query),
    paymentsForOrder: (orderId: string, query: Query = {}) =>
      getPage(`/api/payments-for-order/${escaped(orderId)}`, shapes.payment.array(), query),
    creditors: (query: Query = {}) => getPage('/api/creditors', shapes.creditor.array(), query),
    fulfill: (orderId: string, reason: string) =>
      change('POST', '/api/fulfill', shapes.order, { order_id: orderId, reason }),
    cancel: (orderId: string, reason: string) =>
      change('POST', '/api/cancel', shapes.order, { order_id: orderId, reason }),
    editMemo: (orderId: string, memo: string, reason?: string) =>
      change('PATCH', '/api/order_memo', shapes.order, { order_id: orderId, new_memo: memo, ...withReason(reason) }),
    editPrice: (orderId: string, price: bigint, reason?: string) =>
      change('PATCH', '/api/order_price', shapes.order, { order_id: orderId, new_price: price, ...withReason(reason) }),
    reassign: (orderId: string, customerId: string, reason: string) =>
      change('PATCH', '/api/reassign_order', shapes.orderMoved, {
        order_id: orderId,
        new_customer_id: customerId,
        reason,
      }),
    reset: (orderId: string) => change('PATCH', `/api/reset_order/${escaped(orderId)}`, shapes.orderChanged),
    rescanProgress: () => get('/api/rescan_open_orders', shapes.rescanProgress),
    rescan: () => change('POST', '/api/rescan_open_orders', shapes.result.array()),

    // ---- Accounts
    balance: (address: TariAddress) => get(`/api/balance/${addressToBase58(address)}`, shapes.addressBalance),
    history: (address: TariAddress) => get(`/api/history/address/${addressToBase58(address)}`, shapes.addressHistory),
    customerHistory: (id: string) => get(`/api/history/customer/${escaped(id)}`, shapes.customerHistory),
    orders: (address: TariAddress, query: Query = {}) =>
      getPage(`/api/orders/${addressToBase58(address)}`, shapes.ordersResult, query),
    openOrders: (address: TariAddress, query: Query = {}) =>
      getPage(`/api/unfulfilled_orders/${addressToBase58(address)}`, shapes.ordersResult, query),
    payments: (address: TariAddress, query: Query = {}) =>
      getPage(`/api/payments/${addressToBase58(address)}`, shapes.paymentsResult, query),
    customerIds: (query: Query = {}) => getPage('/api/customer_ids', shapes.text.array(), query),
    addresses: (query: Query = {}) => getPage('/api/addresses', shapes.text.array(), query),
    balances: (query: Query = {}) => getPage('/api/balances', shapes.addressBalance.array(), query),
    credit: (customerId: string, amount: bigint, reason?: string) =>
      change('POST', '/api/credit', shapes.settlement, { customer_id: customerId, amount, ...withReason(reason) }),
    settleAddress: (address: TariAddress) =>
      change('POST', `/api/settle/address/${addressToBase58(address)}`, shapes.settlement.nullable()),
    settleCustomer: (id: string) => change('POST', `/api/settle/customer/${escaped(id)}`, shapes.settlement.nullable()),
    held: (query: Query = {}) => getPage('/api/held', shapes.heldMoney.array(), query),
    assignHeld: (txid: string, to: { order_id?: string; customer_id?: string; reason: string }) =>
      change('POST', `/api/held/${escaped(txid)}/assign`, shapes.settlement, to),

    // ---- Administration
    exchangeRate: (currency: string) => get(`/api/exchange_rate/${escaped(currency)}`, shapes.exchangeRate),
    exchangeRates: () => get('/api/exchange_rates', shapes.exchangeRate.array()),
    setExchangeRate: (currency: string, rate: bigint) => command('POST', '/api/exchange_rate', { currency, rate }),
    rateHistory: (currency: string, query: Query = {}) =>
      getPage(`/api/exchange_rate/${escaped(currency)}/history`, shapes.setRate.array(), query),
    priceUpdates: (query: Query = {}) => getPage('/api/price_updates', shapes.priceUpdate.array(), query),
    priceUpdate: (id: bigint) => get(`/api/price_updates/${id}`, shapes.priceUpdate),
    startPriceUpdate: (currency: string) => change('POST', '/api/price_updates', shapes.priceUpdate, { currency }),
    retryPriceUpdate: (id: bigint) => change('POST', `/api/price_updates/${id}/retry`, shapes.priceUpdate),
    wallets: () => get('/api/wallets', shapes.wallet.array()),
    addWallet: (address: TariAddress, ipAddress: string, initialNonce?: bigint) =>
      command('POST', '/api/wallets', {
        address: addressToBase58(address),
        ip_address: ipAddress,
        ...(initialNonce !== undefined && { initial_nonce: initialNonce }),
      }),
    removeWallet: (address: TariAddress) => command('DELETE', `/api/wallets/${addressToBase58(address)}`),
    everybodysRoles: () => get('/api/roles', shapes.rolesOfAddress.array()),
    rolesOf: (address: TariAddress) => get(`/api/roles/${addressToBase58(address)}`, shapes.rolesOfAddress),
    /** @param force also when no super admin is left then. */
    changeRoles: (
      address: TariAddress,
      change: { apply?: readonly string[]; revoke?: readonly string[] },
      force = false,
    ) =>
      command('POST', withQuery('/api/roles', { force: force ? 'true' : undefined }), [
        { address: addressToBase58(address), ...change },
      ]),
    events: (query: Query = {}) => get('/api/events', shapes.event.array(), query),
    rejected: (query: Query = {}) => get('/api/rejected', shapes.rejectedWebhook.array(), query),
    retryRejected: (id: bigint) => change('POST', `/api/rejected/${id}/retry`, shapes.result),
    dismissRejected: (id: bigint, reason: string) =>
      change('POST', `/api/rejected/${id}/dismiss`, shapes.result, { reason }),
    deadLetters: (query: Query = {}) => get('/api/dead_letters', shapes.deadLetter.array(), query),
    retryDeadLetter: (eventId: bigint, subscriber?: string) =>
      change('POST', withQuery(`/api/dead_letters/${eventId}/retry`, { subscriber }), shapes.retried),
    dismissDeadLetter: (eventId: bigint, reason: string, subscriber?: string) =>
      change('POST', `/api/dead_letters/${eventId}/dismiss`, shapes.dismissed, {
        subscriber: subscriber ?? null,
        reason,
      }),
    chain: () => get('/api/chain', shapes.chainStatus),
    chainRefused: (query: Query = {}) => get('/api/chain/refused', shapes.chainRefusal.array(), query),
    chainLeft: (query: Query = {}) => get('/api/chain/left', shapes.chainDeparture.array(), query),
    auditLog: (query: Query = {}) => get('/api/audit_log', shapes.auditRecord.array(), query),
  };
}

// ---- Logging in ---------------------------------------------------------------------------------------------------

/** Keeps one token, and gets another before it ends. */
function createLogin(ports: ClientPorts, { server, signer, roles = [], keptToken }: ApiClientOptions) {
  let kept: { token: string; expiresAt: Date } | undefined;
  let lastNonce = 0n;

  /** The clock, and never the same twice. */
  const nextNonce = (unitMs: number) => {
    const now = BigInt(Math.floor(ports.clock.now().getTime() / unitMs));
    lastNonce = now > lastNonce ? now : lastNonce + 1n;
    return lastNonce;
  };

  const requestToken = async (unitMs: number): Promise<string> => {
    if (signer === undefined) throw new CommandError('Nobody is logged in: choose a profile with -p.');
    const claims = { address: addressToBase58(signer.address), nonce: nextNonce(unitMs), desired_roles: roles };
    const headers = tokenHeaders('tpg_auth_token', signToken(claims, signer.secretKey, ports.randomBytes));
    return (await callServer(ports, { server, method: 'POST', path: '/auth', headers })).text.trim();
  };

  /**
   * Nonces are seconds, as those of the Rust server's tool: milliseconds would lock that tool out for ever. Another
   * process that logs in as the same person in the same second may have the higher nonce.
   */
  const requestTokenPatiently = async (): Promise<string> => {
    for (let tries = 1; ; tries += 1) {
      try {
        return await requestToken(tries === MAX_LOGIN_TRIES ? 1 : 1_000);
      } catch (error) {
        const isLate = error instanceof ServerRefusal && error.code === 'login_nonce_not_increasing';
        if (!isLate || tries === MAX_LOGIN_TRIES) throw error;
        // The next free number may be enough; after that, only the next second is.
        if (tries > 1 && tries < MAX_LOGIN_TRIES - 1) await ports.sleep(PAUSE_BETWEEN_LOGINS_MS);
      }
    }
  };

  const isGood = ({ expiresAt }: { expiresAt: Date }) =>
    expiresAt.getTime() - RENEW_BEFORE_END_MS > ports.clock.now().getTime();

  /** What an earlier command kept; it may be of another server or cut off, which the server says then. */
  const load = async () => {
    const token = await keptToken?.load();
    const expiresAt = token === undefined ? undefined : expiryIn(token);
    return token === undefined || expiresAt === undefined ? undefined : { token, expiresAt };
  };

  return {
    async token(): Promise<string> {
      kept ??= await load();
      if (kept !== undefined && isGood(kept)) return kept.token;
      const token = await requestTokenPatiently();
      const expiresAt = expiryIn(token);
      if (expiresAt === undefined) throw unexpected('/auth');
      kept = { token, expiresAt };
      await keptToken?.save(token);
      return token;
    },
    expiresAt: () => kept?.expiresAt,
    async forget() {
      kept = undefined;
      await keptToken?.forget();
    },
  };
}

/** Under both names: older servers know the one, and proxies that drop names with underscores pass the other on. */
function tokenHeaders(name: 'tpg_auth_token' | 'tpg_access_token', token: string): Record<string, string> {
  return { [name]: token, authorization: `Bearer ${token}` };
}

/** Undefined where the text is no token that ends. */
function expiryIn(token: string): Date | undefined {
  try {
    const expiresAt = new Date(Number(decodeToken(token).claims.exp) * 1000);
    return Number.isNaN(expiresAt.getTime()) ? undefined : expiresAt;
  } catch (error) {
    if (error instanceof TokenError) return undefined;
    throw error;
  }
}

// ---- Parts --------------------------------------------------------------------------------------------------------

function read<Shape extends z.ZodType>(shape: Shape, answer: ServerAnswer, path: string): z.output<Shape> {
  const parsed = shape.safeParse(answer.json);
  if (parsed.success) return parsed.data;
  throw unexpected(path, parsed.error.issues[0]?.path.join('.'));
}

function unexpected(path: string, where?: string): CommandError {
  const at = where === undefined || where === '' ? '' : ` at ${where}`;
  return new CommandError(
    `The server's answer to ${path.split('?')[0]} is not as expected${at}. Is it another version?`,
  );
}

function escaped(text: string): string {
  return encodeURIComponent(text);
}

function withQuery(path: string, query: Query): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) parameters.set(name, String(value));
  return parameters.size === 0 ? path : `${path}?${parameters}`;
}

function withReason(reason: string | undefined): { reason?: string } {
  return reason === undefined ? {} : { reason };
}
