import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { described } from '#platform/http/openapi/route-docs.ts';
import { type Readiness, type ReadinessParts, readinessSchema } from './schemas.ts';

export const HEALTHY = '👍️\n';

/** The liveness and readiness routes. */
export function healthRoutes(checkReadiness: () => Promise<Readiness>, parts: ReadinessParts): FastifyPluginAsyncZod {
  const readiness = readinessSchema(parts);
  return async (app) => {
    const alive = {
      config: { access: 'public' } as const,
      schema: { produces: ['text/plain'], response: { 200: z.string() } },
    };
    app.get('/health', described(alive, 'health', 'Liveness of the server'), async (_, reply) =>
      reply.type('text/plain; charset=utf-8').send(HEALTHY),
    );
    app.get('/health/live', described(alive, 'health', 'Liveness of the process'), async (_, reply) =>
      reply.type('text/plain; charset=utf-8').send(HEALTHY),
    );
    app.get(
      '/health/ready',
      {
        config: { access: 'public' },
        schema: {
          summary: 'Readiness of the server, with the reasons if it is not ready',
          tags: ['health'],
          response: { 200: readiness, 503: readiness },
        },
      },
      async (_, reply) => {
        const found = await checkReadiness();
        return reply.code(found.ready ? 200 : 503).send(found);
      },
    );
  };
}
