import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { StoreContentError, StoreUnavailableError } from '#platform/database/errors.ts';
import { EngineError, type EngineErrorCode, ERROR_SENTENCES } from '#platform/errors.ts';
import { JsonError } from '#platform/json.ts';
import { withoutPageCode } from '#platform/logging/access-log.ts';
import type { Logger } from '#platform/logging/logger.ts';

/** Every error that the HTTP interface itself can answer, with its status and sentence (`http-api.md` 4). */
const HTTP_ERRORS = {
  invalid_request: [400, 'The request is not as expected: {}'],
  request_timeout: [408, 'The request did not arrive in time.'],
  headers_too_large: [431, 'The headers of the request are too large.'],
  unreadable_body: [400, 'The request body could not be read: {}'],
  body_too_large: [413, 'The request body is larger than the {} bytes that are taken here.'],
  unsupported_media_type: [415, 'The request body must be application/json.'],
  route_not_found: [404, 'There is nothing at {}.'],
  method_not_allowed: [405, 'The method {} is not served at this path; the Allow header names those that are.'],
  rate_limited: [429, 'There were too many requests from your address. Please try again in {} s.'],
  unavailable: [503, 'The server cannot keep anything at the moment. Please try again later.'],
  internal_error: [500, 'Something went wrong in the server. It has been logged under this request_id.'],
  login_token_missing: [
    400,
    'Auth token signature invalid or not provided. No login token came: neither in the header tpg_auth_token nor as Authorization: Bearer. If you sent that header, a proxy on the way drops names with underscores, as nginx does without underscores_in_headers on.',
  ],
  login_token_malformed: [400, 'Login token is not in the correct format. {}'],
  login_signature_invalid: [401, 'Login token signature is invalid. {}'],
  access_token_missing: [401, 'Please first authenticate: no cookie containing a jwt was found in the request.'],
  access_token_invalid: [401, 'An error occurred validating the jwt: {}'],
  cross_site_request: [403, 'A page of another site cannot change anything here. Send the token as a header instead.'],
  forbidden_peer: [403, 'Request was made from a forbidden peer.'],
  hmac_missing: [403, 'No HMAC signature found.'],
  hmac_invalid: [403, 'Invalid HMAC signature.'],
  pay_page_off: [501, 'Customers have no pay page here: set TPG_PUBLIC_URL, and leave TPG_PAY_PAGE on.'],
  shop_unknown: [403, 'The webhook was sent for another shop than the one that this server serves.'],
} as const satisfies Record<string, readonly [number, string]>;

export type HttpErrorCode = keyof typeof HTTP_ERRORS;

/** Every code that an error of ours can have. */
export type ErrorCode = HttpErrorCode | EngineErrorCode;

/** The status of each error of the engine; a new one does not compile until it stands here. */
const ENGINE_ERROR_STATUS: Readonly<Record<EngineErrorCode, number>> = {
  order_not_found: 404,
  order_change_forbidden: 400,
  order_change_no_op: 400,
  invalid_claim: 400,
  claim_signature_invalid: 401,
  no_payment_wallet: 503,
  invalid_address: 400,
  invalid_amount: 400,
  invalid_price: 400,
  unsupported_currency: 400,
  exchange_rate_not_found: 404,
  exchange_rate_fixed: 400,
  wrong_network: 400,
  wallet_not_authorized: 401,
  wallet_signature_invalid: 401,
  wallet_nonce_not_increasing: 401,
  wallet_not_found: 404,
  payment_contradicted: 409,
  payment_cancelled: 409,
  payment_not_held: 409,
  login_nonce_not_increasing: 401,
  login_roles_not_held: 403,
  permission_missing: 403,
  credit_exceeds_balance: 400,
  order_reset_impossible: 501,
  idempotency_key_reused: 422,
  webhook_not_set_aside: 404,
  dead_letter_not_found: 404,
  shop_not_configured: 501,
  shop_unreachable: 502,
  no_shop_for_prices: 501,
  price_update_not_found: 404,
  price_update_finished: 409,
  role_irrevocable: 400,
};

/** An error that the HTTP layer finds before the engine is asked. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly code: HttpErrorCode;

  /** @param about fills the sentence's `{}`. */
  constructor(code: HttpErrorCode, about = '') {
    super(HTTP_ERRORS[code][1].replace('{}', () => about).trim());
    this.code = code;
  }

  get status(): number {
    return HTTP_ERRORS[this.code][0];
  }
}

