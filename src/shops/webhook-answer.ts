import type { WebhookAnswer } from './store/webhooks.ts';

/** The answer to a webhook, with the resulting state of the delivery. */
export function answer(state: WebhookAnswer['state'], success: boolean, message: string): WebhookAnswer {
  return { state, success, message };
}
