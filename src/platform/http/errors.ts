import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { StoreContentError, StoreUnavailableError } from '#platform/database/errors.ts';
import { DomainError, defineErrors, type ErrorCode, type ErrorKind, errorRow } from '#platform/errors.ts';
import { JsonError } from '#platform/json.ts';
import { withoutSecrets } from '#platform/logging/access-log.ts';
import type { Logger } from '#platform/logging/logger.ts';

/** Errors of the HTTP layer itself, before any context is called. */
export const httpErrors = defineErrors({
  invalid_request: ['invalid', 'The request is not as expected: {}'],
  request_timeout: ['timeout', 'The request did not arrive in time.'],
  headers_too_large: ['headers_too_large', 'The headers of the request are too large.'],
  unreadable_body: ['invalid', 'The request body could not be read: {}'],
  body_too_large: ['too_large', 'The request body is larger than the {} bytes that are taken here.'],
  unsupported_media_type: ['unsupported_media_type', 'The request body must be application/json.'],
  route_not_found: ['not_found', 'There is nothing at {}.'],
  method_not_allowed: [
    'method_not_allowed',
    'The method {} is not served at this path; the Allow header names those that are.',
  ],
  rate_limited: ['rate_limited', 'There were too many requests from your address. Please try again in {} s.'],
  unavailable: ['unavailable', 'The server cannot keep anything at the moment. Please try again later.'],
  internal_error: ['internal', 'Something went wrong in the server. It has been logged under this request_id.'],
  own_address_missing: [
    'forbidden',
    'This is about the orders and the money of the caller’s own address, and only callers who logged in with a wallet have one.',
  ],
  forbidden_peer: ['forbidden', 'Request was made from a forbidden peer.'],
});

type Rows = typeof httpErrors;

declare module '#platform/errors.ts' {
  interface ErrorRegistry extends Rows {}
}

const STATUS: Readonly<Record<ErrorKind, number>> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  timeout: 408,
  conflict: 409,
  too_large: 413,
  unsupported_media_type: 415,
  unprocessable: 422,
  rate_limited: 429,
  headers_too_large: 431,
  internal: 500,
  not_supported: 501,
  upstream_failed: 502,
  unavailable: 503,
};

/** An error of the HTTP layer. Refusals under load or during shutdown are not faults. */
export class HttpError extends DomainError {
  override readonly name = 'HttpError';

  get status(): number {
    return STATUS[this.kind];
  }
}

/** An error's status and sentence; the sentence has `…` in place of the specifics. */
export function errorInCatalogue(code: ErrorCode): { status: number; sentence: string } {
  const [kind, sentence] = errorRow(code);
  return { status: STATUS[kind], sentence: sentence.replace('{}', '…') };
}

/** The JSON form of every error. */
export interface ErrorBody {
  /** A sentence for the caller. */
  error: string;
  /** Stable, snake case. */
  code: string;
  request_id: string;
}

export const RETRY_AFTER_SECONDS = 5;

/**
 * Says what the caller is told of an error. Errors that the caller did not cause are logged in full and told without
 * their text.
 * @param shownUrl the URL without secrets.
 */
export function createErrorTelling(log: Logger, shownUrl: (url: string) => string = withoutSecrets) {
  return (error: unknown, request: FastifyRequest): KnownError => {
    const known = knownError(error) ?? fastifyError(error as FastifyError, request);
    const told = known ?? { status: 500, code: 'internal_error', message: httpErrors.internal_error[1] };
    // Refusals of the HTTP layer itself, during shutdown or under load, are not faults.
    if (told.status >= 500 && !(error instanceof HttpError)) {
      log.error(
        { err: error, requestId: request.id, method: request.method, url: shownUrl(request.url) },
        'A request failed for a reason that is not the caller’s',
      );
    }
    return told;
  };
}

/** Answers every error in the same form. */
export function createErrorHandler(log: Logger) {
  const tell = createErrorTelling(log);
  return (error: unknown, request: FastifyRequest, reply: FastifyReply): void => {
    const { status, code, message } = tell(error, request);
    if (status === 503) reply.header('retry-after', RETRY_AFTER_SECONDS);
    const body: ErrorBody = { error: message, code, request_id: request.id };
    reply.code(status).type('application/json; charset=utf-8').serializer(JSON.stringify).send(body);
  };
}

/** Answers, in the same form, a request that cannot be parsed as HTTP, and ends the connection. */
export const answerUnreadableRequest = unreadableAnswerer('application/json; charset=utf-8', ({ code, message }) =>
  JSON.stringify({ error: message, code, request_id: randomUUID() } satisfies ErrorBody),
);

/** The answer to a request that cannot be parsed as HTTP, in a form of its own; the connection ends with it. */
export function unreadableAnswerer(contentType: string, bodyOf: (error: HttpError) => string) {
  return (error: Error & { code?: string }, socket: Socket): void => {
    if (error.code === 'ECONNRESET' || socket.destroyed) return;
    const found = unreadableRequest(error.code);
    const body = bodyOf(found);
    const head = [
      `HTTP/1.1 ${found.status} ${STATUS_CODES[found.status]}`,
      `content-type: ${contentType}`,
      `content-length: ${Buffer.byteLength(body)}`,
      'connection: close',
    ];
    if (socket.writable) socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
    socket.destroy(error);
  };
}

function unreadableRequest(code: string | undefined): HttpError {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return new HttpError('request_timeout');
  if (code === 'HPE_HEADER_OVERFLOW') return new HttpError('headers_too_large');
  return new HttpError('invalid_request', 'it is not HTTP.');
}

export interface KnownError {
  status: number;
  code: string;
  message: string;
}

function knownError(error: unknown): KnownError | undefined {
  if (error instanceof DomainError) {
    return { status: STATUS[error.kind], code: error.code, message: error.message };
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

/** Maps Fastify's own errors. */
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

const MAX_ISSUES_NAMED = 5;

/** `payment.amount: must be above 0; auth: is missing`. */
function describeIssues(error: {
  validation: readonly { instancePath: string; message?: string | undefined }[];
}): string {
  const issues = error.validation.map((issue) => {
    const path = issue.instancePath.replaceAll('/', '.').replace(/^\./, '');
    return path === '' ? (issue.message ?? 'it is malformed') : `${path}: ${issue.message ?? 'malformed'}`;
  });
  const more = issues.length > MAX_ISSUES_NAMED ? `; and ${issues.length - MAX_ISSUES_NAMED} more` : '';
  return `${issues.slice(0, MAX_ISSUES_NAMED).join('; ')}${more}.`;
}
