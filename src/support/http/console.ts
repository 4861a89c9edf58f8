import type { FastifyReply, FastifyRequest } from 'fastify';
import { DomainError } from '#platform/errors.ts';
import type { HttpContext } from '#platform/http/context.ts';
import { createErrorTelling, HttpError } from '#platform/http/errors.ts';
import { Html, html } from '#platform/http/html.ts';
import { ASSET_CACHING } from '#platform/http/pages/asset.ts';
import { type Answer, compressed } from '#platform/http/pages/compressed.ts';
import type { Visitor, Visitors } from '#platform/http/pages/visitors.ts';
import { isFromAnotherSite } from '#platform/http/same-site.ts';
import type { Services } from '#platform/module.ts';
import { newUuid } from '#platform/random.ts';
import type { ConsoleSettings } from '#support/settings.ts';
import { createAssets } from './assets.ts';
import { csvFile } from './csv.ts';
import { type Fields, fingerprintOf, formState, hiddenFields, keyOf, ownFields, problemsOf } from './forms.ts';
import { keepNotice, takeNotice } from './notice.ts';
import {
  type AnyForm,
  type AnyPage,
  type Done,
  type FormState,
  type Link,
  maySee,
  type Shown,
  type Submission,
  type Visit,
} from './page.ts';
import { makeAllPages } from './pages/index.ts';
import { routerOf } from './router.ts';
import { ConsoleStreams } from './streams.ts';
import { layout } from './templates/layout.ts';
import { forbiddenPage, problemPage } from './templates/messages.ts';

/** Answers requests for pages of the console. Loaded when the first page is asked for. */

export interface HandlerPorts extends HttpContext {
  services: Services;
  console: ConsoleSettings;
  visitors: Visitors;
}

export type Handlers = ReturnType<typeof createHandlers>;

/** Where people log in, and where they prove again that it is them. */
const LOGIN_PATH = '/login';
const PROVE_PATH = '/prove';

/** How fresh the proof must be for what hurts. */
export const PROOF_LASTS_MS = 5 * 60_000;

