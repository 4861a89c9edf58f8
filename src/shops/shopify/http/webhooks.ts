import type { FastifyReply, FastifyRequest, onRequestHookHandler, preValidationHookHandler } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import type { ErrorCode } from '#platform/errors.ts';
import { HttpError } from '#platform/http/errors.ts';
import { result } from '#platform/http/fields.ts';
import type { IpList } from '#platform/http/ip-allowlist.ts';
import { described } from '#platform/http/openapi/route-docs.ts';
import type { AnonymousRateLimit } from '#platform/http/rate-limit.ts';
import type { Logger } from '#platform/logging/logger.ts';
import { HEALTHY } from '#platform/monitoring/http/health-routes.ts';
import type { signedDeliveries } from '#shops/http/signed-deliveries.ts';
import { readContent } from '#shops/shopify/webhooks/content.ts';
import { shopDomainIn, webhookHeaders } from '#shops/shopify/webhooks/headers.ts';
import type { OrderWebhookOptions, Topic } from '#shops/shopify/webhooks/order.ts';
import type { WebhookContent } from '#shops/webhook-content.ts';
import { verifyShopHmac } from './hmac.ts';
import { HMAC_FAULT_SENTENCES, type HmacFault, hmacFaultOf } from './hmac-fault.ts';

/** Shopify's bodies have about 10 KB; one with hundreds of line items is far below this. */
const MAX_WEBHOOK_BYTES = 2 * 1024 * 1024;

/** The topic of each documented path. */
const TOPIC_OF_PATH: Readonly<Record<string, Topic | null>> = {
  '/shopify/webhook/checkout_create': 'orders/create',
  '/shopify/webhook/product_updated': 'products/update',
  '/shopify/webhook/transaction_create': 'order_transactions/create',
  '/shopify/webhook/no_op': null,
};

/** The headers of the shop's deliveries that we use, besides the signature. */
const shopHeaders = z.object({
  'x-shopify-topic': z.string().optional(),
  'x-shopify-webhook-id': z.string().optional().describe('Stays the same when a delivery is sent again.'),
  'x-shopify-shop-domain': z.string().optional(),
  'x-shopify-triggered-at': z.string().optional(),
  'x-shopify-event-id': z.string().optional(),
  'x-shopify-test': z
    .string()
    .optional()
    .describe('`true` for a test notification of the admin: it is answered, and nothing is done for it.'),
});

const TEST_NOTIFICATION: WebhookContent = {
  kind: 'ignored',
  reason: 'It is a test notification: what it says of an order is made up, and nothing is done for it.',
};

const REFUSALS: readonly ErrorCode[] = [
  'forbidden_peer',
  'hmac_missing',
  'hmac_invalid',
  'shop_unknown',
  'rate_limited',
];

export interface ShopifyPorts {
  webhooks: ReturnType<typeof signedDeliveries>;
  /** Null if everyone may call. */
  ipWhitelist: IpList | null;
  /** The current secret and, during a rotation, the previous one. Null if checks are disabled. */
  hmacSecrets: readonly string[] | null;
  /** Other secrets of the app: if one of them signs webhooks, it was configured in the wrong setting. */
  otherSecrets: readonly string[];
  /** Counts a webhook whose HMAC is not accepted. */
  countRefused: (fault: HmacFault) => void;
  log: Logger;
  /** The served shop; webhooks for another one are refused. Null accepts any. */
  shop: string | null;
  fields: OrderWebhookOptions;
  clientAddress: (request: FastifyRequest) => string;
  limitStrangers: AnonymousRateLimit;
}

