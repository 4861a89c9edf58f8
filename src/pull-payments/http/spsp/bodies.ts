import type { FastifyInstance } from 'fastify';
import { JsonError, parseJson } from '#platform/json.ts';
import type { Fields } from './fields.ts';

/** Bodies as the original takes them. */

export const MAX_JSON_BYTES = 1024 * 1024;

export const MAX_FORM_BYTES = 56 * 1024;

/**
 * Of bodies in memory at the same time, beside those of the main listener: of all requests, and of one address. Packets of
 * the parent, who is one, have some hundred bytes each.
 */
export const MAX_BODY_BYTES = 8 * 1024 * 1024;
export const MAX_BODY_BYTES_OF_ONE = 4 * 1024 * 1024;

/** Reads JSON and forms. A body of another type counts as an empty one. */
export function readBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  const json = { parseAs: 'string', bodyLimit: MAX_JSON_BYTES } as const;
  app.addContentTypeParser<string>(/^application\/(?:[\w.-]+\+)?json\b/i, json, (_request, body, done) => {
    try {
      done(null, objectOf(body));
    } catch (error) {
      done(error as Error);
    }
  });
  const form = { parseAs: 'string', bodyLimit: MAX_FORM_BYTES } as const;
  app.addContentTypeParser<string>('application/x-www-form-urlencoded', form, (_request, body, done) => {
    done(null, fieldsOfForm(body));
  });
  const other = { parseAs: 'buffer', bodyLimit: MAX_FORM_BYTES } as const;
  app.addContentTypeParser('*', other, (_request, _body, done) => done(null, undefined));
}

/** Texts, numbers and the like are no body of ours; koa-bodyparser is as strict. */
function objectOf(text: string): unknown {
  if (text.trim() === '') return undefined;
  const value = parseJson(text);
  if (value === null || typeof value !== 'object') throw new JsonError('It is no object.');
  return value;
}

/** A field that is there twice is a list, which no field may be. */
function fieldsOfForm(text: string): Fields {
  const form = new URLSearchParams(text);
  return Object.fromEntries([...new Set(form.keys())].map((name) => [name, valueIn(form, name)]));
}

function valueIn(form: URLSearchParams, name: string): string | string[] {
  const values = form.getAll(name);
  return values.length === 1 ? (values[0] ?? '') : values;
}

/** The fields of a body; none if it has no object. */
export function fieldsIn(body: unknown): Fields {
  return body !== null && typeof body === 'object' && !Array.isArray(body) ? (body as Fields) : {};
}