export function createHandlers(ports: HandlerPorts) {
  const { services, settings, clock, log, visitors, limitStrangers } = ports;
  const base = basePath(ports.console.url);
  const assets = createAssets(base);
  const route = routerOf(makeAllPages({ services, settings, visitors, clock, log }));
  const streams = new ConsoleStreams({ news: services.support.news, log });
  const tell = createErrorTelling(log);
  const link: Link = (path, query = {}) => base + path + queryText(query);

  /** One for each answer: making another one would make another cookie, to which the first token does not belong. */
  const tokens = new WeakMap<FastifyRequest, string>();
  const tokenOf = (request: FastifyRequest, reply: FastifyReply, visitor: Visitor): string => {
    const token = tokens.get(request) ?? visitors.formToken(request, reply, visitor);
    tokens.set(request, token);
    return token;
  };

  const visitOf = (
    request: FastifyRequest,
    reply: FastifyReply,
    visitor: Visitor | undefined,
    path: string,
  ): Visit => ({
    // Only pages that need no login are shown without one, and they are typed so.
    visitor: visitor as Visitor,
    params: {},
    query: {},
    path,
    search: new URLSearchParams(request.url.split('?')[1] ?? ''),
    now: clock.now(),
    link,
    // An open form has nothing to hide: there is no session that it could belong to.
    hidden: () =>
      visitor === undefined ? html`` : hiddenFields(tokenOf(request, reply, visitor), newUuid(ports.randomBytes)),
    request,
    reply,
  });

  const send = (
    request: FastifyRequest,
    reply: FastifyReply,
    visitor: Visitor | undefined,
    title: string,
    shown: Sent,
  ) =>
    compressed(
      request,
      reply.code(shown.status ?? 200),
      page(
        layout({
          base,
          assets,
          console: ports.console,
          network: settings.paymentWalletAddress?.network ?? null,
          visitor,
          path: pathOf(request, base),
          title: shown.title ?? title,
          notice: takeNotice(request, reply, base),
          token: visitor && tokenOf(request, reply, visitor),
          content: shown.content,
          events: shown.live && streams.addressOf(link, shown.live),
        }),
      ),
    );

  /** Sends what a page shows, whatever that is. */
  const answer = async (
    request: FastifyRequest,
    reply: FastifyReply,
    { visitor, page }: Asked,
    shown: Shown | Done,
  ) => {
    if (shown instanceof Html) return send(request, reply, visitor, page.title, { content: shown });
    if ('redirect' in shown)
      return reply.redirect(shown.redirect.startsWith('/') ? base + shown.redirect : shown.redirect, 303);
    if ('notice' in shown) {
      keepNotice(reply, base, shown.notice);
      return reply.redirect(base + shown.to, 303);
    }
    if ('csv' in shown) {
      const { name, text } = csvFile(shown);
      reply.header('content-disposition', `attachment; filename="${name}"`);
      return compressed(request, reply, {
        mediaType: 'text/csv; charset=utf-8',
        bytes: Buffer.from(text),
        gzipped: undefined,
      });
    }
    return send(request, reply, visitor, page.title, shown);
  };

  /** The page that is asked for, and who asks; undefined if the request is answered already. */
  const ask = async (request: FastifyRequest, reply: FastifyReply): Promise<Asked | undefined> => {
    const path = pathOf(request, base);
    const visitor = await visitors.of(request);
    const found = route(path);
    if (visitor === undefined) await limitStrangers(request, reply);
    if (visitor === undefined && found?.page.isOpen !== true) {
      const next = request.method === 'GET' ? request.url.slice(base.length) : undefined;
      await reply.redirect(link(LOGIN_PATH, { next: next === '' || next === '/' ? undefined : next }), 303);
      return undefined;
    }
    if (found === undefined) throw new DomainError('page_not_found', path);
    const { page } = found;
    if (visitor !== undefined && !maySee(visitor, page.roles)) {
      await send(request, reply, visitor, page.title, { content: forbiddenPage(visitor, page), status: 403 }).then(
        (bytes) => reply.send(bytes),
      );
      return undefined;
    }
    const params = page.params?.safeParse(found.params) ?? { success: true, data: found.params };
    if (!params.success) throw new DomainError('page_not_found', path);
    const visit = { ...visitOf(request, reply, visitor, path), params: params.data };
    return { visitor, page, visit };
  };

  const showAgain = async (
    request: FastifyRequest,
    reply: FastifyReply,
    asked: Asked,
    status: number,
    found: Partial<FormState>,
  ) => {
    const state = formState(asked.visit.hidden(), request.body as Fields, found);
    const shown = await asked.page.show(asked.visit, state);
    const again = shown instanceof Html ? { content: shown } : 'content' in shown ? shown : undefined;
    return answer(request, reply, asked, again === undefined ? shown : { ...again, status });
  };

  /** Submits a form that needs no login. It can't be answered as before: what it opens is opened once. */
  const submitOpen = async (request: FastifyRequest, reply: FastifyReply, asked: Asked, form: AnyForm) => {
    const body = form.body.safeParse(ownFields((request.body ?? {}) as Fields));
    if (!body.success) return showAgain(request, reply, asked, 422, problemsOf(body.error.issues));
    try {
      return await answer(request, reply, asked, await form.submit(asked.visit as Submission, body.data));
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      const { status, message } = tell(error, request);
      return showAgain(request, reply, asked, status, { problem: message });
    }
  };

  return {
    close: () => streams.close(),

    async get(request: FastifyRequest, reply: FastifyReply) {
      const asked = await ask(request, reply);
      if (asked === undefined) return reply;
      const { page, visit } = asked;
      const query = page.query?.safeParse(Object.fromEntries(filledIn(visit.search)));
      if (query?.success === false) throw new DomainError('filter_invalid', problemText(query.error.issues));
      const shown = await page.show({ ...visit, query: query?.data ?? {} }, formState(html``, {}, hiddenOf(asked)));
      return answer(request, reply, asked, shown);
    },

    async post(request: FastifyRequest, reply: FastifyReply) {
      if (isFromAnotherSite(request)) throw new HttpError('cross_site_request');
      const asked = await ask(request, reply);
      if (asked === undefined) return reply;
      const { page, visit, visitor } = asked;
      if (page.form === undefined) throw new HttpError('method_not_allowed', 'POST');
      if (page.isOpen === true || visitor === undefined) return submitOpen(request, reply, asked, page.form);
      visitors.requireFormToken(request, visitor);
      const fields = (request.body ?? {}) as Fields;
      const key = keyOf(fields);
      if (key === undefined) throw new HttpError('invalid_request', 'the form has no key. Load its page again.');
      if (page.form.isDangerous && clock.now().getTime() - visitor.provenAt.getTime() > PROOF_LASTS_MS) {
        return reply.redirect(link(PROVE_PATH, { next: visit.path }), 303);
      }
      const body = page.form.body.safeParse(ownFields(fields));
      if (!body.success) return showAgain(request, reply, asked, 422, problemsOf(body.error.issues));
      const idempotency = { key, fingerprint: fingerprintOf(visit.path, fields) };
      try {
        const done = await page.form.submit({ ...visit, change: { actor: visitor.principal, idempotency } }, body.data);
        return await answer(request, reply, asked, done);
      } catch (error) {
        if (!(error instanceof DomainError)) throw error;
        const { status, message } = tell(error, request);
        return showAgain(request, reply, asked, status, { problem: message });
      }
    },

    async events(request: FastifyRequest, reply: FastifyReply): Promise<void> {
      const visitor = await visitors.of(request);
      if (visitor === undefined) throw new HttpError('access_token_missing');
      streams.open(request, reply, visitor);
    },

    asset(request: FastifyRequest, reply: FastifyReply) {
      const { name = '' } = request.params as Record<string, string>;
      const found = assets.byName.get(name);
      if (found === undefined) throw new HttpError('route_not_found', 'this path');
      reply.header('cache-control', ASSET_CACHING);
      return compressed(request, reply, found);
    },

    async problem(error: unknown, request: FastifyRequest, reply: FastifyReply) {
      const { status, message } = tell(error, request);
      const visitor = await visitors.of(request).catch(() => undefined);
      const content = problemPage(status, message, request.id);
      return send(request, reply, visitor, 'That did not work', { content, status });
    },
  };

  function hiddenOf({ visit, visitor, page }: Asked): Partial<FormState> {
    return visitor === undefined || page.form === undefined ? {} : { hidden: visit.hidden() };
  }
}

