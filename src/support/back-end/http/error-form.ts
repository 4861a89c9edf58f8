import { STATUS_CODES } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { ErrorCode } from '#platform/errors.ts';
import { createErrorTelling, HttpError, RETRY_AFTER_SECONDS } from '#platform/http/errors.ts';
import type { Logger } from '#platform/logging/logger.ts';

/** Errors in the form that the back end's document gives them, with our code and the request's id. */

/** An error of the other side, which is handed on as it is. It is no fault of this server, so it is not logged. */
export class OtherSideError extends HttpError {
  readonly original: Readonly<Record<string, unknown>>;
  /** What the other side says for people; null if it says nothing. */
  readonly told: string | null;

  constructor(code: ErrorCode, about: string, told: string | null, original: Readonly<Record<string, unknown>>) {
    super(code, about);
    this.told = told;
    this.original = original;
  }
}

/** Answers every error of a scope in that form: of forms and tokens, and of bodies that cannot be read, too. */
export function answerErrorsInForm(app: FastifyInstance, log: Logger): void {
  const tell = createErrorTelling(log);
  app.setErrorHandler((error, request, reply) => {
    const { status, code, message } = tell(error, request);
    const other = error instanceof OtherSideError ? error : undefined;
    if (status === 503) reply.header('retry-after', RETRY_AFTER_SECONDS);
    return reply
      .code(status)
      .type('application/json; charset=utf-8')
      .serializer(JSON.stringify)
      .send({
        error_code: status,
        error_description: `${STATUS_CODES[status] ?? 'Error'} (${code}). The server's log has more under request_id.`,
        error_message: other?.told ?? message,
        original_error: other?.original ?? { error: message, code },
        code,
        request_id: request.id,
      });
  });
}
