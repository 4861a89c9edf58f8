import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { HttpContext } from '#platform/http/context.ts';
import { HttpError } from '#platform/http/errors.ts';
import { stringifyJson } from '#platform/json.ts';
import type { MakeRoutes } from '#platform/module.ts';
import { MAX_BODY_BYTES, readForms } from './bodies.ts';
import { checkoutHandlers } from './checkouts.ts';
import { answerErrorsInForm } from './error-form.ts';
import { moneyHandlers } from './money.ts';
import { payerHandlers } from './payers.ts';
import type { BackEndPorts, BackEndRoutes } from './ports.ts';

/**
 * The documented back end of a support console, below /support (docs/back-end.md): POST only, JSON and forms, by people
 * who are signed in to the console and by programs with an access token. It is there while the console is.
 */

export const routes: MakeRoutes = (services, http) => {
  const { console } = http.settings;
  if (console === null) return undefined;
  const ports: BackEndPorts = { services, http, accountId: console.shopName };
  const all: BackEndRoutes = {
    ...checkoutHandlers(ports),
    ...moneyHandlers(ports),
    ...payerHandlers(ports),
  };
  return async (app) => {
    answerErrorsInForm(app, http.log);
    readForms(app);
    app.setReplySerializer(stringifyJson);
    const signedIn = await signedInBy(app, http);
    app.addHook('onRequest', (_request, reply, done) => {
      reply.header('cache-control', 'no-store');
      done();
    });
    for (const [path, { roles, answer }] of Object.entries(all)) {
      const url = `/support/${path}`;
      const options = { schema: { hide: true }, bodyLimit: MAX_BODY_BYTES } as const;
      app.post(url, { ...options, config: { access: roles, signedIn } }, answer);
      refuseOtherMethods(app, url, http);
    }
    app.all(
      '/support/*',
      { onRequest: http.limitStrangers, config: { access: 'public' }, schema: { hide: true } },
      refuseUnknown,
    );
  };
};

/** People are known by their session, and send the token that belongs to it: a page of another site has none. */
async function signedInBy(app: FastifyInstance, { openVisitors, limitStrangers }: HttpContext) {
  const visitors = await openVisitors(app);
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const visitor = await visitors.of(request);
    if (visitor === undefined) {
      await limitStrangers(request, reply);
      throw new HttpError('support_token_missing');
    }
    visitors.requireFormToken(request, visitor);
    return { name: visitor.principal, address: null, roles: visitor.roles };
  };
}

function refuseOtherMethods(app: FastifyInstance, url: string, { limitStrangers }: HttpContext): void {
  app.route({
    method: ['GET', 'PUT', 'PATCH', 'DELETE'],
    url,
    onRequest: limitStrangers,
    config: { access: 'public' },
    schema: { hide: true },
    handler: async (request, reply) => {
      reply.header('allow', 'POST');
      throw new HttpError('method_not_allowed', request.method);
    },
  });
}

async function refuseUnknown(request: FastifyRequest): Promise<never> {
  throw new HttpError('route_not_found', `${request.method} ${request.url.slice(0, 200)}`);
}
