import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { createJsonSchemaTransform } from 'fastify-type-provider-zod';
import { $ZodBigInt } from 'zod/v4/core';
import type { Role } from '../store/database.ts';
import { rolesOfGuard } from './access.ts';
import type { Tag } from './described.ts';
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

/** Our whole numbers have up to 64 bits, for which JSON Schema has no type of its own. */
const bigIntegers = createJsonSchemaTransform({
  zodToJsonConfig: {
    target: 'draft-2020-12',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema instanceof $ZodBigInt) Object.assign(jsonSchema, { type: 'integer', format: 'int64' });
    },
  },
});

/**
 * Describes every route that is registered after this by its own schema: at /api/openapi.json for programs, at /docs
 * for people.
 */
export async function describeApi(app: FastifyInstance, limitStrangers: StrangerLimit): Promise<void> {
  app.addHook('onRoute', (route) => {
    const roles = rolesOfGuard(route.onRequest);
    if (roles === undefined || route.schema === undefined) return;
    route.schema = { ...route.schema, description: rolesSentence(roles), security: [{ access_token: [] }] };
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
    transform: bigIntegers,
  });
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: true,
    uiConfig: { docExpansion: 'list' },
    uiHooks: { onRequest: limitStrangers },
  });
  app.get('/api/openapi.json', { onRequest: limitStrangers, schema: { hide: true } }, async () => app.swagger());
}

function rolesSentence(roles: readonly Role[]): string {
  return roles.length === 0 ? 'Takes any access token.' : `Takes the role ${roles.join(', ')}, or super_admin.`;
}
