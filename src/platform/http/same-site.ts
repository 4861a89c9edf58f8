import type { FastifyRequest } from 'fastify';

/**
 * A browser sends cookies with requests of any page, and states the origin with each change. Other clients send no origin,
 * and cookies only on purpose.
 */
export function isFromAnotherSite({ headers }: FastifyRequest): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  const { origin, host } = headers;
  return origin !== undefined && (!URL.canParse(origin) || new URL(origin).host !== host);
}
