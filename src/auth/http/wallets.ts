import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import type { AuthService } from '#auth/service.ts';
import { walletView } from '#auth/views.ts';
import { callerOf } from '#platform/http/caller.ts';
import { address, nonce, nothing } from '#platform/http/fields.ts';
import { ipAddress, wallet } from './schemas.ts';

const newWallet = z.object({ address, ip_address: ipAddress, initial_nonce: nonce.nullish() });

/** The register of hot wallets. */
export function walletRoutes(wallets: AuthService['wallets']): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/api/wallets',
      {
        config: { access: ['read_all'] },
        schema: {
          summary: 'The hot wallets that may report payments',
          tags: ['administration'],
          response: { 200: z.array(wallet) },
        },
      },
      async () => (await wallets.all()).map(walletView),
    );

    app.post(
      '/api/wallets',
      {
        config: { access: ['super_admin'] },
        schema: {
          summary: 'Registers a hot wallet, or changes its source IP',
          tags: ['administration'],
          body: newWallet,
          errors: ['wrong_network'],
          response: { 200: nothing },
        },
      },
      async (request, reply) => {
        const { address, ip_address: ipAddress, initial_nonce: initialNonce } = request.body;
        const registered = { address, ipAddress, initialNonce: initialNonce ?? undefined };
        await wallets.register(registered, callerOf(request).name);
        return reply.send();
      },
    );

    app.delete(
      '/api/wallets/:address',
      {
        config: { access: ['super_admin'] },
        schema: {
          summary: 'Removes a hot wallet',
          tags: ['administration'],
          errors: ['wallet_not_found'],
          params: z.object({ address }),
          response: { 200: nothing },
        },
      },
      async (request, reply) => {
        await wallets.remove(request.params.address, callerOf(request).name);
        return reply.send();
      },
    );
  };
}
