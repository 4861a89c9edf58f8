import swagger from '@fastify/swagger';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { HttpError } from '#platform/http/errors.ts';
import type { AnonymousRateLimit } from '#platform/http/rate-limit.ts';
import type { Examples } from './examples.ts';
import { completeSchema, operationDescriber } from './operation.ts';
import type { Tag } from './route-docs.ts';

/** The version of the API, which is that of the server. */
const VERSION = '2.0.0';

/** The groups of operations on the page. */
const TAGS: readonly { name: Tag; description: string }[] = [
  { name: 'health', description: 'Whether the server lives and can do its work.' },
  { name: 'customers', description: 'What a customer’s wallet does: log in, claim an order, see its own.' },
  { name: 'wallets', description: 'What the shop’s hot wallet reports.' },
  { name: 'shop', description: 'What the shop sends.' },
  { name: 'accounts', description: 'Orders, payments and balances, for operators.' },
  { name: 'changes', description: 'What operators change of orders and money.' },
  { name: 'payouts', description: 'Refunds, sweeps, and the payouts that pay them.' },
  {
    name: 'pull payments',
    description: 'What others may pull from the server over Interledger, and what they pulled. Amounts are texts.',
  },
  { name: 'administration', description: 'Rates, wallets, roles, and what went wrong.' },
];

/**
 * Describes every route that is registered after this from its own schema: at /api/openapi.json for programs, at /docs
 * for people.
 */
export async function describeApi(
  app: FastifyInstance,
  limitStrangers: AnonymousRateLimit,
  examples: Examples,
): Promise<void> {
  app.addHook('onRoute', (route) => {
    if (route.schema !== undefined) route.schema = completeSchema(route, limitStrangers);
  });
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'tari-payment-server',
        version: VERSION,
        description:
          'Amounts are whole µT (1 XTM = 1,000,000 µT) as JSON integers of up to 64 bits. Times are RFC 3339, UTC.',
        license: { name: 'BSD-3-Clause', identifier: 'BSD-3-Clause' },
      },
      tags: [...TAGS],
      components: {
        securitySchemes: {
          access_token: { type: 'apiKey', in: 'header', name: 'tpg_access_token' },
          login_token: { type: 'apiKey', in: 'header', name: 'tpg_auth_token' },
          login_bearer: { type: 'http', scheme: 'bearer' },
          shop_hmac: { type: 'apiKey', in: 'header', name: 'X-Shopify-Hmac-Sha256' },
        },
      },
    },
    transform: operationDescriber(examples),
  });
  app.get('/api/openapi.json', { onRequest: limitStrangers, schema: { hide: true } }, async () => app.swagger());
  serveDocsPage(app, limitStrangers);
}

/** Headers of the page's response that concern its own connection. */
const OF_THE_CONNECTION = ['connection', 'date', 'keep-alive', 'transfer-encoding'];

/** The page is made at the first request for it: making it takes an eighth of the time of a start, and 6 MB of memory. */
function serveDocsPage(app: FastifyInstance, limitStrangers: AnonymousRateLimit): void {
  let page: Promise<FastifyInstance> | undefined;
  const answer = async (request: FastifyRequest, reply: FastifyReply) => {
    page ??= import('./docs-page.ts').then(({ createDocsPage }) => createDocsPage(app.swagger()));
    const asked = await page;
    const { statusCode, headers, rawPayload } = await asked.inject({ url: request.url, headers: request.headers });
    if (statusCode === 404) throw new HttpError('route_not_found', `GET ${request.url.slice(0, 200)}`);
    for (const name of OF_THE_CONNECTION) delete headers[name];
    return reply.code(statusCode).headers(headers).send(rawPayload);
  };
  for (const url of ['/docs', '/docs/*']) {
    app.get(url, { onRequest: limitStrangers, schema: { hide: true } }, answer);
  }
}