interface Asked {
  visitor: Visitor | undefined;
  page: AnyPage;
  visit: Visit;
}

interface Sent {
  content: Html;
  title?: string;
  status?: number;
  live?: Parameters<ConsoleStreams['addressOf']>[1];
}

function page(text: string): Answer {
  return { mediaType: 'text/html; charset=utf-8', bytes: Buffer.from(text), gzipped: undefined };
}

/** The path of the console; the public URL may have a prefix. */
export function basePath(publicUrl: string): string {
  return `${new URL(publicUrl).pathname.replace(/\/+$/, '')}/console`;
}

/** Below the console. A proxy may have taken the prefix of the public URL away. */
function pathOf(request: FastifyRequest, base: string): string {
  const [path = ''] = request.url.split('?');
  const below = path.startsWith(base)
    ? path.slice(base.length)
    : path.slice(path.indexOf('/console') + '/console'.length);
  return below === '' ? '/' : below;
}

/** An empty field of a form is no filter. */
function filledIn(search: URLSearchParams): [string, string][] {
  return [...search].filter(([, value]) => value.trim() !== '');
}

function queryText(query: Parameters<Link>[1] = {}): string {
  const given = Object.entries(query).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, String(value)]],
  );
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
}

function problemText(issues: readonly { path: PropertyKey[]; message: string }[]): string {
  return `${issues.map(({ path, message }) => `${path.join('.')} ${message}`).join('; ')}.`;
}
