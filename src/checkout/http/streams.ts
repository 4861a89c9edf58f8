import type { IncomingMessage, ServerResponse } from 'node:http';
import type { OrderNews, PayerOrders } from '#checkout/payer-orders.ts';
import { spelledOtherwise } from '#engine/order-names.ts';
import { whenAnswerIsOver } from '#platform/http/answer-over.ts';
import type { Logger } from '#platform/logging/logger.ts';
import { isPageTag, needsLoading } from './page-tag.ts';
import type { FoundOrder, Named, Pages, Rendered, Visit } from './pages.ts';
import { RefreshQueue } from './refresh-queue.ts';
import { StreamRoom } from './stream-room.ts';

/**
 * Updates of open pages as server-sent events: each carries the rendered part of the page, which is the same as on a first
 * load. Visitors of the same order in the same language form a group, whose order is read and rendered once.
 */

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

/** Unsent data of a client. A client that reads nothing is disconnected, and reconnects. */
const MAX_UNSENT_BYTES = 128 * 1024;

/** Browsers reconnect after this time, to another instance if this one shuts down. */
const COME_BACK_MS = 3_000;

/** What is around the changing part is another thing now. */
const LOAD_AGAIN = Buffer.from('event: reload\ndata:\n\n');

interface Stream {
  response: ServerResponse;
  /** The tag of what its page shows, empty where that is not known. */
  shows: string;
}

/** What is known of a group's order. */
interface State {
  tag: string;
  orderId: string | undefined;
  customerId: string | undefined;
  /** When it changes by itself: at once while it waits for blocks, or as its time is over. */
  changesAt: number;
  lookedAt: number;
}

interface Group {
  visit: Visit;
  named: Named;
  streams: Set<Stream>;
  state: State;
}

export interface OpeningStream {
  request: IncomingMessage;
  response: ServerResponse;
  address: string;
  visit: Visit;
  named: Named;
  /** The tag of what the visitor's page shows already. */
  since: string;
  /** As it was before the order was read. */
  told: number;
}

export interface StreamsPorts {
  find: (named: Named) => Promise<FoundOrder>;
  news: PayerOrders['news'];
  pages: Pick<Pages, 'render'>;
  now: () => Date;
  log: Logger;
}

export class Streams {
  readonly #ports: StreamsPorts;
  readonly #groups = new Map<string, Group>();
  readonly #room = new StreamRoom();
  readonly #queue: RefreshQueue<Group>;
  readonly #timers: NodeJS.Timeout[] = [];
  #told = 0;
  #isListening = false;
  #isClosed = false;

  constructor(ports: StreamsPorts) {
    this.#ports = ports;
    this.#queue = new RefreshQueue((group) => this.#refresh(group), ports.log);
  }

  /** Incremented with every update: data that was read before may be outdated. */
  get told(): number {
    return this.#told;
  }

  /** Whether another one from this address may be opened. */
  hasRoomFor(address: string, isKnown: boolean): boolean {
    return !this.#isClosed && this.#room.has(address, isKnown);
  }

