import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { HttpError } from '#platform/http/errors.ts';
import type { MakeRoutes } from '#platform/module.ts';
import type { Handlers } from './console.ts';
import { fieldsOf } from './forms.ts';

/** The pages of the support console, at /console. Their code is loaded when one is first requested. */

/** A form has a few fields, of which a note is the longest. */
const MAX_FORM_BYTES = 64 * 1024;

/** Pages load everything from this server: no inline script or style, no frames, no other origin. */
export const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

export const routes: MakeRoutes = (services, http) => {
  const { console } = http.settings;
  if (console === null) return undefined;
  return async (app) => {
    const visitors = await http.openVisitors(app);
    let handlers: Promise<Handlers> | undefined;
    const load = (): Promise<Handlers> => {
      handlers ??= import('./console.ts').then(({ createHandlers }) =>
        createHandlers({ ...http, services, console, visitors }),
      );
      return handlers;
    };
    await app.register(async (pages) => {
      readForms(pages);
      pages.addHook('onRequest', (_request, reply, done) => {
        reply.header('content-security-policy', POLICY);
        reply.header('cache-control', 'no-store').header('x-robots-tag', 'noindex, nofollow');
        done();
      });
      pages.addHook('preClose', async () => (await handlers)?.close());
      answerProblemsAsPages(pages, load);
      pageRoutes(pages, load);
    });
  };
};

function pageRoutes(app: FastifyInstance, load: () => Promise<Handlers>): void {
  const hidden = { config: { access: 'public' }, schema: { hide: true } } as const;
  const get = async (request: FastifyRequest, reply: FastifyReply) => (await load()).get(request, reply);
  app.get('/console', hidden, get);
  app.get('/console/*', hidden, get);
  app.get('/console/assets/:name', hidden, async (request, reply) => (await load()).asset(request, reply));
  app.get('/console/events', { ...hidden, exposeHeadRoute: false }, async (request, reply) => {
    await (await load()).events(request, reply);
    return reply;
  });
  app.post('/console/*', { ...hidden, bodyLimit: MAX_FORM_BYTES }, async (request, reply) =>
    (await load()).post(request, reply),
  );
}

/** People get sentences on a page; scripts and programs get JSON. */
function answerProblemsAsPages(app: FastifyInstance, load: () => Promise<Handlers>): void {
  app.setErrorHandler(async (error, request, reply) => {
    if (!/\btext\/html\b/.test(String(request.headers.accept ?? ''))) throw error;
    return (await load()).problem(error, request, reply);
  });
}

function readForms(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) => {
    done(null, fieldsOf(body as string));
  });
  app.addContentTypeParser('*', (_request, _payload, done) => done(new HttpError('unsupported_media_type'), undefined));
}
