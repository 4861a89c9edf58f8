import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { callerOf, type Guard } from '#auth/http/guard.ts';
import type { Engine } from '#engine/engine.ts';
import { exchangeRateView, walletView } from '#engine/views.ts';
import {
  address,
  currency,
  event,
  exchangeRate,
  idPage,
  ipAddress,
  nonce,
  nothing,
  positiveAmount,
  role,
  rolesOfAddress,
  wallet,
} from '#platform/http/fields.ts';
import { parseJson } from '#platform/json.ts';
import { addressToBase58 } from '#tari/address.ts';

const MOST_ROLE_CHANGES = 100;

const newWallet = z.object({ address, ip_address: ipAddress, initial_nonce: nonce.nullish() });
const roles = z.array(role).max(MOST_ROLE_CHANGES).nullish();
const roleChanges = z.array(z.object({ address, apply: roles, revoke: roles })).max(MOST_ROLE_CHANGES);

/** What operators set and see: exchange rates, hot wallets, roles, events. */
export function administrationRoutes(engine: Engine, guard: Guard): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/api/exchange_rate/:currency',
      {
        onRequest: guard('read_all'),
        schema: {
          summary: 'The exchange rate that holds for a currency',
          tags: ['administration'],
          params: z.object({ currency }),
          errors: ['exchange_rate_not_found'],
          response: { 200: exchangeRate },
        },
      },
      async ({ params }) => exchangeRateView(await engine.exchangeRates.get(params.currency)),
    );

    app.post(
      '/api/exchange_rate',
      {
        onRequest: guard('write'),
        schema: {
          summary: 'Sets the exchange rate of a currency',
          tags: ['administration'],
          body: z.object({ currency, rate: positiveAmount }),
          errors: ['exchange_rate_fixed'],
          response: { 200: nothing },
        },
      },
      async (request, reply) => {
        await engine.exchangeRates.set(request.body.currency, request.body.rate, callerOf(request).name);
        return reply.send();
      },
    );

    app.get(
      '/api/wallets',
      {
        onRequest: guard('read_all'),
        schema: {
          summary: 'The hot wallets that may report payments',
          tags: ['administration'],
          response: { 200: z.array(wallet) },
        },
      },
      async () => (await engine.wallets.all()).map(walletView),
    );

    app.post(
      '/api/wallets',
      {
        onRequest: guard('super_admin'),
        schema: {
          summary: 'Registers a hot wallet, or gives it another place',
          tags: ['administration'],
          body: newWallet,
          errors: ['wrong_network'],
          response: { 200: nothing },
        },
      },
      async (request, reply) => {
        const { address, ip_address: ipAddress, initial_nonce: initialNonce } = request.body;
        const registered = { address, ipAddress, initialNonce: initialNonce ?? undefined };
        await engine.wallets.register(registered, callerOf(request).name);
        return reply.send();
      },
    );

    app.delete(
      '/api/wallets/:address',
      {
        onRequest: guard('super_admin'),
        schema: {
          summary: 'Removes a hot wallet',
          tags: ['administration'],
          errors: ['wallet_not_found'],
          params: z.object({ address }),
          response: { 200: nothing },
        },
      },
      async (request, reply) => {
        await engine.wallets.remove(request.params.address, callerOf(request).name);
        return reply.send();
      },
    );

    app.post(
      '/api/roles',
      {
        onRequest: guard('super_admin'),
        schema: {
          summary: 'Grants and revokes roles, all of the changes or none',
          tags: ['administration'],
          body: roleChanges,
          errors: ['role_irrevocable', 'wrong_network'],
          response: { 200: nothing },
        },
      },
      async (request, reply) => {
        const changes = request.body.map(({ address, apply, revoke }) => ({
          address,
          apply: apply ?? [],
          revoke: revoke ?? [],
        }));
        await engine.access.changeRoles(changes, callerOf(request).name);
        return reply.send();
      },
    );

    app.get(
      '/api/roles',
      {
        onRequest: guard('super_admin'),
        schema: {
          summary: 'All addresses that were given roles',
          tags: ['administration'],
          response: { 200: z.array(rolesOfAddress) },
        },
      },
      async () =>
        (await engine.access.everybody()).map(({ address, roles }) => ({ address: addressToBase58(address), roles })),
    );

    app.get(
      '/api/roles/:address',
      {
        onRequest: guard('super_admin'),
        schema: {
          summary: 'The roles of an address',
          tags: ['administration'],
          params: z.object({ address }),
          response: { 200: rolesOfAddress },
        },
      },
      async ({ params }) => ({
        address: addressToBase58(params.address),
        roles: await engine.access.rolesOf(params.address),
      }),
    );

    app.get(
      '/api/events',
      {
        onRequest: guard('read_all'),
        schema: {
          summary: 'Everything that happened, oldest first',
          tags: ['administration'],
          querystring: idPage,
          response: { 200: z.array(event) },
        },
      },
      async ({ query }) =>
        (await engine.eventsAfter(query.after, query.limit)).map(
          (stored) =>
            ({
              id: stored.id,
              type: stored.type,
              created_at: stored.createdAt.toISOString(),
              // It was written as its type says.
              payload: parseJson(stored.payload),
            }) as z.output<typeof event>,
        ),
    );
  };
}
