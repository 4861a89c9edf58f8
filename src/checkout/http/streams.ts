import type { ServerResponse } from 'node:http';
import type { OrderNews, PayerOrders } from '#checkout/payer-orders.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Named, Pages, Rendered, Visit } from './pages.ts';

/**
 * Updates of open pages as server-sent events: each carries the rendered part of the page, which is the same as on a first
 * load. Visitors of the same order in the same language form a group.
 */

/** With 13 KB each, 26 MB. */
export const MAX_STREAMS = 2_000;

/** At most this many of them wait for unknown orders: visitors with made-up numbers must not lock out buyers. */
export const MAX_UNKNOWN_STREAMS = 500;

/** A household or an office: more streams from one address are not a shop's customers. */
export const MAX_STREAMS_OF_ADDRESS = 20;

/** Proxies end connections on which nothing happens for 30 s or a minute. */
const COMMENT_EVERY_MS = 20_000;

/** How long a call to the database thread waits for events. */
const WAIT_MS = 5_000;

/** The pause after a failure, such as an unreachable database. */
const RETRY_MS = 2_000;

/** How often changes without an event, such as the count of confirmations, are checked. */
const LOOK_EVERY_MS = 10_000;

/** Groups per such check, least recently checked first. */
const MAX_LOOKED_AT = 50;

/** Orders that are read and rendered concurrently. */
const MAX_AT_ONCE = 8;

/** Unsent data of a client. A client that reads nothing is disconnected, and reconnects. */
const MAX_UNSENT_BYTES = 128 * 1024;

/** Browsers reconnect after this time, to another instance if this one shuts down. */
const COME_BACK_MS = 3_000;

interface Stream {
  response: ServerResponse;
  address: string;
  /** When it was opened: an order that comes later changes nothing of the count. */
  wasUnknown: boolean;
}

interface Group {
  visit: Visit;
  named: Named;
  streams: Set<Stream>;
  tag: string;
  orderId: string | undefined;
  customerId: string | undefined;
  /** Whether it changes by itself: it waits for blocks, or its time will be over. */
  changesAt: number;
  lookedAt: number;
}

export interface OpeningStream {
  response: ServerResponse;
  address: string;
  visit: Visit;
  named: Named;
  since: string;
  told: number;
}

export interface StreamsPorts {
  orders: Pick<PayerOrders, 'find' | 'news'>;
  pages: Pick<Pages, 'render'>;
  now: () => Date;
  log: Logger;
}

export class Streams {
  readonly #ports: StreamsPorts;
  readonly #groups = new Map<string, Group>();
  readonly #byAddress = new Map<string, number>();
  readonly #timers: NodeJS.Timeout[] = [];
  #count = 0;
  #unknown = 0;
  #told = 0;
  #isListening = false;
  #isClosed = false;

  constructor(ports: StreamsPorts) {
    this.#ports = ports;
  }

  get count(): number {
    return this.#count;
  }

  /** Incremented with every update: data that was read before may be outdated. */
  get told(): number {
    return this.#told;
  }

