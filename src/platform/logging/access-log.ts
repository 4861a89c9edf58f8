import type { IncomingHttpHeaders } from 'node:http';

/** How much of what a stranger sent goes into one line, in characters. */
const LONGEST = { method: 16, httpVersion: 8, url: 1024, userAgent: 256, forwarded: 256, address: 64 } as const;

/** One answered request. */
export interface AnsweredRequest {
  receivedAt: Date;
  /** The client's address, as `createClientAddress` gives it. */
  address: string;
  method: string;
  /** Path and query as they were sent. */
  url: string;
  /** Such as `1.1`. */
  httpVersion: string;
  headers: IncomingHttpHeaders;
  status: number;
  durationMs: number;
}

/**
 * What the log keeps of a request, as JSON. Texts are as they were sent, cut to length, and null where there was none.
 * Tokens are never among them: `auth` and `access` only tell whether one was sent.
 */
export interface AccessLogFields {
  /** RFC 3339, UTC, with milliseconds. */
  receivedAt: string;
  address: string;
  xForwardedFor: string | null;
  forwarded: string | null;
  method: string;
  url: string;
  httpVersion: string;
  status: number;
  userAgent: string | null;
  /** Whether a login token came with the request (`tpg_auth_token`, or a bearer token for a login). */
  auth: 'present' | null;
  /** Whether an access token came with the request (`tpg_access_token` as header or cookie, or a bearer token). */
  access: 'present' | null;
  durationMs: number;
}

/** Picks what the access log keeps of an answered request. Log it as `{ access: fields }`: see `createLogger`. */
export function accessLogFields(request: AnsweredRequest): AccessLogFields {
  const { headers } = request;
  return {
    receivedAt: request.receivedAt.toISOString(),
    address: cut(request.address, LONGEST.address),
    xForwardedFor: headerText(headers['x-forwarded-for'], LONGEST.forwarded),
    forwarded: headerText(headers.forwarded, LONGEST.forwarded),
    method: cut(request.method, LONGEST.method),
    url: cut(withoutPageCode(request.url), LONGEST.url),
    httpVersion: cut(request.httpVersion, LONGEST.httpVersion),
    status: request.status,
    userAgent: headerText(headers['user-agent'], LONGEST.userAgent),
    auth: hasLoginToken(request) ? 'present' : null,
    access: hasAccessToken(request) ? 'present' : null,
    durationMs: Math.round(request.durationMs * 1000) / 1000,
  };
}

/**
 * The access log's one line a request, in the form that the documentation promises and log readers parse. Quotes,
 * backslashes and control characters are escaped, so that no request can end the line or forge another.
 */
export function formatAccessLine(fields: AccessLogFields): string {
  const text = (value: string | null) => (value === null ? '-' : escapeText(value));
  return [
    fields.receivedAt,
    text(fields.address),
    `x-forwarded-for: ${text(fields.xForwardedFor)}`,
    `forwarded: ${text(fields.forwarded)}`,
    `"${text(fields.method)} ${text(fields.url)} HTTP/${text(fields.httpVersion)}"`,
    fields.status,
    `ua:"${text(fields.userAgent)}"`,
    `auth:"${text(fields.auth)}"`,
    `access:"${text(fields.access)}"`,
    `${fields.durationMs.toFixed(3)} ms`,
  ].join(' ');
}

/** Where a bearer token is a login token. */
function isLogin({ url }: AnsweredRequest): boolean {
  return /^\/auth\/?(?:\?|$)/.test(url);
}

function hasLoginToken(request: AnsweredRequest): boolean {
  return hasText(request.headers.tpg_auth_token) || (isLogin(request) && hasBearerToken(request.headers));
}

function hasBearerToken({ authorization = '' }: IncomingHttpHeaders): boolean {
  return /^bearer\s+\S/i.test(authorization);
}

function hasAccessToken(request: AnsweredRequest): boolean {
  const { headers } = request;
  return (
    hasText(headers.tpg_access_token) ||
    (!isLogin(request) && hasBearerToken(headers)) ||
    /(?:^|;)\s*tpg_access_token=[^;\s]/.test(headers.cookie ?? '')
  );
}

function hasText(header: string | string[] | undefined): boolean {
  return header !== undefined && header.length > 0;
}

function headerText(header: string | string[] | undefined, longest: number): string | null {
  const text = Array.isArray(header) ? header.join(', ') : header;
  return text === undefined || text === '' ? null : cut(text, longest);
}

/** The path without the number that opens an order's page: who reads the log need not be able to. */
export function withoutPageCode(url = ''): string {
  return url.replace(/^(\/o\/(?!assets\/)[^/?]*\/)[^/?]+/, '$1…').replace(/^(\/o\/?\?.*?\bnumber=)[^&]*/, '$1…');
}

function cut(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest)}…`;
}

/** Escapes what ends a quoted text or a line, moves the cursor, or turns the writing direction round. */
function escapeText(text: string): string {
  return escapeControls(text.replace(/["\\]/g, '\\$&'));
}

/** Escapes what ends a line, moves the cursor, or turns the writing direction round. */
export function escapeControls(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
}
