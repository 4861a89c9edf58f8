import type { WebhookAnswer } from './store/webhooks.ts';

/** What the shop is told of a webhook, and what became of it here. */
export function answer(state: WebhookAnswer['state'], success: boolean, message: string): WebhookAnswer {
  return { state, success, message };
}
