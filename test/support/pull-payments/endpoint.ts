import { randomBytes, randomUUID } from 'node:crypto';
import { systemClock } from '#platform/clock.ts';
import { createEndpoint } from '#pull-payments/http/endpoint/endpoint.ts';
import type { EndpointLimits } from '#pull-payments/http/endpoint/limits.ts';
import type { Endpoint } from '#pull-payments/http/endpoint-type.ts';
import { eventually } from '#test/eventually.ts';
import { recordingLog } from '#test/recording-log.ts';
import { Books } from './books.ts';
import { Client, type ClientOptions } from './client.ts';
import type { GivenCredentials } from './hand-made.ts';
import { HTTP_TOKEN, HttpParent } from './http-parent.ts';
import { Connector } from './parent.ts';

const QUICK: Partial<EndpointLimits> = { firstRetryMs: 5, maxRetryMs: 20, stopMs: 300, writeMs: 200, reportMs: 10 };

export type RunningEndpoint = Awaited<ReturnType<typeof startEndpoint>>;

/** An endpoint over books in memory, and a connector in this process that it reaches over HTTP. */
export async function startEndpoint(limits: Partial<EndpointLimits> = {}) {
  const books = new Books();
  const connector = new Connector();
  const parent = new HttpParent(connector);
  const log = recordingLog();
  const endpoint = createEndpoint({
    service: books.service,
    settings: {
      kind: 'http',
      url: 'http://parent.test/ilp',
      outgoingToken: HTTP_TOKEN,
      incomingToken: 'incoming',
      peerName: null,
      address: null,
      asset: null,
    },
    clock: systemClock,
    randomBytes: (length) => new Uint8Array(randomBytes(length)),
    log,
    fetch: parent.fetch,
    limits: { ...QUICK, ...limits },
  });
  await endpoint.start();
  await eventually(() => {
    if (books.state?.isUp !== true) throw new Error('The uplink is not up');
  });
  const credentials = (agreementId: string | null, receipt: Parameters<Endpoint['credentials']>[1] = null) => {
    const given = endpoint.credentials(agreementId, receipt);
    if (given === undefined) throw new Error('There are no credentials');
    return given satisfies GivenCredentials;
  };
  return {
    books,
    connector,
    parent,
    log,
    endpoint,
    credentials,
    client(agreementId: string | null, more: Partial<ClientOptions> = {}): Client {
      const send = (prepare: Uint8Array) => endpoint.receive(prepare);
      return new Client({ connector, send, credentials: credentials(agreementId), ...more });
    },
    /** A new agreement's id. */
    agree(amount: bigint): string {
      const id = randomUUID();
      books.agreements.set(id, amount);
      return id;
    },
  };
}
