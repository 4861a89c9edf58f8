import type { SignatureContext } from '#engine/context.ts';
import type { WebhookAnswer, WebhookDelivery } from '#shops/store/webhooks.ts';
import { checkedContent, type WebhookContent } from '#shops/webhook-content.ts';
import type { Webhooks } from '#shops/webhook-inbox.ts';

/** Verifies the signatures of claims in orders' texts before deliveries are processed. */
export function signedDeliveries({ enter }: Pick<Webhooks, 'enter'>, context: SignatureContext) {
  return {
    /**
     * Processes a delivery of the shop in one unit of work with all its effects. A repeated delivery gets the first answer.
     * A delivery that can't be used is rejected with its reason.
     * @param body the raw text, or its bytes in UTF-8. It is stored if the delivery is rejected, as far as texts can be stored.
     */
    async receive(
      delivery: WebhookDelivery,
      content: WebhookContent,
      body: string | Uint8Array,
    ): Promise<WebhookAnswer> {
      return enter(delivery, checkedContent(content, context), body);
    },
  };
}
