import { UNREADABLE } from '#platform/cli/danger.ts';
import { readable } from '#platform/cli/server-call.ts';
import type { EndpointInFullAnswer } from './answers.ts';
import type { ChoiceFlags } from './arguments.ts';
import type { WebhooksClient } from './requests.ts';

/** What commands about webhook endpoints are about to do, with how things are now. */

export function addDanger(url: string, { events }: ChoiceFlags): string[] {
  return [`${url} will be told of ${typesText(events)} from now on, with all that they say of orders and customers.`];
}

export async function changeDanger(client: WebhooksClient, id: bigint, flags: ChoiceFlags): Promise<string[]> {
  const { url, events } = flags;
  // A description is for people.
  if (url === undefined && events === undefined) return [];
  const endpoint = await readable(client.endpoint(id));
  const where = url === undefined ? `Webhook endpoint ${id}` : `${url}, in place of the present URL,`;
  return [
    `${where} will be told of ${events === undefined ? 'the same events' : typesText(events)} from now on.`,
    ...nowOf(endpoint),
  ];
}

export async function rotateDanger(client: WebhooksClient, id: bigint): Promise<string[]> {
  const endpoint = await readable(client.endpoint(id));
  return [
    `Messages to webhook endpoint ${id} will be signed with a new secret, and for a day with the present one too.`,
    ...(endpoint?.previous_secret_until ? ['The secret before that is given up at once.'] : []),
    ...nowOf(endpoint),
  ];
}

export async function removeDanger(client: WebhooksClient, id: bigint): Promise<string[]> {
  const endpoint = await readable(client.endpoint(id));
  return [`Webhook endpoint ${id} will be told of nothing more, for good.`, ...nowOf(endpoint)];
}

function typesText(types: readonly string[] | 'all' | null | undefined): string {
  return Array.isArray(types) ? `${types.join(', ')} events` : 'all events';
}

function nowOf(endpoint: EndpointInFullAnswer | undefined): string[] {
  if (endpoint === undefined) return [UNREADABLE];
  const { url, state, event_types: types, pending, dead_letters: dead } = endpoint;
  return [`It is ${url}, ${state}, and wants ${typesText(types)}. ${pending} wait for it; ${dead} are dead letters.`];
}
