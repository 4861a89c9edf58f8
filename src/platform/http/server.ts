import { randomUUID } from 'node:crypto';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import { parseJson, stringifyJson } from '#platform/json.ts';
import { accessLogFields } from '#platform/logging/access-log.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { ReadinessParts } from '#platform/monitoring/http/schemas.ts';
import type { EventPayloads } from '#platform/outbox/http/schemas.ts';
import { noteMethods } from './allowed-methods.ts';
import { limitBodies } from './body-budget.ts';
import { createClientAddress } from './client-address.ts';
import type { HttpContext } from './context.ts';
import { Counters } from './counters.ts';
import { answerUnreadableRequest, createErrorHandler, HttpError } from './errors.ts';
import { yieldBetweenRequests } from './event-loop-fairness.ts';
import { refuseBeyondCapacity } from './load-shedding.ts';
import { describeApi } from './openapi/document.ts';
import type { Examples } from './openapi/examples.ts';
import { createAnonymousRateLimit } from './rate-limit.ts';
import { sendSecurityHeaders } from './security-headers.ts';

/** Requests other than webhooks have a few hundred bytes; a hundred role changes with long addresses fit. */
const MAX_BODY_BYTES = 256 * 1024;

/** The longest path parameter: an address of 323 bytes as percent-encoded emoji. */
const MAX_PARAMETER_LENGTH = 5000;

/** A request that takes longer than this to arrive is aborted. */
const REQUEST_TIMEOUT_MS = 15_000;

/** Headers fit into a packet or two. Must be less than the time-out of the request: otherwise Node swaps the two. */
const HEADERS_TIMEOUT_MS = 10_000;

/** Interval of Node's check for timed-out requests; each check looks only at the oldest connection. */
const CONNECTIONS_CHECKED_EVERY_MS = 1_000;

/**
 * An idle connection takes about 5 KB and is closed after 10 s. Connections beyond this are closed immediately, to bound
 * memory and open files.
 */
const MAX_CONNECTIONS = 12_000;

/** Longer than load balancers keep an idle connection (60 s), so that they close it rather than we. */
const KEEP_ALIVE_TIMEOUT_MS = 65_000;

/** Time for requests in flight when the server closes; the process has 10 s for everything. */
const FINISH_WITHIN_MS = 4_000;

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
  register: (app: FastifyInstance, http: HttpContext) => Promise<void>;
}

/** The HTTP server with all its routes, ready to listen. */
export async function createServer(ports: ServerPorts, routes: ServerRoutes): Promise<FastifyInstance> {
  const { settings, log, isEnding } = ports;
  const answerError = createErrorHandler(log);
  const addressIn = createClientAddress(settings);
  const clientAddress = (request: FastifyRequest) => addressIn(request.socket.remoteAddress ?? '', request.headers);
  const logAccess = accessLogger(log, clientAddress);
  const listeners = [logAccess];
  const logAnswer = (request: FastifyRequest, reply: FastifyReply) => {
    for (const listen of listeners) listen(request, reply);
  };
  const app = createFastify(answerError, logAnswer);

  // Hooks that run for every request use callbacks: a promise for each took as long as all of them do.
  app.addHook('onResponse', (request, reply, done) => {
    logAnswer(request, reply);
    done();
  });
  yieldBetweenRequests(app);
  app.addHook('onRequest', ({ raw, headers }, _reply, done) => {
    const mustNameHost = raw.httpVersion === '1.1' && headers.host === undefined;
    done(mustNameHost ? new HttpError('invalid_request', 'it names no host.') : undefined);
  });
  sendSecurityHeaders(app);
  endConnectionsOnClose(app, isEnding);
  const limitStrangers = await createAnonymousRateLimit(app, settings.rateLimitPerMinute, clientAddress);
  // In the first hook, so that the body of a request to an unknown path is not even read.
  app.addHook('onRequest', (request, reply, done) => {
    if (request.is404) refuseUnknown(request, reply).catch(done);
    else done();
  });
  const refuseUnknown = async (request: FastifyRequest, reply: FastifyReply): Promise<never> => {
    await limitStrangers(request, reply);
    const [path = ''] = request.url.split('?');
    const methods = methodsAt(path);
    if (methods.length === 0) throw new HttpError('route_not_found', `${request.method} ${path.slice(0, 200)}`);
    reply.header('allow', methods.join(', '));
    throw new HttpError('method_not_allowed', request.method);
  };
  const methodsAt = noteMethods(app);
  await describeApi(app, limitStrangers, routes.examples);
  refuseBeyondCapacity(app, log);
  limitBodies(app, log, clientAddress);

  app.decorateRequest('caller', null);
  app.decorateRequest('rawText', '');
  const http: HttpContext = {
    ...ports,
    clientAddress,
    limitStrangers,
    eventPayloads: routes.eventPayloads,
    readinessParts: routes.readinessParts,
    counters: new Counters(),
    onAnswered: (listen) => void listeners.push(listen),
  };
  routes.enforceAccess(app, http);
  await routes.register(app, http);
  return app;
}