  /** Opens a stream; the caller has made sure that there is room, and what the visitor may see. */
  open({ request, response, address, visit, named, since, told }: OpeningStream, shown: Rendered): void {
    const stream: Stream = { response, shows: isPageTag(since) ? since : '' };
    const key = `${shown.language.code} ${visit.embed} ${JSON.stringify([named.order, named.number])}`;
    const group = this.#groups.get(key) ?? { visit, named, streams: new Set(), state: this.#stateOf(shown) };
    this.#groups.set(key, group);
    group.streams.add(stream);
    const giveBack = this.#room.take(address, shown.order !== undefined);
    response.write(`retry: ${COME_BACK_MS}\n\n`);
    const isAsBefore = group.state.tag === shown.tag;
    if (isAsBefore) show(shown, [stream]);
    whenAnswerIsOver(request, response, () => {
      giveBack();
      group.streams.delete(stream);
      if (group.streams.size === 0) this.#groups.delete(key);
    });
    this.#listen();
    // Another refresh decides whether this page or the group's state is newer, and updates all streams.
    if (!isAsBefore || told !== this.#told) this.#queue.add([group]);
  }

  /** Ends all streams: their browsers reconnect, to another instance or after the restart. */
  close(): void {
    this.#isClosed = true;
    this.#queue.close();
    for (const timer of this.#timers) clearInterval(timer);
    for (const { streams } of this.#groups.values()) for (const { response } of streams) response.end();
  }

  #stateOf({ tag, order, fragment }: Rendered): State {
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
    this.#timers.push(setInterval(() => this.#look(), LOOK_EVERY_MS));
    for (const timer of this.#timers) timer.unref();
    void this.#follow();
  }

  async #follow(): Promise<void> {
    let last: bigint | undefined;
    while (!this.#isClosed) {
      try {
        const isFirst = last === undefined;
        const news = await this.#ports.news(last, WAIT_MS);
        last = news.last;
        if (isFirst) this.#tellAll();
        else this.#tell(news);
      } catch (error) {
        if (this.#isClosed) return;
        this.#ports.log.warn({ err: error }, 'The open pages could not be updated; retrying');
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS).unref());
      }
    }
  }

  /** What happened between the first look at an order and the first news is in no news. */
  #tellAll(): void {
    this.#told += 1;
    this.#queue.add(this.#groups.values());
  }

  #tell({ orders, customers }: OrderNews): void {
    if (orders.length === 0 && customers.length === 0) return;
    this.#told += 1;
    const [changed, ofCustomers] = [new Set(orders), new Set(customers)];
    this.#queue.add(
      [...this.#groups.values()].filter(({ state: { orderId, customerId }, named }) =>
        orderId === undefined
          ? changed.has(named.order) || changed.has(spelledOtherwise(named.order))
          : changed.has(orderId) || (customerId !== undefined && ofCustomers.has(customerId)),
      ),
    );
  }

  /** What changes without an event: counts of confirmations, the end of the time to pay, and what was missed. */
  #look(): void {
    const now = this.#ports.now().getTime();
    const known = [...this.#groups.values()].filter(({ state }) => state.orderId !== undefined);
    known.sort((a, b) => a.state.lookedAt - b.state.lookedAt);
    const due = known.filter(({ state }) => state.changesAt <= now);
    this.#queue.add([...due.slice(0, MAX_LOOKED_AT), ...known.slice(0, MAX_LOOKED_AT)]);
  }

  async #refresh(group: Group): Promise<void> {
    const { visit, named, streams } = group;
    if (streams.size === 0) return;
    const shown = this.#ports.pages.render(visit, named, await this.#ports.find(named));
    group.state = this.#stateOf(shown);
    show(shown, streams);
  }

  #comment(): void {
    for (const { streams } of this.#groups.values()) for (const { response } of streams) send(response, ':\n\n');
  }
}

/** Tells those pages that show something else. The event is encoded once for all of them. */
function show(shown: Rendered, streams: Iterable<Stream>): void {
  let event: Buffer | undefined;
  for (const stream of streams) {
    if (stream.shows === shown.tag) continue;
    if (stream.shows !== '' && needsLoading(stream.shows, shown.tag)) {
      send(stream.response, LOAD_AGAIN);
    } else {
      event ??= Buffer.from(eventOf(shown));
      send(stream.response, event);
    }
    stream.shows = shown.tag;
  }
}

function send(response: ServerResponse, text: string | Buffer): void {
  // One that was ended as the server ends, and whose reader is slow.
  if (response.writableEnded) return;
  if (response.writableLength > MAX_UNSENT_BYTES) response.destroy();
  else response.write(text);
}

/** The event's id is the tag of its content: a client that reconnects with it gets only later changes. */
function eventOf({ fragment, tag }: Rendered): string {
  const data = fragment.html.text.split('\n').map((line) => `data: ${line}\n`);
  return `id: ${tag}\nevent: state\n${data.join('')}\n`;
}
