import type { FastifyInstance, FastifyReply, FastifyRequest, onRequestAsyncHookHandler } from 'fastify';
import type { Clock } from '#platform/clock.ts';
import type { AnonymousRateLimit } from '#platform/http/rate-limit.ts';
import { stringifyJson } from '#platform/json.ts';
import type { PullPaymentsService } from '#pull-payments/service-type.ts';
import type { PullPaymentsSettings } from '#pull-payments/settings.ts';
import type { Agreement } from '#pull-payments/types.ts';
import type { Endpoint } from '../endpoint-type.ts';
import { Refusal, TEXT } from './answers.ts';
import { bearerIn, isSecret } from './bearer.ts';
import { fieldsIn } from './bodies.ts';
import { exchangeOf, isOver, newTermsOf, termsChangeOf } from './fields.ts';
import { hashOfPointer, type Pointer, readPointer, type TokenKey } from './pointers.ts';
import { changedRecord, pushAnswer, queryAnswer, SPSP_TYPE } from './query-answer.ts';
import { receiptIn } from './receipts.ts';

export interface SpspPorts {
  service: PullPaymentsService;
  endpoint: Endpoint;
  settings: PullPaymentsSettings;
  /** What pointers begin with, behind the `$`. */
  publicHost: () => string;
  clock: Clock;
  limitStrangers: AnonymousRateLimit;
}

const JSON_TYPE = 'application/json; charset=utf-8';

type WithToken = { Params: { token: string } };

const UPLINK_IS_DOWN = 'The server has no connection to Interledger at the moment. Please try again later.';

/** The interface of the original pull payment server, on a listener of its own. */
export function spspRoutes(app: FastifyInstance, ports: SpspPorts): void {
  const { service, endpoint, settings, publicHost, clock, limitStrangers } = ports;
  const key: TokenKey = { secret: new TextEncoder().encode(settings.jwtSecret), algorithms: settings.jwtAlgorithms };
  const requirePayer: onRequestAsyncHookHandler = async (request, reply) => {
    if (isSecret(bearerIn(request.headers), settings.authToken)) return;
    await limitStrangers(request, reply);
    throw new Refusal(401, 'Invalid token');
  };
  const pointerAnswer = (path: string) => stringifyJson({ pointer: `$${publicHost()}/${path}` });

  allowBrowsers(app);
  answerOptions(app);

  app.post('/', { onRequest: requirePayer }, async ({ body }, reply) => {
    const { id } = await service.create(newTermsOf(fieldsIn(body), clock.now()));
    reply.type(JSON_TYPE);
    return pointerAnswer(id);
  });

  app.get('/.well-known/pay', async (request, reply) => {
    requireQuery(request);
    await limitStrangers(request, reply);
    const receipt = receiptIn(request.headers);
    const answer = pushAnswer(upOr503(endpoint.credentials(null, receipt)), receipt !== null);
    reply.type(SPSP_TYPE);
    return answer;
  });

  app.get<WithToken>('/:token', async (request, reply) => {
    refuseBarePath(request, reply);
    requireQuery(request);
    const pointer = await readPointer(request.params.token, key, clock.now());
    // A token that begins at its first use must not begin with a query that can't be answered.
    const isUp = () => upOr503(endpoint.credentials(null, null));
    const agreement = pointer && (await agreementOf(ports, pointer, request.params.token, isUp));
    if (agreement === undefined) {
      await limitStrangers(request, reply);
      throw unknownPointer(request);
    }
    const answer = queryAnswer(upOr503(endpoint.credentials(agreement.id, null)), agreement);
    reply.type(SPSP_TYPE);
    return answer;
  });

  app.post<WithToken>('/:token', async (request, reply) => {
    const { token } = request.params;
    const pointer = await readPointer(token, key, clock.now());
    const isToken = pointer !== undefined && pointer.claims !== null;
    if (!isToken || (await agreementOf(ports, pointer, token)) === undefined) {
      await limitStrangers(request, reply);
      throw new Refusal(401, 'Unauthorized: Token could not be verified.');
    }
    reply.type(JSON_TYPE);
    return pointerAnswer(token);
  });

  app.post<WithToken>('/update/:token', { onRequest: requirePayer }, async ({ params, body }, reply) => {
    const agreement = await service.update(hashOfPointer(params.token), termsChangeOf(fieldsIn(body)));
    reply.type(JSON_TYPE);
    return stringifyJson(changedRecord(agreement));
  });

  app.get('/exchange', { onRequest: requirePayer }, async ({ query }, reply) => {
    const { amount, asset } = exchangeOf(fieldsIn(query));
    const { code, scale } = upOr503(endpoint.asset);
    const exchanged = await service.exchange(amount, asset, { code, scale });
    reply.type(JSON_TYPE);
    return stringifyJson({ amount: exchanged, assetCode: code, assetScale: scale });
  });
}

