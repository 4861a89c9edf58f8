import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import { HttpError } from '#platform/http/errors.ts';
import { parseJson, stringifyJson } from '#platform/json.ts';
import { readTlsFiles, type TlsFiles } from './tls-files.ts';

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

/** How a listener answers what none of its routes does. */
export interface Answers {
  error: (error: unknown, request: FastifyRequest, reply: FastifyReply) => void;
  /** A request that cannot be parsed as HTTP. */
  unreadable: (error: Error & { code?: string }, socket: Socket) => void;
  /** The URL of a request without secrets, for logs. */
  shownUrl: (url: string) => string;
}

export type LogAnswer = (request: FastifyRequest, reply: FastifyReply) => void;

/** Fastify with our limits, our JSON and our answers to errors; it has no hook and no route yet. */
export function createFastify(
  answers: Answers,
  logAnswer: LogAnswer,
  maxBodyBytes: number = MAX_BODY_BYTES,
  tls?: TlsFiles,
): FastifyInstance {
  const serverOptions = {
    // Otherwise Node would answer a request without a Host header itself; see below.
    requireHostHeader: false,
    headersTimeout: HEADERS_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionsCheckingInterval: CONNECTIONS_CHECKED_EVERY_MS,
  };
  const app = Fastify({
    logger: false,
    bodyLimit: maxBodyBytes,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    forceCloseConnections: 'idle',
    // With TLS a server of another type, with all that we use of this one.
    ...((tls === undefined ? { http: serverOptions } : { https: { ...serverOptions, ...readTlsFiles(tls) } }) as {
      http: typeof serverOptions;
    }),
    // Our own answer has the common form of errors; see endConnectionsOnClose.
    return503OnClosing: false,
    genReqId: () => randomUUID(),
    // A path that cannot be decoded reaches no hook, so it is answered and logged here.
    frameworkErrors: (error, request, reply) => {
      reply.raw.once('finish', () => logAnswer(request, reply));
      answers.error(error, request, reply);
    },
    clientErrorHandler: answers.unreadable,
    routerOptions: { maxParamLength: MAX_PARAMETER_LENGTH, ignoreTrailingSlash: true },
  }).withTypeProvider<ZodTypeProvider>();
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(() => stringifyJson);
  app.setErrorHandler(answers.error);
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
export function endConnectionsOnClose(app: FastifyInstance, isEnding: () => boolean): void {
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