type AnswerError = ReturnType<typeof createErrorHandler>;

/** Fastify with our limits, our JSON and our answers to errors; it has no hook and no route yet. */
function createFastify(
  answerError: AnswerError,
  logAnswer: (request: FastifyRequest, reply: FastifyReply) => void,
): FastifyInstance {
  const app = Fastify({
    logger: false,
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    forceCloseConnections: 'idle',
    http: {
      // Otherwise Node would answer a request without a Host header itself; see below.
      requireHostHeader: false,
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      connectionsCheckingInterval: CONNECTIONS_CHECKED_EVERY_MS,
    },
    // Our own answer has the common form of errors; see endConnectionsOnClose.
    return503OnClosing: false,
    genReqId: () => randomUUID(),
    // A path that cannot be decoded reaches no hook, so it is answered and logged here.
    frameworkErrors: (error, request, reply) => {
      reply.raw.once('finish', () => logAnswer(request, reply));
      answerError(error, request, reply);
    },
    clientErrorHandler: answerUnreadableRequest,
    routerOptions: { maxParamLength: MAX_PARAMETER_LENGTH, ignoreTrailingSlash: true },
  }).withTypeProvider<ZodTypeProvider>();
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(() => stringifyJson);
  app.setErrorHandler(answerError);
  app.server.maxConnections = MAX_CONNECTIONS;
  // By default Node answers unknown `Expect` headers itself, bypassing our routes and access log.
  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response));
  readJsonWithoutLoss(app);
  return app;
}

/** Amounts exceed 2^53, so bodies are parsed by our own parser. */
function readJsonWithoutLoss(app: FastifyInstance): void {
  app.removeContentTypeParser(['application/json', 'text/plain']);
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    try {
      request.rawText = body as string;
      done(null, body === '' ? undefined : parseJson(body as string));
    } catch (error) {
      done(error as Error);
    }
  });
}

/**
 * Ends every connection when the server closes. Fastify ends idle ones immediately; a busy one ends after its response
 * rather than being kept alive. One that is silent or never finishes its request would otherwise stay open for ever: Node
 * counts it as busy, and stops checking time-outs as soon as the server closes.
 */
function endConnectionsOnClose(app: FastifyInstance, isEnding: () => boolean): void {
  let isClosing = false;
  let timer: NodeJS.Timeout | undefined;
  app.addHook('preClose', async () => {
    isClosing = true;
    timer = setTimeout(() => app.server.closeAllConnections(), FINISH_WITHIN_MS);
  });
  app.addHook('onRequest', (_request, _reply, done) => done(isClosing ? new HttpError('unavailable') : undefined));
  app.addHook('onSend', (_request, reply, _payload, done) => {
    if (isClosing || isEnding()) reply.header('connection', 'close');
    done();
  });
  app.addHook('onClose', async () => clearTimeout(timer));
}

/** Creates the logger of the access log, which writes one line per request when it has been answered. */
function accessLogger(log: Logger, clientAddress: (request: FastifyRequest) => string) {
  return (request: FastifyRequest, reply: FastifyReply): void => {
    const durationMs = reply.elapsedTime;
    log.info(
      {
        access: accessLogFields({
          receivedAt: new Date(Date.now() - durationMs),
          address: clientAddress(request),
          method: request.method,
          url: request.url,
          httpVersion: request.raw.httpVersion,
          headers: request.headers,
          status: reply.statusCode,
          durationMs,
        }),
      },
      'Answered.',
    );
  };
}
