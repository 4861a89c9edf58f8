import type { SwaggerTransform } from '@fastify/swagger';
import type { FastifySchema, RouteOptions } from 'fastify';
import { createJsonSchemaTransform } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { $ZodBigInt, type $ZodType, $ZodUnion } from 'zod/v4/core';
import type { ErrorCode } from '#platform/errors.ts';
import { errorInCatalogue } from '#platform/http/errors.ts';
import type { AnonymousRateLimit } from '#platform/http/rate-limit.ts';
import { NEXT_CURSOR } from '#platform/next-cursor.ts';
import type { Examples, OperationExample } from './examples.ts';

/** The API description of one route: all that it accepts, and every response that it can send. */

type JsonSchema = Record<string, unknown>;

/** Times in responses: RFC 3339, UTC. */
const TIME = { type: 'string', format: 'date-time', pattern: 'Z$' };

const toJsonSchemas = createJsonSchemaTransform({
  zodToJsonConfig: {
    target: 'draft-2020-12',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      // Our whole numbers have up to 64 bits, for which JSON Schema has no type of its own.
      if (isWholeNumber(zodSchema)) {
        delete jsonSchema.anyOf;
        Object.assign(jsonSchema, { type: 'integer', format: jsonSchema.format ?? 'int64' });
      }
      if (jsonSchema.format === 'date-time') Object.assign(jsonSchema, TIME);
    },
  },
});

/** A value that is parsed as a number if that is exact, and otherwise as a bigint, is the same to a caller. */
function isWholeNumber(schema: $ZodType): boolean {
  if (schema instanceof $ZodUnion) return schema._zod.def.options.some(isWholeNumber);
  return schema instanceof $ZodBigInt;
}

/** Every route can answer with one of these: the database may be out of reach, and no program is without faults. */
const EVERYWHERE: readonly ErrorCode[] = ['internal_error', 'unavailable'];
const OF_GUARDED: readonly ErrorCode[] = [
  'access_token_missing',
  'access_token_invalid',
  'permission_missing',
  'rate_limited',
];
const OF_GUARDED_CHANGES: readonly ErrorCode[] = ['cross_site_request'];
const OF_BODIES: readonly ErrorCode[] = ['unreadable_body', 'body_too_large', 'unsupported_media_type'];

/** A route's schema, completed by what its access, its parameters and its method imply. */
export function completeSchema(route: RouteOptions, limitStrangers: AnonymousRateLimit): FastifySchema {
  const { schema = {}, onRequest, config } = route;
  const roles = config?.access === 'public' ? undefined : config?.access;
  const isGuarded = roles !== undefined;
  const takesParameters = schema.params !== undefined || schema.querystring !== undefined;
  const takesBody = !['GET', 'HEAD'].includes(String(route.method));
  const takesKey = schema.errors?.includes('idempotency_key_reused') ?? false;
  const errors: ErrorCode[] = [
    ...(schema.errors ?? []),
    ...(takesParameters || takesKey || schema.body !== undefined ? (['invalid_request'] as const) : []),
    ...(takesBody ? OF_BODIES : []),
    ...(isGuarded ? OF_GUARDED : []),
    ...(isGuarded && takesBody ? OF_GUARDED_CHANGES : []),
    ...([onRequest].flat().includes(limitStrangers) ? (['rate_limited'] as const) : []),
    ...EVERYWHERE,
  ];
  return {
    ...schema,
    errors: [...new Set(errors)],
    ...(isGuarded && { description: rolesSentence(roles), security: [{ access_token: [] }] }),
  };
}

function rolesSentence(roles: readonly string[]): string {
  if (roles.length === 0) return 'Takes any access token.';
  return roles.includes('super_admin')
    ? 'Takes the role super_admin.'
    : `Takes the role ${roles.join(' or ')}, or super_admin.`;
}

/** Describes each route by JSON Schema, with its errors from the one catalogue and its examples. */
export function operationDescriber(examples: Examples): SwaggerTransform {
  return (document) => {
    const { errors = [], told, produces, ...schema } = document.schema ?? {};
    if (schema.hide) return toJsonSchemas(document);
    const given = { ...schema, body: told?.body ?? schema.body, headers: headersOf(errors, told?.headers) };
    const { schema: described, url } = toJsonSchemas({ ...document, schema: given });
    const method = String(document.route.method);
    const example = examples[`${method} ${url.replace(/:(\w+)/g, '{$1}')}`] ?? {};
    const answers = described.response as Record<string, JsonSchema>;
    const nextCursor = schema.querystring instanceof z.ZodObject && 'cursor' in schema.querystring.shape;
    const successes = Object.entries(answers).map(([status, answer]) => [
      status,
      answerOf(answer, { mediaTypes: produces ?? ['application/json'], example: example.answer, nextCursor }),
    ]);
    return {
      url,
      schema: {
        ...described,
        ...withExamples(described, example),
        response: withErrors(Object.fromEntries(successes), errors),
      } as FastifySchema,
    };
  };
}

