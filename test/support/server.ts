import { beginServer, type TestServerOptions } from './processes/running-server.ts';
import { handOver } from './server-pool.ts';
import type { TestServer } from './test-server.ts';
import { personOf } from './test-wallets.ts';

/** What tests over HTTP are written with. */

export { type ManualClock, manualClock } from './clock.ts';
export { eventually } from './eventually.ts';
export type { TestApp, TestServerOptions } from './processes/running-server.ts';
export { type Answer, errorOf, type RequestOptions } from './requests.ts';
export { borrowServer } from './server-pool.ts';
export { TestServer } from './test-server.ts';
export { nextNonce, type PaymentFields, randomTransactionId, type WalletSigning } from './wallet-messages.ts';
export { HMAC_SECRET, hmacOf, orderBody, type WebhookOptions } from './webhooks.ts';

/** May do everything. */
export const ADMIN = personOf(150);

/** Starts a server. A test that asks nothing special of it, and leaves it running, had better borrow one. */
export async function startServer(options: TestServerOptions = {}): Promise<TestServer> {
  return handOver(await beginServer(options), options);
}
