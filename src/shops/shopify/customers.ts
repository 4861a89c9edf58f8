import * as z from 'zod';
import { ShopError } from '#shops/shop-connector.ts';
import type { AdminClient } from './admin-api/client.ts';
import { FIND_CUSTOMERS_BY_EMAIL } from './admin-api/operations.ts';

const answerSchema = z.object({
  customers: z.object({
    nodes: z.array(
      z.object({
        id: z.string().max(255),
        defaultEmailAddress: z.object({ emailAddress: z.string() }).nullish(),
      }),
    ),
  }),
});

const CUSTOMER_GID = /^gid:\/\/shopify\/Customer\/(\d{1,40})$/;

/**
 * The ids of the customers with an e-mail address: as a rule one or none. It takes the scope read_customers.
 * @param email without quotation marks and backslashes, which mean something in a search.
 * @throws {ShopError}
 */
export async function findCustomersByEmail(
  client: AdminClient,
  email: string,
  signal: AbortSignal | undefined,
): Promise<string[]> {
  if (/["\\]/.test(email)) throw new Error('An e-mail address with a quotation mark would be another search');
  const { customers } = await client.request(FIND_CUSTOMERS_BY_EMAIL, { query: `email:"${email}"` }, answerSchema, {
    signal,
  });
  const { nodes } = customers;
  if (nodes.length > 1 && nodes.some(({ defaultEmailAddress: found }) => found == null)) {
    throw new ShopError('Several customers are similar, and the shop does not show our app their addresses.', {
      retryable: false,
    });
  }
  return nodes
    .filter(({ defaultEmailAddress: found }) => found == null || isSame(found.emailAddress, email))
    .flatMap(({ id }) => CUSTOMER_GID.exec(id)?.[1] ?? []);
}

function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
