import { randomUUID } from 'node:crypto';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import { parseJson, stringifyJson } from '#platform/json.ts';
import { accessLogFields } from '#platform/logging/access-log.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { EventPayloads } from '#platform/outbox/http/schemas.ts';
import { noteMethods } from './allowed-methods.ts';
import { limitBodies } from './body-budget.ts';
import { createClientAddress } from './client-address.ts';
import type { HttpContext } from './context.ts';
import { Counters } from './counters.ts';
import { answerUnreadableRequest, createErrorHandler, HttpError } from './errors.ts';
import { takeTurns } from './event-loop-fairness.ts';
import { refuseBeyondCapacity } from './load-shedding.ts';
import { describeApi } from './openapi/document.ts';
import type { Examples } from './openapi/examples.ts';
import { createStrangerLimit } from './rate-limit.ts';
import { sendSecurityHeaders } from './security-headers.ts';

/** Requests other than webhooks are a few hundred bytes; a hundred role changes with long addresses fit. */
const LARGEST_BODY_BYTES = 256 * 1024;

/** The longest path parameter: an address of 323 bytes as percent-encoded emoji. */
const LONGEST_PARAMETER = 5000;

/** A request that takes longer than this to arrive is given up. */
const REQUEST_TIMEOUT_MS = 15_000;

/** Its headers fit into a packet or two. Must be less than for all of it: Node exchanges the two where it is more. */
const HEADERS_TIMEOUT_MS = 10_000;

/** How often is looked for requests that take too long; it is done with a look at the oldest. */
const CONNECTIONS_CHECKED_EVERY_MS = 1_000;

/**
 * One that says nothing takes about 5 KB, and is closed after 10 s. More than this are closed at once: memory must stay
 * bounded, and so must open files.
 */
const MOST_CONNECTIONS = 12_000;

/** Longer than load balancers keep an idle connection (60 s), so that they close it and not we. */
const KEEP_ALIVE_TIMEOUT_MS = 65_000;

/** What is in flight when the server closes has so long; the process has 10 s for everything. */
const FINISH_WITHIN_MS = 4_000;

export type ServerPorts = Pick<HttpContext, 'settings' | 'keys' | 'clock' | 'randomBytes' | 'log' | 'isEnding'>;

export interface ServerRoutes {
  /** Of all routes. */
  examples: Examples;
  /** What the events of all contexts say. */
  eventPayloads: EventPayloads;
  /** Holds callers to what each route says of who may call it, from then on. */
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

  // Hooks of every request are told when to go on: a promise for each took as long as all of them do.
  app.addHook('onResponse', (request, reply, done) => {
    logAnswer(request, reply);
    done();
  });
  takeTurns(app);
  app.addHook('onRequest', ({ raw, headers }, _reply, done) => {
    const mustNameHost = raw.httpVersion === '1.1' && headers.host === undefined;
    done(mustNameHost ? new HttpError('invalid_request', 'it names no host.') : undefined);
  });
  sendSecurityHeaders(app);
  endConnectionsOnClose(app, isEnding);
  const limitStrangers = await createStrangerLimit(app, settings.rateLimitPerMinute, clientAddress);
  // In the first hook: whatever is sent to an unknown path is not even read.
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
    bodyLimit: LARGEST_BODY_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    forceCloseConnections: 'idle',
    http: {
      // Node would answer a request without a host by itself; see below.
      requireHostHeader: false,
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      connectionsCheckingInterval: CONNECTIONS_CHECKED_EVERY_MS,
    },
    // Our own answer has the one form of errors: see endConnectionsOnClose.
    return503OnClosing: false,
    genReqId: () => randomUUID(),
    // A path that cannot be read reaches no hook, and is answered and logged here.
    frameworkErrors: (error, request, reply) => {
      reply.raw.once('finish', () => logAnswer(request, reply));
      answerError(error, request, reply);
    },
    clientErrorHandler: answerUnreadableRequest,
    routerOptions: { maxParamLength: LONGEST_PARAMETER, ignoreTrailingSlash: true },
  }).withTypeProvider<ZodTypeProvider>();
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(() => stringifyJson);
  app.setErrorHandler(answerError);
  app.server.maxConnections = MOST_CONNECTIONS;
  // Left to itself, Node answers what it does not expect to be expected, and no route or log hears of it.
  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response));
  readJsonWithoutLoss(app);
  return app;
}

/** Amounts pass 2^53, so bodies are read by our own parser. */
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
 * Ends every connection when the server closes. Idle ones Fastify ends at once; a busy one ends with its answer instead
 * of being kept alive. One that says nothing, or never finishes its request, nobody else would ever end: Node counts it
 * as busy, and stops looking for time-outs as soon as it closes.
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

/** Makes what writes one line a request, when it has been answered. */
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
