import type { FastifyInstance } from 'fastify';

/** Says which methods a path is served with; none for a path that is not known. */
export type MethodsAt = (path: string) => string[];

/**
 * Notes every route that is registered after this, so that a known path with another method can be told from a path
 * that is not known: Fastify's router answers both the same. It is asked only for requests without a route.
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

/** `/api/orders/:address` as an expression; the slash at the end is as free as it is for the router. */
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