/**
 * The agreement of a pointer, which is made when a token is first used. Undefined if there is none, or if it is over.
 * @throws {Refusal} if a token says what can't be agreed.
 */
async function agreementOf(
  ports: SpspPorts,
  { hash, claims }: Pointer,
  text: string,
  beforeRegistration: () => void = () => undefined,
): Promise<Agreement | undefined> {
  const { service, clock } = ports;
  const found = await service.findByToken(hash);
  if (found !== undefined || claims === null) return found;
  const now = clock.now();
  if (isOver(claims, now)) return undefined;
  const terms = newTermsOf(claims, now);
  beforeRegistration();
  // It may be one that was cancelled: a token makes one agreement and never another.
  const agreement = await service.register(hash, terms, text);
  const { expiryAt } = agreement.terms;
  const isGone = agreement.state === 'cancelled' || (expiryAt !== null && expiryAt <= now);
  return isGone ? undefined : agreement;
}

/** The router takes an empty text for a pointer, too. */
function refuseBarePath({ params }: FastifyRequest<WithToken>, reply: FastifyReply): void {
  if (params.token !== '') return;
  reply.header('allow', ALLOWED['/']);
  throw new Refusal(405, 'Method Not Allowed');
}

/** Queries say so in their Accept header. Without it nothing is looked up, and no token is registered. */
function requireQuery({ headers: { accept = '' } }: FastifyRequest): void {
  if (!accept.includes(SPSP_TYPE)) throw new Refusal(404, 'Not Found');
}

/** The text of the original, or the JSON of RFC 0036 for who asks for JSON beside. */
function unknownPointer({ headers: { accept = '' } }: FastifyRequest): Refusal {
  return accept.includes('application/json')
    ? new Refusal(404, '{"id":"InvalidPointerError","message":"Pointer does not exist."}', SPSP_TYPE)
    : new Refusal(404, 'Token not found');
}

function upOr503<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Refusal(503, UPLINK_IS_DOWN);
  return value;
}

/** Browsers may ask too, and no answer is kept (RFC 0009). */
function allowBrowsers(app: FastifyInstance): void {
  app.addHook('onRequest', ({ method }, reply, done) => {
    if (method !== 'POST') {
      reply.headers({
        'access-control-allow-origin': '*',
        'access-control-allow-headers': 'web-monetization-id, receipt-nonce, receipt-secret',
        'cross-origin-resource-policy': 'cross-origin',
      });
    }
    reply.header('cache-control', 'no-cache');
    done();
  });
}

/** What each path allows, as the original answers it; those with one segment are pointers, too. */
const ALLOWED: Readonly<Record<string, string>> = {
  '/': 'POST',
  '/:token': 'HEAD, GET, POST',
  '/update/:token': 'POST',
  '/.well-known/pay': 'HEAD, GET',
};

function answerOptions(app: FastifyInstance): void {
  for (const [url, allow] of Object.entries(ALLOWED)) {
    app.options(url, async (_request: FastifyRequest, reply: FastifyReply) => {
      reply.header('allow', allow).type(TEXT);
      return '';
    });
  }
}