const idempotencyHeaders = z.object({
  'idempotency-key': z
    .string()
    .max(255)
    .regex(/^[\x21-\x7e]+$/)
    .optional()
    .describe('Under the same key a change is made once, and its repeat answered the same, for 24 hours.'),
});

/** A route that refuses a key that was used for something else takes keys. */
function headersOf(errors: readonly ErrorCode[], told: z.ZodObject | undefined): z.ZodObject | undefined {
  return errors.includes('idempotency_key_reused') ? idempotencyHeaders : told;
}

const NEXT_CURSOR_HEADER = {
  type: 'string',
  description: 'The cursor of the next part; left out where there is no more.',
};

function answerOf(
  schema: JsonSchema,
  { mediaTypes, example, nextCursor }: { mediaTypes: readonly string[]; example: unknown; nextCursor: boolean },
): JsonSchema {
  const description = 'Done.';
  // What zod calls undefined is an answer without a body.
  if (Object.keys(schema).length === 0) return { type: 'null', description };
  // The schema is of the first form; the others are texts.
  const [first = 'application/json', ...others] = mediaTypes;
  return {
    description,
    content: {
      [first]: { schema, ...(example !== undefined && { example }) },
      ...Object.fromEntries(others.map((mediaType) => [mediaType, { schema: { type: 'string' } }])),
    },
    ...(nextCursor && { headers: { [NEXT_CURSOR]: NEXT_CURSOR_HEADER } }),
  };
}

/** Puts examples to parameters and body, where the description of both finds them. */
function withExamples(schema: FastifySchema, example: OperationExample): FastifySchema {
  const within = (part: unknown, values: Record<string, string> = {}) => {
    const { properties = {}, ...rest } = part as { properties?: Record<string, JsonSchema> };
    const shown = Object.entries(properties).map(([name, property]) => [
      name,
      { ...inText(property), ...(values[name] !== undefined && { examples: [values[name]] }) },
    ]);
    return { ...rest, properties: Object.fromEntries(shown) };
  };
  return {
    ...(schema.params !== undefined && { params: within(schema.params, example.params) }),
    ...(schema.querystring !== undefined && { querystring: within(schema.querystring, example.query) }),
    ...(schema.headers !== undefined && { headers: within(schema.headers, example.headers) }),
    ...(schema.body !== undefined && {
      body: { ...(schema.body as JsonSchema), ...(example.body !== undefined && { examples: [example.body] }) },
    }),
  };
}

/** In a path or a query everything is text: an address is never an object there. */
function inText(schema: JsonSchema): JsonSchema {
  const { anyOf, ...rest } = schema;
  if (!Array.isArray(anyOf)) return schema;
  const texts = (anyOf as JsonSchema[]).map(inText).filter(({ type }) => type !== 'object');
  return texts.length === 1 ? { ...rest, ...texts[0] } : { ...rest, anyOf: texts };
}

const RETRY_AFTER = { type: 'integer', minimum: 0, description: 'When to try again, in seconds.' };

/** Adds the answers of errors, those of one status together. */
function withErrors(answers: Record<string, JsonSchema>, errors: readonly ErrorCode[]): Record<string, JsonSchema> {
  const all = { ...answers };
  const statuses = new Set(errors.map((code) => errorInCatalogue(code).status));
  for (const status of [...statuses].sort()) {
    const codes = errors.filter((code) => errorInCatalogue(code).status === status);
    all[status] = errorAnswer(codes, status, all[status]);
  }
  return all;
}

/** @param other what else is answered with this status. */
function errorAnswer(codes: readonly ErrorCode[], status: number, other: JsonSchema | undefined): JsonSchema {
  const schema = {
    type: 'object',
    properties: {
      error: { type: 'string', description: 'A sentence for the caller.' },
      code: { type: 'string', enum: codes },
      request_id: { type: 'string', format: 'uuid' },
    },
    required: ['error', 'code', 'request_id'],
    additionalProperties: false,
  };
  const [first] = codes as [ErrorCode];
  const example = { error: errorInCatalogue(first).sentence, code: first, request_id: REQUEST_ID };
  const otherMedia = (other?.content as { 'application/json'?: { schema: JsonSchema } } | undefined)?.[
    'application/json'
  ];
  const shown = otherMedia === undefined ? schema : { anyOf: [otherMedia.schema, schema] };
  return {
    description: codes.map((code) => `\`${code}\`: ${errorInCatalogue(code).sentence}`).join('\n\n'),
    content: { 'application/json': { schema: shown, example } },
    ...((status === 429 || (status === 503 && otherMedia === undefined)) && {
      headers: { 'retry-after': RETRY_AFTER },
    }),
  };
}

const REQUEST_ID = '8b7ce1a2-0f0e-4f35-9f5a-3a8f6f0f1c55';
