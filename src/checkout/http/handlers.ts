import type { FastifyReply, FastifyRequest } from 'fastify';
import type { PayerOrders } from '#checkout/payer-orders.ts';
import type { PayPageSettings } from '#checkout/settings.ts';
import type { signedClaims } from '#engine/claims/signed-claims.ts';
import type { Clock } from '#platform/clock.ts';
import { DomainError } from '#platform/errors.ts';
import { HttpError } from '#platform/http/errors.ts';
import { ASSET_CACHING } from '#platform/http/pages/asset.ts';
import { type Answer, compressed } from '#platform/http/pages/compressed.ts';
import type { AnonymousRateLimit } from '#platform/http/rate-limit.ts';
import type { Logger } from '#platform/logging/logger.ts';
import { isStorable } from '#platform/storable-text.ts';
import { ClaimError, parseClaim } from '#tari/claim.ts';
import { createAssets } from './assets.ts';
import { createPages, type FoundOrder, type Named, pathOf, type Visit } from './pages.ts';
import { Streams } from './streams.ts';
import { CLAIM_OUTCOMES, type ClaimOutcome } from './templates/order-page.ts';
import { REFUND_OUTCOMES, type RefundOutcome } from './templates/refund.ts';
import type { Refresh } from './view.ts';

export interface HandlerPorts {
  settings: PayPageSettings;
  /** The server's public address: behind a proxy it may have a path prefix. */
  publicUrl: string | null;
  payerOrders: PayerOrders;
  orders: ReturnType<typeof signedClaims>;
  clock: Clock;
  log: Logger;
  limitStrangers: AnonymousRateLimit;
  clientAddress: (request: FastifyRequest) => string;
}

export type Handlers = ReturnType<typeof createHandlers>;

const MAX_ORDER_LENGTH = 256;
const MAX_NUMBER_LENGTH = 64;

/** Refresh interval of pages without JavaScript. */
const REFRESH_SECONDS = 15;

