import { u64Argument } from '#platform/cli/arguments.ts';
import type { ArgumentDescription } from '#platform/cli/described-command.ts';
import type { QuestionFields } from '#platform/cli/menus/menu-fields.ts';
import { serverCommandOf } from '#platform/cli/server-command.ts';

export const webhookCommand = serverCommandOf(async () => (await import('./requests.ts')).webhooksClient);

export const SECTION = { menu: 'admin', section: 'webhooks' };

/** One of those that are not removed. */
const ENDPOINT: QuestionFields = {
  ask: 'Number of the webhook endpoint',
  async offers({ client }) {
    const { webhooksClient } = await import('./requests.ts');
    const { answer } = await webhooksClient(await client()).endpoints({ limit: 1000 });
    return answer
      .filter(({ state }) => state !== 'removed')
      .map(({ id, url, state }) => ({ value: String(id), hint: `${url}, ${state}` }));
  },
};

export const ENDPOINT_ARGUMENT: ArgumentDescription = [
  '<number>',
  'the endpoint as the list shows it',
  u64Argument,
  ENDPOINT,
];

/** What is chosen for an endpoint. */
export interface ChoiceFlags {
  url?: string;
  description?: string;
  events?: 'all' | string[];
  reason?: string;
}
