import { ShopError } from '#shops/shop-connector.ts';

/**
 * A request that the Admin API refused.
 *
 * What an operator can mend without touching the order (a scope, the plan, the token) is retryable all the same: the
 * order's call has to survive the time until then, and the number of attempts decides when to give up.
 */
export class AdminApiError extends ShopError {
  /** The code of the GraphQL error, such as `ACCESS_DENIED`, or of the status, such as `HTTP_404`. */
  readonly code: string;

  constructor(code: string, message: string, options: { retryable: boolean; retryAfterMs?: number }) {
    super(message, options);
    this.code = code;
  }
}

const SENTENCE_BY_STATUS: Readonly<Record<number, string>> = {
  401: 'The shop refuses our access token: it was revoked or replaced, and the settings need a new one.',
  402: "The shop is frozen because its plan wasn't paid for.",
  403: 'The shop forbids our app this request: check that it is installed and has its scopes.',
  404: 'The shop knows no such address: check its name and the API version in the settings.',
  423: 'The shop is locked for the moment.',
  429: 'The shop asks us to send fewer requests.',
};

/** Statuses that say that the request itself is malformed, so that repeating it can't help. */
const STATUSES_OF_OUR_FAULT: ReadonlySet<number> = new Set([400, 405, 406, 413, 414, 415, 422]);

/** The error for an HTTP status other than 200, the outermost of the three layers. */
export function errorOfStatus(status: number, retryAfterMs?: number): AdminApiError {
  const sentence = SENTENCE_BY_STATUS[status] ?? sentenceOfStatusClass(status);
  return new AdminApiError(`HTTP_${status}`, `${sentence} (HTTP ${status})`, {
    retryable: !STATUSES_OF_OUR_FAULT.has(status),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

function sentenceOfStatusClass(status: number): string {
  if (status >= 500) return 'The shop has an internal problem.';
  if (status >= 300 && status < 400) return 'The shop has moved to another address: correct it in the settings.';
  return 'The shop refused the request.';
}

/** One entry of `errors` in an answer. */
export interface GraphqlError {
  message: string;
  code: string | undefined;
}

/** Codes seen at run time, with sentences for the log. */
const SENTENCE_BY_CODE: ReadonlyMap<string, string> = new Map([
  ['THROTTLED', 'The shop asks us to send fewer requests.'],
  ['ACCESS_DENIED', 'The shop denies our app access: grant it the scopes read_orders and write_orders.'],
  ['SHOP_INACTIVE', 'The shop is not active.'],
  ['INTERNAL_SERVER_ERROR', 'The shop has an internal problem.'],
  ['TIMEOUT', 'The shop took too long over our request.'],
]);

/** Refusals of the document or its variables; its validator's codes, such as `undefinedField`, are in camel case. */
const CODE_OF_REJECTION = /^(?:[a-z].*|INVALID_VARIABLE|MAX_COST_EXCEEDED)$/;

/**
 * The error for `errors` in an answer with HTTP 200, the second layer.
 *
 * @param executionBegan whether the answer had a `data` key. By the GraphQL specification (7.1) an answer without one
 * means that the request was rejected before anything ran; for a code that is not about the document it may still pass.
 */
export function errorOfGraphql(errors: readonly GraphqlError[], executionBegan: boolean): AdminApiError {
  const decisive = errors.find((error) => SENTENCE_BY_CODE.has(error.code ?? '')) ?? errors[0];
  const code = decisive?.code;
  const rejected = !executionBegan && (code === undefined || CODE_OF_REJECTION.test(code));
  const sentence =
    SENTENCE_BY_CODE.get(code ?? '') ??
    (rejected ? 'The shop rejects our request.' : 'The shop failed in our request.');
  return new AdminApiError(
    code ?? 'UNKNOWN',
    `${sentence} (${code ?? 'no code'}: ${decisive?.message ?? 'no message'})`,
    {
      retryable: !rejected,
    },
  );
}
