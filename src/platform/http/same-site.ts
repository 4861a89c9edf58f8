import type { FastifyRequest } from 'fastify';

/**
 * A browser sends cookies with whatever any page asks for, and says with each change where it comes from. What is no
 * browser says nothing, and sends only what it was told to.
 */
export function isFromAnotherSite({ headers }: FastifyRequest): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  const { origin, host } = headers;
  return origin !== undefined && (!URL.canParse(origin) || new URL(origin).host !== host);
}
