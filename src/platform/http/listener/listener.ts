import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Settings } from '#platform/config/read-settings.ts';
import { noteMethods } from '#platform/http/allowed-methods.ts';
import { type BodyLimits, limitBodies } from '#platform/http/body-budget.ts';
import { createClientAddress } from '#platform/http/client-address.ts';
import type { HttpContext } from '#platform/http/context.ts';
import { HttpError } from '#platform/http/errors.ts';
import { yieldBetweenRequests } from '#platform/http/event-loop-fairness.ts';
import { refuseBeyondCapacity } from '#platform/http/load-shedding.ts';
import { createAnonymousRateLimit } from '#platform/http/rate-limit.ts';
import { sendSecurityHeaders } from '#platform/http/security-headers.ts';
import { accessLogFields } from '#platform/logging/access-log.ts';
import type { Logger } from '#platform/logging/logger.ts';
import { type Answers, createFastify, endConnectionsOnClose } from './fastify.ts';
import type { TlsFiles } from './tls-files.ts';

/** A server with our limits and without a route. What is registered on it is under them. */
export interface Listener extends Pick<HttpContext, 'clientAddress' | 'limitStrangers' | 'onAnswered'> {
  app: FastifyInstance;
}

export interface ListenerPorts {
  settings: Settings;
  log: Logger;
  isEnding: () => boolean;
}

export interface ListenerLimits {
  /** Of bodies whose routes set no other limit. */
  maxBodyBytes?: number;
  /** For a listener that speaks https itself. */
  tls?: TlsFiles | undefined;
}

/** Opens a server that logs its requests and bounds what strangers may do. Routes under `boundLoad` come after it. */
export async function createListener(
  { settings, log, isEnding }: ListenerPorts,
  answers: Answers,
  limits: ListenerLimits = {},
): Promise<Listener> {
  const addressIn = createClientAddress(settings);
  const clientAddress = (request: FastifyRequest) => addressIn(request.socket.remoteAddress ?? '', request.headers);
  const listeners = [accessLogger(log, clientAddress, answers.shownUrl)];
  const logAnswer = (request: FastifyRequest, reply: FastifyReply) => {
    for (const listen of listeners) listen(request, reply);
  };
  const app = createFastify(answers, logAnswer, limits.maxBodyBytes, limits.tls);

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
  return { app, clientAddress, limitStrangers, onAnswered: (listen) => void listeners.push(listen) };
}

/** Bounds the requests in flight, and the memory of their bodies, for routes that are added later. */
export function boundLoad({ app, clientAddress }: Listener, log: Logger, bodies?: BodyLimits): void {
  refuseBeyondCapacity(app, log);
  limitBodies(app, log, clientAddress, bodies);
}

/** Creates the logger of the access log, which writes one line per request when it has been answered. */
function accessLogger(log: Logger, clientAddress: (request: FastifyRequest) => string, shownUrl: Answers['shownUrl']) {
  return (request: FastifyRequest, reply: FastifyReply): void => {
    const durationMs = reply.elapsedTime;
    log.info(
      {
        access: accessLogFields({
          receivedAt: new Date(Date.now() - durationMs),
          address: clientAddress(request),
          method: request.method,
          url: shownUrl(request.url),
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
