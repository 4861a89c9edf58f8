import type { FastifyInstance } from 'fastify';
import { withoutSecrets } from '#platform/logging/access-log.ts';
import type { ReadinessParts } from '#platform/monitoring/http/schemas.ts';
import type { EventPayloads } from '#platform/outbox/http/schemas.ts';
import type { HttpContext } from './context.ts';
import { Counters } from './counters.ts';
import { answerUnreadableRequest, createErrorHandler } from './errors.ts';
import { boundLoad, createListener } from './listener/listener.ts';
import { describeApi } from './openapi/document.ts';
import type { Examples } from './openapi/examples.ts';
import type { Visitors } from './pages/visitors.ts';

export type ServerPorts = Pick<HttpContext, 'settings' | 'keys' | 'clock' | 'randomBytes' | 'log' | 'isEnding'>;

export interface ServerRoutes {
  /** Of all routes. */
  examples: Examples;
  /** The payload schemas of the events of all contexts. */
  eventPayloads: EventPayloads;
  /** The schemas of all contexts' details in GET /health/ready. */
  readinessParts: ReadinessParts;
  /** Enforces each route's `config.access` for routes that are added later. */
  enforceAccess: (app: FastifyInstance, http: HttpContext) => void;
  /** For pages of people who have logged in. */
  openVisitors: (app: FastifyInstance, http: HttpContext) => Promise<Visitors>;
  register: (app: FastifyInstance, http: HttpContext) => Promise<void>;
}

/** The HTTP server with all its routes, ready to listen. */
export async function createServer(ports: ServerPorts, routes: ServerRoutes): Promise<FastifyInstance> {
  const { log } = ports;
  const listener = await createListener(
    ports,
    {
      error: createErrorHandler(log),
      unreadable: answerUnreadableRequest,
      shownUrl: withoutSecrets,
    },
    { tls: ports.settings.tls ?? undefined },
  );
  const { app, clientAddress, limitStrangers, onAnswered } = listener;
  await describeApi(app, limitStrangers, routes.examples);
  boundLoad(listener, log);

  app.decorateRequest('caller', null);
  app.decorateRequest('rawText', '');
  const http: HttpContext = {
    ...ports,
    clientAddress,
    limitStrangers,
    eventPayloads: routes.eventPayloads,
    readinessParts: routes.readinessParts,
    counters: new Counters(),
    onAnswered,
    openVisitors: (scope) => routes.openVisitors(scope, http),
  };
  routes.enforceAccess(app, http);
  await routes.register(app, http);
  return app;
}
