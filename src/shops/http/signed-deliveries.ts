import type { SignatureContext } from '#engine/context.ts';
import type { WebhookAnswer, WebhookDelivery } from '#shops/store/webhooks.ts';
import { checkedContent, type WebhookContent } from '#shops/webhook-content.ts';
import type { Webhooks } from '#shops/webhook-inbox.ts';

/** Deliveries as they come, with the signatures of claims in the orders' texts. */
export function signedDeliveries({ enter }: Pick<Webhooks, 'enter'>, context: SignatureContext) {
  return {
    /**
     * Takes in a delivery of the shop, in one unit of work with all that follows from it. A delivery that came before
     * is answered as it was then. What can't be used is set aside with its reason.
     * @param body the raw text, or its bytes in UTF-8. It is kept where the delivery is set aside, as far as texts can be stored.
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
