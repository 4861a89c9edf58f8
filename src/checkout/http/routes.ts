import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { HttpError } from '#platform/http/errors.ts';
import { isFromAnotherSite } from '#platform/http/same-site.ts';
import type { HandlerPorts, Handlers } from './handlers.ts';

/**
 * The customer's page of an order: GET /o/{order}/{confirmation number}. The code of the pages is loaded when one is first
 * requested.
 */

/** A claim has an address of at most 443 characters of base58, or 1,300 of emoji, and a signature. */
const MAX_FORM_BYTES = 16 * 1024;

/** The page loads everything from this server: no inline script or style, no frames, no other origin. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
].join('; ');

export function checkoutRoutes(ports: HandlerPorts): FastifyPluginAsync {
  let handlers: Promise<Handlers> | undefined;
  const load = (): Promise<Handlers> => {
    handlers ??= import('./handlers.ts').then(({ createHandlers }) => createHandlers(ports));
    return handlers;
  };
  const { frameAncestors } = ports.settings;

  return async (app) => {
    // An invalid logo fails at the start rather than for the first customer.
    if (ports.settings.logo !== null) await load();
    readForms(app);
    app.addHook('onRequest', (request, reply, done) => {
      sendPageHeaders(request, reply, frameAncestors);
      done();
    });
    app.addHook('preClose', async () => (await handlers)?.close());
    // Buyers get sentences in their language rather than JSON.
    app.setErrorHandler(async (error, request, reply) => {
      const status = error instanceof HttpError ? error.status : 500;
      if (!(error instanceof HttpError) || !/\btext\/html\b/.test(String(request.headers.accept ?? ''))) throw error;
      const { problem, compressed } = await load();
      reply.code(status);
      return compressed(request, reply, problem(request, status === 429 ? 'busy' : 'failed'));
    });

    const hidden = { config: { access: 'public' }, schema: { hide: true } } as const;
    app.get('/o', hidden, async (request, reply) => {
      const { entry, typedIn, compressed } = await load();
      const path = typedIn(request);
      return path === undefined ? compressed(request, reply, entry(request)) : reply.redirect(path, 303);
    });
    app.get('/o/assets/:name', hidden, async (request, reply) => {
      const { asset, compressed } = await load();
      return compressed(request, reply, asset(request, reply));
    });
    // The link of a mail into which the shop has put no confirmation number.
    app.get('/o/:order', hidden, async (request, reply) => {
      const { entry, compressed } = await load();
      return compressed(request, reply, entry(request));
    });
    app.get('/o/:order/:number', hidden, async (request, reply) => {
      const { order, compressed } = await load();
      return compressed(request, reply, await order(request, reply));
    });
    app.get('/o/:order/:number/events', { ...hidden, exposeHeadRoute: false }, async (request, reply) => {
      await (await load()).events(request, reply);
    });
    app.post('/o/:order/:number/claim', { ...hidden, bodyLimit: MAX_FORM_BYTES }, async (request, reply) => {
      if (isFromAnotherSite(request)) throw new HttpError('cross_site_request');
      await (await load()).claim(request, reply);
      return reply;
    });
    app.post('/o/:order/:number/refund', { ...hidden, bodyLimit: MAX_FORM_BYTES }, async (request, reply) => {
      if (isFromAnotherSite(request)) throw new HttpError('cross_site_request');
      await (await load()).refund(request, reply);
      return reply;
    });
  };
}

function readForms(app: Parameters<FastifyPluginAsync>[0]): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) => {
    done(null, Object.fromEntries(new URLSearchParams(body as string)));
  });
}

/** A page is not cached, not indexed by search engines, and sends no referrer. */
function sendPageHeaders(request: FastifyRequest, reply: FastifyReply, frameAncestors: readonly string[]): void {
  const isEmbedded = (request.query as Record<string, unknown>)?.embed === '1' && frameAncestors.length > 0;
  const ancestors = isEmbedded ? frameAncestors.join(' ') : "'none'";
  reply.header('content-security-policy', `${POLICY}; frame-ancestors ${ancestors}`);
  if (isEmbedded) reply.removeHeader('x-frame-options');
  reply.header('cache-control', 'no-store').header('x-robots-tag', 'noindex, nofollow');
}
