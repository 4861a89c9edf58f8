import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import type { AuthService } from '#auth/service.ts';
import { callerOf } from '#platform/http/caller.ts';
import { address, nothing } from '#platform/http/fields.ts';
import { addressToBase58 } from '#tari/address.ts';
import { role, rolesOfAddress } from './schemas.ts';

const MAX_ROLE_CHANGES = 100;

const roles = z.array(role).max(MAX_ROLE_CHANGES).nullish();
/** Whether roles are revoked even if no super admin is left. */
const forced = z.strictObject({ force: z.enum(['true', 'false']).optional() });

const roleChanges = z.array(z.object({ address, apply: roles, revoke: roles })).max(MAX_ROLE_CHANGES);

/** The routes of roles. */
export function roleRoutes(auth: AuthService): FastifyPluginAsyncZod {
  return async (app) => {
    app.post(
      '/api/roles',
      {
        config: { access: ['super_admin'] },
        schema: {
          summary: 'Grants and revokes roles, all of the changes or none',
          tags: ['administration'],
          querystring: forced,
          body: roleChanges,
          errors: ['role_irrevocable', 'wrong_network', 'last_super_admin'],
          response: { 200: nothing },
        },
      },
      async (request, reply) => {
        const changes = request.body.map(({ address, apply, revoke }) => ({
          address,
          apply: apply ?? [],
          revoke: revoke ?? [],
        }));
        await auth.changeRoles(changes, callerOf(request).name, { force: request.query.force === 'true' });
        return reply.send();
      },
    );

    app.get(
      '/api/roles',
      {
        config: { access: ['super_admin'] },
        schema: {
          summary: 'All addresses with granted roles',
          tags: ['administration'],
          response: { 200: z.array(rolesOfAddress) },
        },
      },
      async () => (await auth.allRoles()).map(({ address, roles }) => ({ address: addressToBase58(address), roles })),
    );

    app.get(
      '/api/roles/:address',
      {
        config: { access: ['super_admin'] },
        schema: {
          summary: 'The roles of an address',
          tags: ['administration'],
          params: z.object({ address }),
          response: { 200: rolesOfAddress },
        },
      },
      async ({ params }) => ({
        address: addressToBase58(params.address),
        roles: await auth.rolesOf(params.address),
      }),
    );
  };
}
