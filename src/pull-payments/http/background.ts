import type { HttpContext } from '#platform/http/context.ts';
import type { HttpBackground } from '#platform/module.ts';
import type { PullPaymentsService } from '#pull-payments/service-type.ts';
import type { PullPaymentsSettings } from '#pull-payments/settings.ts';
import { createEndpoint } from './endpoint/endpoint.ts';
import { createSpspListener } from './spsp/listener.ts';

/** Opens the endpoint on Interledger, and the listener that gives out its credentials. */
export async function openPullPayments(
  service: PullPaymentsService,
  http: HttpContext,
  settings: PullPaymentsSettings,
): Promise<HttpBackground> {
  const { clock, randomBytes, log } = http;
  const { uplink } = settings;
  const endpoint = createEndpoint({ service, settings: uplink, clock, randomBytes, log, fetch: globalThis.fetch });
  const listener = await createSpspListener({ http, settings, service, endpoint });
  return {
    // The listener first: a parent over HTTP may answer our first packet by one of its own.
    async start() {
      await listener.start();
      await endpoint.start();
    },
    async stop() {
      // Side by side: each takes some seconds at most, and the process has ten for everything.
      await Promise.all([listener.stop(), endpoint.stop()]);
    },
  };
}