/** The shop's webhooks, behind the IP list and the HMAC over the raw body. */
export function shopifyRoutes(ports: ShopifyPorts): FastifyPluginAsyncZod {
  const refuseStranger = async (request: FastifyRequest, reply: FastifyReply, error: HttpError): Promise<never> => {
    await ports.limitStrangers(request, reply);
    throw error;
  };

  const checkPeer: onRequestHookHandler = (request, reply, done) => {
    if (ports.ipWhitelist?.contains(ports.clientAddress(request)) !== false) done();
    else refuseStranger(request, reply, new HttpError('forbidden_peer')).catch(done);
  };

  /** Before the body is read: it may have 2 MiB, and reading it would be useless. */
  const checkBeforeBody: onRequestHookHandler = (request, reply, done) => {
    if (ports.hmacSecrets === null) return done();
    if (hmacIn(request) === '') {
      ports.countRefused('missing');
      return void refuseStranger(request, reply, new HttpError('hmac_missing')).catch(done);
    }
    try {
      ports.limitStrangers.refuseBody(request, reply);
      done();
    } catch (error) {
      done(error as Error);
    }
  };

  const isSigned = (request: FastifyRequest): boolean =>
    ports.hmacSecrets === null || verifyShopHmac(rawBodyOf(request), hmacIn(request), ports.hmacSecrets) === 'valid';

  /** The rate limit comes before the warning, so that anonymous callers cannot fill the log. */
  const refuseUnsigned = async (request: FastifyRequest, reply: FastifyReply): Promise<never> => {
    const fault = hmacFaultOf(rawBodyOf(request), hmacIn(request), ports.hmacSecrets ?? [], ports.otherSecrets);
    ports.countRefused(fault);
    await ports.limitStrangers(request, reply);
    const { topic, shopDomain } = webhookHeaders(request.headers);
    const fields = { reason: fault, topic, shopDomain, address: ports.clientAddress(request), requestId: request.id };
    ports.log.warn(fields, `A webhook was refused because of its signature. ${HMAC_FAULT_SENTENCES[fault]}`);
    throw new HttpError('hmac_invalid');
  };

  const checkSender: preValidationHookHandler = (request, reply, done) => {
    if (!isSigned(request)) refuseUnsigned(request, reply).catch(done);
    else done(isOfAnotherShop(request) ? new HttpError('shop_unknown') : undefined);
  };

  const isOfAnotherShop = (request: FastifyRequest): boolean => {
    if (ports.shop === null) return false;
    const shopDomain = shopDomainIn(request.headers);
    return shopDomain !== null && shopDomain !== ports.shop;
  };

  const receive = async (request: FastifyRequest, topic: string | null) => {
    const headers = webhookHeaders(request.headers);
    const delivery = {
      webhookId: headers.webhookId,
      topic: topic ?? headers.topic ?? 'unknown',
      eventId: headers.eventId,
      triggeredAt: headers.triggeredAt,
    };
    const body = rawBodyOf(request);
    const content = headers.isTest ? TEST_NOTIFICATION : readContent(topic, body.toString(), ports.fields);
    // Bytes rather than text, which the garbage collector would copy while the delivery waits for its turn.
    const { success, message } = await ports.webhooks.receive(delivery, content, body);
    return { success, message };
  };

  return async (app) => {
    app.addHook('onRequest', checkPeer);
    // The HMAC covers the raw bytes, so nothing parses them before it is checked.
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: MAX_WEBHOOK_BYTES }, (_, body, done) =>
      done(null, body),
    );

    app.get(
      '/shopify/health',
      {
        config: { access: 'public' },
        schema: {
          summary: 'Checks that the shop’s routes can be reached',
          tags: ['shop'],
          errors: ['forbidden_peer', 'rate_limited'],
          produces: ['text/plain'],
          response: { 200: z.string() },
        },
      },
      async (_, reply) => reply.type('text/plain; charset=utf-8').send(HEALTHY),
    );

    const options = {
      config: { access: 'public' } as const,
      onRequest: checkBeforeBody,
      preValidation: checkSender,
      bodyLimit: MAX_WEBHOOK_BYTES,
      schema: {
        told: { body: z.looseObject({}), headers: shopHeaders },
        errors: REFUSALS,
        security: [{ shop_hmac: [] }],
        response: { 200: result },
      },
    };
    for (const [path, topic] of Object.entries(TOPIC_OF_PATH)) {
      app.post(
        path,
        described(options, 'shop', `Takes a webhook of the topic ${topic ?? 'that nothing is done for'}`),
        (request) => receive(request, topic),
      );
    }
    app.post(
      '/shopify/webhook',
      described(options, 'shop', 'Takes a webhook of any topic, by X-Shopify-Topic'),
      (request) => receive(request, webhookHeaders(request.headers).topic),
    );
  };
}

function hmacIn({ headers }: FastifyRequest): string {
  const header = headers['x-shopify-hmac-sha256'];
  return (Array.isArray(header) ? header[0] : header)?.trim() ?? '';
}

function rawBodyOf(request: FastifyRequest): Buffer {
  return request.body instanceof Buffer ? request.body : Buffer.alloc(0);
}
