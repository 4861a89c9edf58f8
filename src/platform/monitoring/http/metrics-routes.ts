import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import type { Settings } from '#platform/config/read-settings.ts';
import { HttpError } from '#platform/http/errors.ts';
import { createIpList } from '#platform/http/ip-allowlist.ts';
import type { AnonymousRateLimit } from '#platform/http/rate-limit.ts';
import type { Metrics } from './metrics.ts';

export interface MetricsRoutePorts {
  metrics: Metrics;
  settings: Pick<Settings, 'trustedProxies' | 'useXForwardedFor' | 'useForwarded'>;
  clientAddress: (request: FastifyRequest) => string;
  limitStrangers: AnonymousRateLimit;
}

/** Prometheus sends no token, so it is identified by its address in the shop's own network. */
export function metricsRoutes(ports: MetricsRoutePorts): FastifyPluginAsyncZod {
  const { metrics, settings, clientAddress, limitStrangers } = ports;
  const ownNetwork = createIpList(settings.trustedProxies);
  const believesForwarded = settings.useXForwardedFor || settings.useForwarded;

  const refuseStrangers = async (request: FastifyRequest, reply: FastifyReply) => {
    // If no forwarded header is trusted, every request that a proxy forwards seems to come from the proxy, even from the internet.
    const isForwarded = request.headers['x-forwarded-for'] !== undefined || request.headers.forwarded !== undefined;
    if (ownNetwork.contains(clientAddress(request)) && (believesForwarded || !isForwarded)) return;
    await limitStrangers(request, reply);
    throw new HttpError('forbidden_peer');
  };

  return async (app) => {
    app.get(
      '/metrics',
      {
        config: { access: 'public' },
        onRequest: refuseStrangers,
        schema: {
          summary: 'Metrics for Prometheus',
          tags: ['health'],
          errors: ['forbidden_peer', 'rate_limited', 'route_not_found'],
          produces: ['text/plain'],
          response: { 200: z.string() },
        },
      },
      async (_, reply) => reply.type(metrics.contentType).send(await metrics.text()),
    );
  };
}
