import type { FastifyInstance } from 'fastify';

/** Returns the methods that a path supports; none for an unknown path. */
export type MethodsAt = (path: string) => string[];

/**
 * Records every route that is registered after this, so that a wrong method on a known path can be distinguished from an
 * unknown path: Fastify's router answers both the same. It is only used for requests without a route.
 */
export function noteMethods(app: FastifyInstance): MethodsAt {
  const methodsByPattern = new Map<string, { matches: RegExp; methods: Set<string> }>();
  app.addHook('onRoute', ({ method, url }) => {
    const known = methodsByPattern.get(url) ?? { matches: patternOf(url), methods: new Set() };
    for (const one of [method].flat()) known.methods.add(one.toUpperCase());
    methodsByPattern.set(url, known);
  });
  return (path) => {
    const found = [...methodsByPattern.values()].filter(({ matches }) => matches.test(path));
    return [...new Set(found.flatMap(({ methods }) => [...methods]))].sort();
  };
}

/** `/api/orders/:address` as a regular expression; the trailing slash is optional, as it is for the router. */
function patternOf(url: string): RegExp {
  const parts = url
    .replace(/\/$/, '')
    .split('/')
    .map((part) => {
      if (part.startsWith(':')) return '[^/]+';
      if (part === '*') return '.*';
      return part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    });
  return new RegExp(`^${parts.join('/')}/?$`);
}
