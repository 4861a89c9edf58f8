import type { AddressInfo } from 'node:net';
import type { HttpContext } from '#platform/http/context.ts';
import { boundLoad, createListener } from '#platform/http/listener/listener.ts';
import type { HttpBackground } from '#platform/module.ts';
import type { PullPaymentsService } from '#pull-payments/service-type.ts';
import type { PullPaymentsSettings } from '#pull-payments/settings.ts';
import type { Endpoint } from '../endpoint-type.ts';
import { createAnswers } from './answers.ts';
import { MAX_BODY_BYTES, MAX_BODY_BYTES_OF_ONE, MAX_JSON_BYTES, readBodies } from './bodies.ts';
import { ilpRoute } from './ilp.ts';
import { spspRoutes } from './routes.ts';

export interface SpspListenerPorts {
  http: Pick<HttpContext, 'settings' | 'clock' | 'log' | 'isEnding'>;
  settings: PullPaymentsSettings;
  service: PullPaymentsService;
  endpoint: Endpoint;
}

/** The listener for payees and for the payer's own programs. */
export interface SpspListener extends HttpBackground {
  /** Where it listens; undefined before the start. */
  readonly url: string | undefined;
}

export async function createSpspListener(ports: SpspListenerPorts): Promise<SpspListener> {
  const { http, settings, service, endpoint } = ports;
  const { log, clock } = http;
  const listener = await createListener(http, createAnswers(log), { maxBodyBytes: MAX_JSON_BYTES });
  const { app, limitStrangers } = listener;
  boundLoad(listener, log, { maxBytes: MAX_BODY_BYTES, maxBytesOfOneAddress: MAX_BODY_BYTES_OF_ONE });
  readBodies(app);
  let url: string | undefined;
  const publicHost = () => {
    const address = app.server.address() as AddressInfo | null;
    const isPortChosen = settings.port === 0 && !settings.isPublicHostSet && address !== null;
    return isPortChosen ? `localhost:${address.port}` : settings.publicHost;
  };
  spspRoutes(app, { service, endpoint, settings, publicHost, clock, limitStrangers });
  const { uplink } = settings;
  if (uplink.kind === 'http') await ilpRoute(app, { endpoint, incomingToken: uplink.incomingToken, limitStrangers });

  return {
    get url() {
      return url;
    },
    async start() {
      url = await app.listen({ host: settings.host, port: settings.port });
      log.info({ url, host: publicHost() }, `Pull payments: listening at ${url} for pointers $${publicHost()}/…`);
    },
    async stop() {
      await app.close();
    },
  };
}
