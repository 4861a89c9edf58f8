import { randomBytes } from 'node:crypto';
import type { Asset } from '#interledger/stream/connection/state.ts';
import type { Endpoint } from '#pull-payments/http/endpoint-type.ts';

export const ENDPOINT_ADDRESS = 'private.moneyd.local.server';

type Receipt = Parameters<Endpoint['credentials']>[1];

/** An endpoint that gives out credentials and carries nothing; it goes up and down as its test wants. */
export class EndpointStandIn implements Endpoint {
  asset: Asset | undefined = { code: 'XRP', scale: 9 };
  isUp = true;
  /** What each credentials were asked for. */
  readonly asked: { agreementId: string | null; receipt: Receipt }[] = [];
  /** What came by `POST /ilp`, and what it is answered. */
  readonly received: Uint8Array[] = [];
  answer: () => Promise<Uint8Array> = async () => new Uint8Array([14, 0]);

  credentials(agreementId: string | null, receipt: Receipt) {
    if (!this.isUp) return undefined;
    this.asked.push({ agreementId, receipt });
    const token = randomBytes(18).toString('base64url');
    const tag = agreementId === null ? '' : `~${agreementId}`;
    return { destinationAccount: `${ENDPOINT_ADDRESS}.${token}${tag}`, sharedSecret: new Uint8Array(randomBytes(32)) };
  }

  receive(prepare: Uint8Array): Promise<Uint8Array> {
    this.received.push(prepare);
    return this.answer();
  }

  async start(): Promise<void> {}

  async stop(): Promise<void> {}
}