/** What an error is answered with; the sentence has `…` where it names what was wrong. */
export function errorInCatalogue(code: ErrorCode): { status: number; sentence: string } {
  const [status, sentence] =
    code in HTTP_ERRORS
      ? HTTP_ERRORS[code as HttpErrorCode]
      : [ENGINE_ERROR_STATUS[code as EngineErrorCode], ERROR_SENTENCES[code as EngineErrorCode]];
  return { status, sentence: sentence.replace('{}', '…') };
}

/** The one JSON form of every error. */
export interface ErrorBody {
  /** A sentence for the caller. */
  error: string;
  /** Stable, snake case. */
  code: string;
  request_id: string;
}

const RETRY_AFTER_SECONDS = 5;

/** Answers every error in the one form. What is not the caller's doing is logged whole and answered without its text. */
export function createErrorHandler(log: Logger) {
  return (error: unknown, request: FastifyRequest, reply: FastifyReply): void => {
    const known = knownError(error) ?? fastifyError(error as FastifyError, request);
    const { status, code, message } = known ?? {
      status: 500,
      code: 'internal_error',
      message: HTTP_ERRORS.internal_error[1],
    };
    // What the HTTP layer itself refuses, because the server ends or has too much to do, is no fault.
    if (status >= 500 && !(error instanceof HttpError)) {
      log.error(
        { err: error, requestId: request.id, method: request.method, url: withoutPageCode(request.url) },
        'A request failed for a reason that is not the caller’s',
      );
    }
    if (status === 503) reply.header('retry-after', RETRY_AFTER_SECONDS);
    const body: ErrorBody = { error: message, code, request_id: request.id };
    reply.code(status).type('application/json; charset=utf-8').serializer(JSON.stringify).send(body);
  };
}

/** Answers, in the same form, what cannot be read as HTTP at all, and ends the connection. */
export function answerUnreadableRequest(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  const { status, code, message } = unreadableRequest(error.code);
  const body = JSON.stringify({ error: message, code, request_id: randomUUID() } satisfies ErrorBody);
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  if (socket.writable) socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
  socket.destroy(error);
}

function unreadableRequest(code: string | undefined): HttpError {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return new HttpError('request_timeout');
  if (code === 'HPE_HEADER_OVERFLOW') return new HttpError('headers_too_large');
  return new HttpError('invalid_request', 'it is not HTTP.');
}

interface KnownError {
  status: number;
  code: string;
  message: string;
}

function knownError(error: unknown): KnownError | undefined {
  if (error instanceof HttpError) return { status: error.status, code: error.code, message: error.message };
  if (error instanceof EngineError) {
    return { status: ENGINE_ERROR_STATUS[error.code], code: error.code, message: error.message };
  }
  if (error instanceof StoreUnavailableError) return knownError(new HttpError('unavailable'));
  if (error instanceof StoreContentError) {
    return knownError(new HttpError('invalid_request', 'it holds a text, a time or a sum that cannot be kept.'));
  }
  if (error instanceof JsonError) return knownError(new HttpError('unreadable_body', error.message));
  if (hasZodFastifySchemaValidationErrors(error)) {
    return knownError(new HttpError('invalid_request', describeIssues(error)));
  }
  return undefined;
}

/** What Fastify itself refuses. */
function fastifyError(error: FastifyError, request: FastifyRequest): KnownError | undefined {
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return knownError(new HttpError('body_too_large', String(request.routeOptions.bodyLimit)));
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return knownError(new HttpError('unsupported_media_type'));
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return knownError(new HttpError('unreadable_body', 'it is not complete.'));
    case 'FST_ERR_BAD_URL':
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return knownError(new HttpError('invalid_request', 'its path cannot be read.'));
    default:
      return undefined;
  }
}

const MOST_ISSUES_NAMED = 5;

/** `payment.amount: must be above 0; auth: is missing`. */
function describeIssues(error: {
  validation: readonly { instancePath: string; message?: string | undefined }[];
}): string {
  const issues = error.validation.map((issue) => {
    const path = issue.instancePath.replaceAll('/', '.').replace(/^\./, '');
    return path === '' ? (issue.message ?? 'it is malformed') : `${path}: ${issue.message ?? 'malformed'}`;
  });
  const more = issues.length > MOST_ISSUES_NAMED ? `; and ${issues.length - MOST_ISSUES_NAMED} more` : '';
  return `${issues.slice(0, MOST_ISSUES_NAMED).join('; ')}${more}.`;
}