/** The handlers of the pages. Loaded when a page is first requested. @throws {Error} for an invalid logo. */
export function createHandlers(ports: HandlerPorts) {
  const { settings, payerOrders, clock, log, limitStrangers, clientAddress } = ports;
  const base = ports.publicUrl === null ? '' : new URL(ports.publicUrl).pathname.replace(/\/+$/, '');
  const assets = createAssets(settings, base);
  const now = () => clock.now();
  const pages = createPages({ settings, assets, now, base });
  /** No order has a name or number that no database can hold: none is asked for it, which PostgreSQL would refuse. */
  const findReadable = async ({ order, number }: Named): Promise<FoundOrder> =>
    isName(order, MAX_ORDER_LENGTH) && isName(number, MAX_NUMBER_LENGTH) ? payerOrders.find(order, number) : undefined;

  const streams = new Streams({ find: findReadable, news: payerOrders.news, pages, now, log });

  /**
   * The order, for visitors who know its number. Others learn nothing: a wrong order and a wrong number give the same
   * answer and count against the same rate limit.
   */
  const find = async (request: FastifyRequest, reply: FastifyReply, named: Named): Promise<FoundOrder> => {
    limitStrangers.refuseExceeded(request, reply);
    const found = await findReadable(named);
    if (found === undefined) await limitStrangers(request, reply);
    return found;
  };

  return {
    close: () => streams.close(),

    entry(request: FastifyRequest): Answer {
      return page(pages.entry(visitOf(request)));
    },

    /** The path of the order whose numbers were entered, whether or not it exists; undefined if none were. */
    typedIn(request: FastifyRequest): string | undefined {
      const { order, number, lang, embed } = queryOf(request);
      if (order === undefined || number === undefined) return undefined;
      const query = new URLSearchParams({ ...(lang && { lang }), ...(embed && { embed }) }).toString();
      const path = base + pathOf({ order: order.trim(), number: number.trim() });
      return query === '' ? path : `${path}?${query}`;
    },

    async order(request: FastifyRequest, reply: FastifyReply): Promise<Answer> {
      const visit = visitOf(request);
      const named = namedIn(request);
      const found = await find(request, reply, named);
      // An unknown order may still arrive, so its page is not an error, which a browser would log.
      if (visit.refresh === 'timed') reply.header('refresh', REFRESH_SECONDS);
      return page(
        pages.order(visit, named, found, { claim: claimOutcomeIn(request), refund: refundOutcomeIn(request) }),
      );
    },

    async events(request: FastifyRequest, reply: FastifyReply): Promise<void> {
      const visit = visitOf(request);
      const named = namedIn(request);
      const address = clientAddress(request);
      // Without room the page polls instead. Checked before the order is looked up, because that costs more.
      if (!streams.hasRoomFor(address, true)) throw new HttpError('unavailable');
      const { told } = streams;
      const found = await find(request, reply, named);
      // Behind another response on its connection nothing could be sent, only buffered.
      const canBeSent = reply.raw.socket !== null;
      if (!canBeSent || !streams.hasRoomFor(address, found !== undefined)) throw new HttpError('unavailable');
      const shown = pages.render(visit, named, found);
      reply.hijack();
      // The visitor left while the order was looked up.
      if (reply.raw.destroyed) return;
      reply.raw.writeHead(200, {
        ...(reply.getHeaders() as Record<string, string>),
        'content-type': 'text/event-stream; charset=utf-8',
        // Otherwise nginx would buffer the stream.
        'x-accel-buffering': 'no',
      });
      const lastSeen = request.headers['last-event-id'];
      const since = typeof lastSeen === 'string' ? lastSeen : (queryOf(request).since ?? '');
      streams.open({ request: request.raw, response: reply.raw, address, visit, named, since, told }, shown);
    },

    /** Redirects the visitor back to the page, which shows the result of the claim. */
    async claim(request: FastifyRequest, reply: FastifyReply): Promise<void> {
      const named = namedIn(request);
      const found = await find(request, reply, named);
      await limitStrangers(request, reply);
      const outcome = found === undefined ? 'refused' : await claimFor(found.orderId, request.body);
      const { lang, embed } = queryOf(request);
      const query = new URLSearchParams({ ...(lang && { lang }), ...(embed && { embed }), claim: outcome });
      await reply.redirect(`${base}${pathOf(named)}?${query}#details`, 303);
    },

    /** Redirects the visitor back to the page, which shows where the refund goes or why nothing was changed. */
    async refund(request: FastifyRequest, reply: FastifyReply): Promise<void> {
      const named = namedIn(request);
      const found = await find(request, reply, named);
      await limitStrangers(request, reply);
      const outcome = found === undefined ? 'refused' : await sendRefundTo(found, request.body);
      const { lang, embed } = queryOf(request);
      const query = new URLSearchParams({ ...(lang && { lang }), ...(embed && { embed }), refund: outcome });
      await reply.redirect(`${base}${pathOf(named)}?${query}`, 303);
    },

    asset(request: FastifyRequest, reply: FastifyReply): Answer {
      const { name = '' } = request.params as Record<string, string>;
      const found = assets.byName.get(name);
      if (found === undefined) throw new HttpError('route_not_found', '/o/assets/…');
      reply.header('cache-control', ASSET_CACHING);
      return found;
    },

    problem: (request: FastifyRequest, problem: 'busy' | 'failed'): Answer =>
      page(pages.problem(visitOf(request), problem)),

    compressed,
  };

  async function sendRefundTo(order: NonNullable<FoundOrder>, body: unknown): Promise<RefundOutcome> {
    const { refund = '', to, address = '' } = (body ?? {}) as Record<string, string>;
    try {
      await payerOrders.setRefundAddress(order, refund, to === 'payer' ? 'payer' : { address: address.trim() });
      return 'done';
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      return error.code === 'payout_address_refused' ? 'wrong' : 'refused';
    }
  }

  async function claimFor(orderId: string, body: unknown): Promise<ClaimOutcome> {
    const { address, signature } = body as Record<string, string>;
    try {
      await ports.orders.claim(
        parseClaim({ address: address?.trim(), order_id: orderId, signature: signature?.trim() }),
      );
      return 'done';
    } catch (error) {
      if (error instanceof ClaimError) return 'wrong';
      if (!(error instanceof DomainError)) throw error;
      return error.code === 'claim_signature_invalid' ? 'wrong' : 'refused';
    }
  }
}

function page(text: string): Answer {
  return { mediaType: 'text/html; charset=utf-8', bytes: Buffer.from(text), gzipped: undefined };
}

function isName(text: string, maxLength: number): boolean {
  return text.length >= 1 && text.length <= maxLength && isStorable(text);
}

function namedIn(request: FastifyRequest): Named {
  const { order = '', number = '' } = request.params as Record<string, string>;
  return { order, number };
}

/** Of each word in the query one is taken; a word that is there twice is a list. */
function queryOf(request: FastifyRequest): Readonly<Record<string, string | undefined>> {
  const texts = Object.entries(request.query as Record<string, unknown>).filter(
    ([, value]) => typeof value === 'string',
  );
  return Object.fromEntries(texts) as Record<string, string>;
}

function visitOf(request: FastifyRequest): Visit {
  const { lang, embed, news } = queryOf(request);
  const refresh: Refresh = news === 'timed' || news === 'off' ? news : 'script';
  return {
    lang: lang !== undefined && /^[a-z]{2,3}(?:-[a-z0-9]{2,8})?$/i.test(lang) ? lang : undefined,
    embed: embed === '1',
    acceptLanguage: request.headers['accept-language'],
    refresh,
  };
}

function refundOutcomeIn(request: FastifyRequest): RefundOutcome | undefined {
  const { refund } = queryOf(request);
  return REFUND_OUTCOMES.find((outcome) => outcome === refund);
}

function claimOutcomeIn(request: FastifyRequest): ClaimOutcome | undefined {
  const { claim } = queryOf(request);
  return CLAIM_OUTCOMES.find((outcome) => outcome === claim);
}
