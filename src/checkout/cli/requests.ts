import { type ApiClient, escaped } from '#platform/cli/api-client.ts';
import * as shapes from './answers.ts';

export type CheckoutClient = ReturnType<typeof checkoutClient>;

/** What is asked about the pages for customers. */
export function checkoutClient(client: ApiClient) {
  return {
    ...client,
    orderLink: (orderId: string) => client.get(`/api/order/${escaped(orderId)}/link`, shapes.orderLink),
  };
}
