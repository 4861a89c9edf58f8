import { MAX_U64, NOTHING, type RandomBytes } from '#interledger/bytes.ts';
import { readPrepare, writeReject } from '#interledger/ilp/packet.ts';
import { orUndefined } from '#interledger/packet-error.ts';
import type { Asset } from '#interledger/stream/connection/state.ts';
import { NotSentError } from '#interledger/stream/driver.ts';
import type { ReceiptKey } from '#interledger/stream/receipt.ts';
import { type Identified, StreamServer } from '#interledger/stream/server.ts';
import type { Clock } from '#platform/clock.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Endpoint } from '#pull-payments/http/endpoint-type.ts';
import type { UplinkLimits } from '#pull-payments/http/uplinks/limits.ts';
import { openUplink } from '#pull-payments/http/uplinks/open-uplink.ts';
import type { OwnNode, Uplink, UplinkPorts } from '#pull-payments/http/uplinks/uplink.ts';
import type { PullPaymentsService } from '#pull-payments/service-type.ts';
import type { UplinkState } from '#pull-payments/types.ts';
import type { UplinkSettings } from '#pull-payments/uplink-settings.ts';
import { Admission } from './admission.ts';
import { newCredentials, type Opened, openCredentials } from './credentials.ts';
import { DEFAULT_ENDPOINT_LIMITS, type EndpointLimits } from './limits.ts';
import { OpenConnections } from './open-connections.ts';
import { UplinkReport } from './uplink-report.ts';

export interface EndpointPorts {
  service: PullPaymentsService;
  settings: UplinkSettings;
  clock: Clock;
  randomBytes: RandomBytes;
  log: Logger;
  fetch: typeof globalThis.fetch;
  limits?: Partial<EndpointLimits>;
  uplinkLimits?: Partial<UplinkLimits>;
}

/** For the last bookings to come back once nothing is tried again. */
const LAST_WORD_MS = 500;

export function createEndpoint(ports: EndpointPorts): Endpoint {
  return new StreamEndpoint(ports);
}

/** What holds as long as our address and asset are the same. */
interface Home {
  node: OwnNode;
  server: StreamServer;
}

class StreamEndpoint implements Endpoint {
  readonly #ports: EndpointPorts;
  readonly #limits: EndpointLimits;
  readonly #connections: OpenConnections;
  readonly #admission: Admission;
  readonly #report: UplinkReport;
  readonly #givingUp = new AbortController();
  #seed: Uint8Array = NOTHING;
  #uplink: Uplink | undefined;
  #home: Home | undefined;
  /** Why the uplink is down; undefined while it is up. */
  #problem: string | undefined = 'The uplink has not connected yet.';
  #incoming = 0;
  #sweeping: NodeJS.Timeout | undefined;
  #isStopping = false;

