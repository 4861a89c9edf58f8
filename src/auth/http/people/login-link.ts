import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { DomainError } from '#auth/errors.ts';
import { type AuthPorts, logInWith } from '#auth/http/login.ts';
import { loginLinkUrl } from '#auth/people/urls.ts';
import type { AuthService } from '#auth/service.ts';
import type { HttpContext } from '#platform/http/context.ts';
import { time } from '#platform/http/fields.ts';

export interface LoginLinkPorts extends Pick<AuthPorts, 'access' | 'limitStrangers'> {
  links: AuthService['people']['loginLinks'];
  settings: Pick<HttpContext['settings'], 'publicUrl' | 'console'>;
  clientAddress: HttpContext['clientAddress'];
}

/** Exchanges a login token, signed by a wallet, for a link by which a browser is signed in once. */
export function loginLinkRoutes({ links, settings, clientAddress, ...ports }: LoginLinkPorts): FastifyPluginAsyncZod {
  return async (app) => {
    app.post(
      '/auth/link',
      {
        config: { access: 'public' },
        onRequest: async (request, reply) => ports.limitStrangers.refuseExceeded(request, reply),
        schema: {
          summary: 'Exchanges a login token for a link that signs a browser in to the console, once, within a minute',
          tags: ['administration'],
          errors: [
            'login_token_missing',
            'login_token_malformed',
            'login_signature_invalid',
            'login_nonce_not_increasing',
            'login_roles_not_held',
            'console_role_missing',
            'console_off',
            'rate_limited',
            'wrong_network',
          ],
          security: [{ login_token: [] }, { login_bearer: [] }],
          response: { 200: z.object({ url: z.url(), valid_until: time }) },
        },
      },
      (request, reply) =>
        logInWith(ports, request, reply, async ({ address, roles }) => {
          // The console stands above this context, and may be off.
          if (settings.console === null) throw new DomainError('console_off');
          const { code, endsAt } = await links.create(address, roles, clientAddress(request));
          return { url: loginLinkUrl(settings, code), valid_until: endsAt.toISOString() };
        }),
    );
  };
}
