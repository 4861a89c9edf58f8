import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import type { Tag } from './described.ts';
import { completeSchema, describeOperation } from './operation.ts';
import type { StrangerLimit } from './rate-limit.ts';

/** The version of the interface, which is that of the server. */
const VERSION = '2.0.0';

/** What the operations are grouped by on the page. */
const TAGS: readonly { name: Tag; description: string }[] = [
  { name: 'health', description: 'Whether the server lives and can do its work.' },
  { name: 'customers', description: 'What a customer’s wallet does: log in, claim an order, see its own.' },
  { name: 'wallets', description: 'What the shop’s hot wallet reports.' },
  { name: 'shop', description: 'What the shop sends.' },
  { name: 'accounts', description: 'Orders, payments and balances, for operators.' },
  { name: 'changes', description: 'What operators change of orders and money.' },
  { name: 'administration', description: 'Rates, wallets, roles, and what went wrong.' },
];

/**
 * The page takes everything from this server, so of the plugin's own policy the other places are left out. It is not
 * told to upgrade to https either: in the shop's network the server may be reached by plain http, and then nothing would
 * load.
 */
const NOT_IN_POLICY = / upgrade-insecure-requests;| https:| validator\.swagger\.io/g;

/**
 * Describes every route that is registered after this by its own schema: at /api/openapi.json for programs, at /docs
 * for people.
 */
export async function describeApi(app: FastifyInstance, limitStrangers: StrangerLimit): Promise<void> {
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
          shop_hmac: { type: 'apiKey', in: 'header', name: 'X-Shopify-Hmac-Sha256' },
        },
      },
    },
    transform: describeOperation,
  });
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: true,
    transformStaticCSP: (policy) => policy.replace(NOT_IN_POLICY, ''),
    // The page asks nobody else, not even whether the description is valid.
    uiConfig: { docExpansion: 'list', validatorUrl: null },
    uiHooks: { onRequest: limitStrangers },
  });
  app.get('/api/openapi.json', { onRequest: limitStrangers, schema: { hide: true } }, async () => app.swagger());
}
