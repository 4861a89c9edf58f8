import type { FastifyReply, FastifyRequest } from 'fastify';
import { createErrorTelling, RETRY_AFTER_SECONDS, unreadableAnswerer } from '#platform/http/errors.ts';
import type { Answers } from '#platform/http/listener/fastify.ts';
import type { Logger } from '#platform/logging/logger.ts';

/** How the listener for payees answers what it refuses: a text, as the original pull payment server does. */

export const TEXT = 'text/plain; charset=utf-8';

/** A refusal with its exact text. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;
  readonly contentType: string;

  constructor(status: number, text: string, contentType: string = TEXT) {
    super(text);
    this.status = status;
    this.contentType = contentType;
  }
}

/** Of the original, where its clients may look at them. Other errors are answered by their sentence. */
const TEXTS: Readonly<Record<string, string>> = {
  route_not_found: 'Not Found',
  pull_pointer_not_found: 'Not Found',
  method_not_allowed: 'Method Not Allowed',
  unreadable_body: 'Bad Request',
  body_too_large: 'request entity too large',
  internal_error: 'Internal Server Error',
};

/** In the order of the original. OPTIONS is served and not listed. */
const LISTED_METHODS = ['HEAD', 'GET', 'POST'];

export function createAnswers(log: Logger): Answers {
  const tell = createErrorTelling(log, withoutPointer);
  return {
    shownUrl: withoutPointer,
    unreadable: unreadableAnswerer(TEXT, () => 'Bad Request'),
    error(error: unknown, request: FastifyRequest, reply: FastifyReply) {
      const refusal = error instanceof Refusal ? error : refusalOf(tell(error, request));
      if (refusal.status === 503) reply.header('retry-after', RETRY_AFTER_SECONDS);
      const allow = reply.getHeader('allow');
      if (typeof allow === 'string') reply.header('allow', listed(allow));
      reply.code(refusal.status).type(refusal.contentType).serializer(asItIs).send(refusal.message);
    },
  };
}

function refusalOf({ status, code, message }: { status: number; code: string; message: string }): Refusal {
  return new Refusal(status, TEXTS[code] ?? message);
}

function listed(allow: string): string {
  const allowed = allow.split(', ');
  return LISTED_METHODS.filter((method) => allowed.includes(method)).join(', ');
}

function asItIs(text: unknown): string {
  return String(text);
}

/** Paths that hold no pointer. */
const PLAIN_PATHS = ['/', '/.well-known/pay', '/exchange', '/ilp'];

/** The URL as logs may show it. Who reads a pointer can pull with it, so only paths that can't hold one are shown. */
export function withoutPointer(url: string): string {
  const [path = ''] = url.split('?');
  if (PLAIN_PATHS.includes(path)) return path;
  return path.startsWith('/update/') ? '/update/…' : '/…';
}
