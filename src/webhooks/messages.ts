import { stringifyJson } from '#platform/json.ts';
import type { EventMessage } from '#platform/outbox/event-bus.ts';
import type { Message } from './signature.ts';

/** The type of the message that tests an endpoint. No event has it. */
export const TEST_TYPE = 'webhook.test';

/** An event as `GET /api/events` shows it, under the names of Standard Webhooks. */
export function eventMessage({ id, type, createdAt, payload }: EventMessage, tag: string): Message {
  return messageOf(`msg_${tag}_${id}`, { id, type, timestamp: createdAt.toISOString(), data: payload });
}

/** @param name distinguishes it from other tests. */
export function testMessage(endpointId: bigint, { tag, name, at }: { tag: string; name: string; at: Date }): Message {
  const data = { webhook_endpoint_id: endpointId };
  return messageOf(`msg_${tag}_test_${name}`, { id: null, type: TEST_TYPE, timestamp: at.toISOString(), data });
}

function messageOf(id: string, content: object): Message {
  return { id, body: Buffer.from(stringifyJson(content)) };
}