  /** Whether another one from this address may be opened. */
  hasRoomFor(address: string, isKnown: boolean): boolean {
    if (this.#isClosed || this.#count >= MAX_STREAMS) return false;
    const mine = this.#byAddress.get(address) ?? 0;
    return mine < MAX_STREAMS_OF_ADDRESS && (isKnown || this.#unknown < MAX_UNKNOWN_STREAMS);
  }

  /**
   * Opens a stream; the caller has made sure that there is room, and what the visitor may see.
   * @param since the tag of what the visitor's page shows already.
   * @param told as it was before the order was read.
   */
  open({ response, address, visit, named, since, told }: OpeningStream, shown: Rendered): void {
    const stream = { response, address, wasUnknown: shown.order === undefined };
    const key = `${shown.language.code} ${visit.embed} ${JSON.stringify([named.order, named.number])}`;
    const group = this.#groups.get(key) ?? { visit, named, streams: new Set(), ...this.#stateOf(shown) };
    Object.assign(group, this.#stateOf(shown));
    this.#groups.set(key, group);
    group.streams.add(stream);
    this.#count += 1;
    if (stream.wasUnknown) this.#unknown += 1;
    this.#byAddress.set(address, (this.#byAddress.get(address) ?? 0) + 1);
    response.once('close', () => this.#forget(key, group, stream));
    response.write(`retry: ${COME_BACK_MS}\n\n`);
    if (shown.tag !== since) response.write(eventOf(shown));
    this.#listen();
    if (told !== this.#told) void this.#refreshSafely([group]);
  }

  /** Ends all streams: their browsers reconnect, to another instance or after the restart. */
  close(): void {
    this.#isClosed = true;
    for (const timer of this.#timers) clearInterval(timer);
    for (const { streams } of this.#groups.values()) for (const { response } of streams) response.end();
  }

  #forget(key: string, group: Group, stream: Stream): void {
    if (!group.streams.delete(stream)) return;
    if (group.streams.size === 0) this.#groups.delete(key);
    this.#count -= 1;
    if (stream.wasUnknown) this.#unknown -= 1;
    const left = (this.#byAddress.get(stream.address) ?? 1) - 1;
    if (left === 0) this.#byAddress.delete(stream.address);
    else this.#byAddress.set(stream.address, left);
  }

  #stateOf({
    tag,
    order,
    fragment,
  }: Rendered): Pick<Group, 'tag' | 'orderId' | 'customerId' | 'changesAt' | 'lookedAt'> {
    const waits = fragment.state === 'seen' || fragment.state === 'on_its_way';
    const end = order?.dueAt?.getTime() ?? Number.POSITIVE_INFINITY;
    const now = this.#ports.now().getTime();
    return {
      tag,
      orderId: order?.orderId,
      customerId: order?.customerId,
      changesAt: waits ? 0 : end > now ? end : Number.POSITIVE_INFINITY,
      lookedAt: performance.now(),
    };
  }

  /** From the first stream on. Nothing is asked of the database before. */
  #listen(): void {
    if (this.#isListening) return;
    this.#isListening = true;
    this.#timers.push(setInterval(() => this.#comment(), COMMENT_EVERY_MS));
    this.#timers.push(setInterval(() => void this.#look(), LOOK_EVERY_MS));
    for (const timer of this.#timers) timer.unref();
    void this.#follow();
  }

  async #follow(): Promise<void> {
    let last: bigint | undefined;
    while (!this.#isClosed) {
      try {
        const isFirst = last === undefined;
        const news = await this.#ports.orders.news(last, WAIT_MS);
        last = news.last;
        // What happened between the first look at an order and now is in no news.
        await (isFirst ? this.#refresh([...this.#groups.values()]) : this.#tell(news));
      } catch (error) {
        if (this.#isClosed) return;
        this.#ports.log.warn({ err: error }, 'The open pages could not be updated; retrying');
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS).unref());
      }
    }
  }

  #tell({ orders, customers }: OrderNews): Promise<void> {
    if (orders.length === 0 && customers.length === 0) return Promise.resolve();
    this.#told += 1;
    const [changed, ofCustomers] = [new Set(orders), new Set(customers)];
    return this.#refresh(
      [...this.#groups.values()].filter(({ orderId, customerId, named }) =>
        orderId === undefined
          ? changed.has(named.order) || changed.has(`#${named.order}`)
          : changed.has(orderId) || (customerId !== undefined && ofCustomers.has(customerId)),
      ),
    );
  }

  /** What changes without an event: counts of confirmations, the end of the time to pay, and what was missed. */
  async #look(): Promise<void> {
    const now = this.#ports.now().getTime();
    const known = [...this.#groups.values()].filter(({ orderId }) => orderId !== undefined);
    const due = known.filter(({ changesAt }) => changesAt <= now);
    const oldest = known.sort((a, b) => a.lookedAt - b.lookedAt).slice(0, MAX_LOOKED_AT);
    await this.#refreshSafely([...new Set([...due.slice(0, MAX_LOOKED_AT), ...oldest])]);
  }

  #refreshSafely(groups: readonly Group[]): Promise<void> {
    return this.#refresh(groups).catch((error: unknown) => {
      if (this.#isClosed) return;
      this.#ports.log.warn({ err: error }, 'The open pages could not be checked; retrying');
    });
  }

  async #refresh(groups: readonly Group[]): Promise<void> {
    const waiting = [...groups];
    const work = async () => {
      for (let group = waiting.pop(); group !== undefined; group = waiting.pop()) await this.#refreshOne(group);
    };
    await Promise.all(Array.from({ length: Math.min(MAX_AT_ONCE, groups.length) }, work));
  }

  async #refreshOne(group: Group): Promise<void> {
    const { visit, named, tag, orderId } = group;
    const shown = this.#ports.pages.render(visit, named, await this.#ports.orders.find(named.order, named.number));
    Object.assign(group, this.#stateOf(shown));
    if (shown.tag === tag) return;
    // What is beside the changing part is another thing now.
    const text = orderId === shown.order?.orderId ? eventOf(shown) : 'event: reload\ndata:\n\n';
    // Encoded once for all of them.
    const bytes = Buffer.from(text);
    for (const { response } of group.streams) send(response, bytes);
  }

  #comment(): void {
    for (const { streams } of this.#groups.values()) for (const { response } of streams) send(response, ':\n\n');
  }
}

function send(response: ServerResponse, text: string | Buffer): void {
  if (response.writableLength > MAX_UNSENT_BYTES) response.destroy();
  else response.write(text);
}

/** The event's id is the tag of its content: a client that reconnects with it gets only later changes. */
function eventOf({ fragment, tag }: Rendered): string {
  const data = fragment.html.text.split('\n').map((line) => `data: ${line}\n`);
  return `id: ${tag}\nevent: state\n${data.join('')}\n`;
}