  constructor(ports: EndpointPorts) {
    this.#ports = ports;
    this.#limits = { ...DEFAULT_ENDPOINT_LIMITS, ...ports.limits };
    const { service, log, randomBytes } = ports;
    const { firstRetryMs, maxRetryMs, maxLookUps, reportMs } = this.#limits;
    const random = () => this.#random();
    const context = {
      service,
      nowMs: () => this.#nowMs(),
      randomBytes,
      log,
      retry: { random, log, firstRetryMs, maxRetryMs, givingUp: this.#givingUp.signal },
      isUp: () => this.#problem === undefined,
      send: (prepare: Uint8Array, expiresAtMs: number) => this.#send(prepare, expiresAtMs),
    };
    this.#connections = new OpenConnections(this.#limits, context, () => {
      this.#report.soon();
      this.#sweepSoon();
    });
    this.#admission = new Admission((id) => service.isOpen(id), maxLookUps, log);
    const tell = (state: UplinkState) => service.uplinkChanged(state);
    this.#report = new UplinkReport(tell, () => this.#state(), { pauseMs: reportMs, log });
  }

  get asset(): Asset | undefined {
    return this.#home?.node.asset;
  }

  credentials(agreementId: string | null, receipt: ReceiptKey | null) {
    const address = this.#home?.node.address;
    if (address === undefined || this.#problem !== undefined || this.#isStopping) return undefined;
    const { destination, sharedSecret } = newCredentials(
      this.#seed,
      address,
      this.#ports.randomBytes,
      agreementId,
      receipt,
    );
    return { destinationAccount: destination, sharedSecret };
  }

  async start(): Promise<void> {
    const { service, settings, log, fetch, uplinkLimits } = this.#ports;
    const { seed, btpToken } = await service.identity();
    this.#seed = seed;
    const ports: UplinkPorts = {
      nowMs: () => this.#nowMs(),
      random: () => this.#random(),
      log,
      fetch,
      receive: (prepare) => this.receive(prepare),
      isUp: (node) => this.#wentUp(node),
      isDown: (problem) => this.#wentDown(problem),
    };
    this.#uplink = await openUplink(settings, btpToken, ports, uplinkLimits);
    this.#uplink.start();
    await this.#report.now();
  }

  /** Takes nothing new, and gives what is under way time to be answered and written down. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    for (const one of this.#connections.all) one.close();
    await this.#connections.whenEmpty(this.#limits.stopMs);
    // What is not answered by now is unknown.
    await this.#uplink?.stop();
    await this.#connections.whenEmpty(this.#limits.writeMs);
    this.#givingUp.abort();
    await this.#connections.whenEmpty(LAST_WORD_MS);
    for (const one of this.#connections.all) one.drop();
    clearTimeout(this.#sweeping);
    this.#problem = 'The server is stopping.';
    await this.#report.now();
  }

  async receive(bytes: Uint8Array): Promise<Uint8Array> {
    const home = this.#home;
    if (home === undefined) return this.#reject('T01');
    if (this.#incoming >= this.#limits.maxIncoming) return this.#reject('T03');
    this.#incoming += 1;
    try {
      return await this.#answer(home, bytes);
    } catch (err) {
      this.#ports.log.error({ err }, 'A packet of the parent could not be answered');
      return this.#reject('T00');
    } finally {
      this.#incoming -= 1;
    }
  }

  async #answer({ server, node }: Home, bytes: Uint8Array): Promise<Uint8Array> {
    const prepare = orUndefined(() => readPrepare(bytes));
    if (prepare === undefined) return this.#reject('F01');
    const opened = openCredentials(this.#seed, node.address, prepare.destination);
    if (opened === undefined) return this.#reject('F02');
    const { segment, agreementId } = opened;
    const isNew = () => server.connections.get(segment)?.isFinished !== false;
    const refusal = isNew() ? await this.#admission.refusalOf(opened, prepare) : undefined;
    if (refusal !== undefined) return this.#reject(refusal);
    // While the books were asked, another packet may have opened it, or taken the last room.
    if (isNew() && (this.#isStopping || !this.#connections.hasRoomFor(agreementId))) return this.#reject('T03');
    const route = server.route(bytes, this.#nowMs());
    if (route.kind === 'reject') return route.reject;
    const known = this.#connections.get(route.connection);
    const one = known ?? this.#connections.add(route.connection, agreementId, node.asset);
    return one.driver.prepared(route.prepare);
  }

  async #send(prepare: Uint8Array, expiresAtMs: number): Promise<Uint8Array> {
    if (this.#uplink === undefined) throw new NotSentError('There is no uplink.');
    return this.#uplink.send(prepare, expiresAtMs);
  }

  #wentUp(node: OwnNode): void {
    const before = this.#home?.node;
    const { address, asset } = node;
    const isSame =
      before?.address === address && before.asset.code === asset.code && before.asset.scale === asset.scale;
    if (isSame && this.#problem === undefined) return;
    // Connections under another address go on until they are idle: no packet finds them any more.
    if (!isSame) this.#home = { node, server: this.#serverOf(node) };
    this.#problem = undefined;
    this.#ports.log.info({ address, asset }, 'The uplink to Interledger is up');
    void this.#report.now();
  }

  #wentDown(problem: string): void {
    if (this.#problem !== problem) this.#ports.log.warn({ problem }, 'The uplink to Interledger is down');
    this.#problem = problem;
    void this.#report.now();
  }

  #serverOf({ address, asset }: OwnNode): StreamServer {
    const identify = (destination: string): Identified | undefined => {
      const opened = openCredentials(this.#seed, address, destination);
      return opened === undefined ? undefined : { ...opened, options: this.#optionsOf(opened, asset) };
    };
    const { randomBytes } = this.#ports;
    return new StreamServer({ address, identify, random: randomBytes, maxConnections: this.#limits.maxConnections });
  }

  /** The server keeps connections that are finished until it is told to forget them. */
  #sweepSoon(): void {
    this.#sweeping ??= setTimeout(() => {
      this.#sweeping = undefined;
      this.#home?.server.sweep();
    }, this.#limits.reportMs).unref();
  }

  #state(): UplinkState {
    const node = this.#home?.node;
    return {
      isUp: this.#problem === undefined,
      address: node?.address ?? null,
      asset: node?.asset ?? null,
      problem: this.#problem ?? null,
      openConnections: this.#connections.size,
    };
  }

  #reject(code: string): Uint8Array {
    return writeReject({ code, triggeredBy: this.#home?.node.address ?? '', message: '', data: NOTHING });
  }

  #nowMs(): number {
    return this.#ports.clock.now().getTime();
  }

  /** Uniform in [0, 1). */
  #random(): number {
    return Buffer.from(this.#ports.randomBytes(4)).readUInt32BE() / 2 ** 32;
  }

  /**
   * What a connection may do: whether its agreement is open was asked before, and is asked again for each packet. A pull
   * only sends, a push only receives.
   */
  #optionsOf({ agreementId, receiptKey }: Opened, asset: Asset): NonNullable<Identified['options']> {
    const isPull = agreementId !== null;
    const peerStreams = { sendMax: isPull ? MAX_U64 : 0n, receiveMax: isPull ? 0n : MAX_U64 };
    const limits = this.#limits.connection;
    return { asset, peerStreams, limits, ...(receiptKey === undefined ? {} : { receiptKey }) };
  }
}
