import type { FastifyRequest } from 'fastify';
import { HttpError } from '#platform/http/errors.ts';
import type { Visitor, Visitors } from '#platform/http/pages/visitors.ts';

/** Visitors by a cookie that names them and their roles: the console without a login. */

export const TOKEN = 'token-of-';

export function standInVisitors(now: () => Date): Visitors {
  const of = (request: FastifyRequest): Visitor | undefined => {
    const found = /(?:^|;\s*)visitor=([^;]*)/.exec(request.headers.cookie ?? '')?.[1];
    if (found === undefined || found === '') return undefined;
    const [name = '', roles = ''] = decodeURIComponent(found).split(':');
    return {
      sessionId: name,
      principal: `staff:${name}`,
      name,
      roles: new Set(roles.split(',').filter((role) => role !== '')),
      provenAt: now(),
    };
  };
  return {
    of: async (request) => of(request),
    formToken: (_request, _reply, visitor) => TOKEN + visitor.sessionId,
    requireFormToken(request, visitor) {
      const { _csrf: token } = (request.body ?? {}) as Record<string, unknown>;
      if (token !== TOKEN + visitor.sessionId) throw new HttpError('cross_site_request');
    },
    requireFreshProof: () => undefined,
    browserOf: (request) => ({ address: request.ip, userAgent: '', token: undefined }),
    signIn: () => undefined,
    signOut: () => undefined,
  };
}

/** The cookie of a visitor. */
export function visitorCookie(name: string, ...roles: readonly string[]): string {
  return `visitor=${encodeURIComponent(`${name}:${roles.join(',')}`)}`;
}
