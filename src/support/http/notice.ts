import type { FastifyReply, FastifyRequest } from 'fastify';

/**
 * A sentence for the next page, such as "The note was added". It is in a cookie of a minute rather than in the address, so
 * that no link can make the console say something.
 */

const COOKIE = 'tpg_console_notice';
const KEPT_SECONDS = 60;
const MAX_LENGTH = 500;

export function keepNotice(reply: FastifyReply, base: string, text: string): void {
  addCookie(reply, `${COOKIE}=${encodeURIComponent(text.slice(0, MAX_LENGTH))}; Max-Age=${KEPT_SECONDS}`, base);
}

/** The sentence, which is then forgotten; undefined if there is none. */
export function takeNotice(request: FastifyRequest, reply: FastifyReply, base: string): string | undefined {
  const found = new RegExp(`(?:^|;\\s*)${COOKIE}=([^;\\s]*)`).exec(request.headers.cookie ?? '')?.[1];
  if (found === undefined) return undefined;
  addCookie(reply, `${COOKIE}=; Max-Age=0`, base);
  try {
    return decodeURIComponent(found).slice(0, MAX_LENGTH);
  } catch {
    return undefined;
  }
}

function addCookie(reply: FastifyReply, cookie: string, base: string): void {
  const before = reply.getHeader('set-cookie') ?? [];
  reply.header('set-cookie', [before, `${cookie}; Path=${base}; HttpOnly; SameSite=Strict`].flat().map(String));
}
