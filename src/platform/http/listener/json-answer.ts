import type { FastifyReply } from 'fastify';
import type { JsonText } from '#platform/json.ts';

const JSON_TYPE = 'application/json; charset=utf-8';

/** Sends what is JSON already: with its type set, Fastify serialises no text. */
export function sendJson(reply: FastifyReply, text: JsonText): FastifyReply {
  return reply.header('content-type', JSON_TYPE).send(text);
}
