import type { FastifyReply, FastifyRequest } from 'fastify';
import { whenAnswerIsOver } from '#platform/http/answer-over.ts';
import { HttpError } from '#platform/http/errors.ts';
import type { Visitor } from '#platform/http/pages/visitors.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { ReadNews } from '#support/news.ts';
import type { Link, LiveTopic } from './page.ts';

/**
 * Tells open pages how much has happened that they do not show, as server-sent events. Only numbers are sent: the page is
 * loaded again when its reader wants that, so rows never jump.
 */

/** Proxies end connections on which nothing happens for 30 s or a minute. */
const COMMENT_EVERY_MS = 20_000;
/** How long a call to the database thread waits for events. */
const WAIT_MS = 5_000;
/** The pause after a failure, such as an unreachable database. */
const RETRY_MS = 2_000;
/** A shop's staff with a few pages each: 3 MB. */
const MAX_STREAMS = 200;
/** Browsers allow six connections to a host over HTTP/1.1; a person has several devices. */
const MAX_STREAMS_OF_SESSION = 10;
/** A page that is left open must not be told for ever: its session ends, too. */
const MAX_LIFE_MS = 30 * 60_000;
/** An event with its subject is at most 300 characters. */
const MAX_SUBJECTS = 4;
const MAX_TYPES = 20;
const MAX_TEXT_LENGTH = 300;

interface Stream {
  topic: LiveTopic;
  reply: FastifyReply['raw'];
  sessionId: string;
  count: number;
  openedAt: number;
}

export class ConsoleStreams {
  readonly #news: ReadNews;
  readonly #log: Logger;
  readonly #streams = new Set<Stream>();
  #timer: NodeJS.Timeout | undefined;
  #isFollowing = false;
  #isClosed = false;

  constructor({ news, log }: { news: ReadNews; log: Logger }) {
    this.#news = news;
    this.#log = log;
  }

  /** The address at which a page hears of a topic. */
  addressOf(link: Link, topic: LiveTopic): string {
    return link('/events', {
      ...('types' in topic ? { types: topic.types.join(',') } : { subjects: JSON.stringify(topic.subjects) }),
    });
  }

  /** @throws {HttpError} `unavailable` if there is no room: the page is then not told of anything. */
  open(request: FastifyRequest, reply: FastifyReply, { sessionId }: Visitor): void {
    const topic = topicOf(request.query as Record<string, unknown>);
    const own = [...this.#streams].filter((stream) => stream.sessionId === sessionId).length;
    const hasRoom = this.#streams.size < MAX_STREAMS && own < MAX_STREAMS_OF_SESSION;
    // Behind another response on its connection nothing could be sent, only buffered.
    if (this.#isClosed || !hasRoom || reply.raw.socket === null) throw new HttpError('unavailable');
    reply.hijack();
    reply.raw.writeHead(200, {
      ...(reply.getHeaders() as Record<string, string>),
      'content-type': 'text/event-stream; charset=utf-8',
      // Otherwise nginx would buffer the stream.
      'x-accel-buffering': 'no',
    });
    const stream: Stream = { topic, reply: reply.raw, sessionId, count: 0, openedAt: performance.now() };
    this.#streams.add(stream);
    reply.raw.write('retry: 15000\n\n');
    whenAnswerIsOver(request.raw, reply.raw, () => this.#streams.delete(stream));
    this.#listen();
  }

  close(): void {
    this.#isClosed = true;
    clearInterval(this.#timer);
    for (const { reply } of this.#streams) reply.end();
  }

  #listen(): void {
    this.#timer ??= setInterval(() => this.#comment(), COMMENT_EVERY_MS).unref();
    if (!this.#isFollowing) void this.#follow();
  }

  /** While there is a page to tell. */
  async #follow(): Promise<void> {
    this.#isFollowing = true;
    let last: bigint | undefined;
    while (!this.#isClosed && this.#streams.size > 0) {
      try {
        const news = await this.#news(last, WAIT_MS);
        last = news.last;
        this.#tell(news.events);
      } catch (error) {
        if (this.#isClosed) return;
        this.#log.warn({ err: error }, 'The open pages of the console could not be updated; retrying');
        await pause(RETRY_MS);
      }
    }
    this.#isFollowing = false;
  }

  #tell(events: readonly { type: string; subject: string }[]): void {
    for (const stream of this.#streams) {
      const found = events.filter((event) => concerns(stream.topic, event)).length;
      if (found === 0) continue;
      stream.count += found;
      stream.reply.write(`event: news\ndata: ${stream.count}\n\n`);
    }
  }

  #comment(): void {
    const now = performance.now();
    for (const { reply, openedAt } of this.#streams) {
      if (now - openedAt < MAX_LIFE_MS) reply.write(':\n\n');
      else reply.end('event: over\ndata:\n\n');
    }
  }
}

function concerns(topic: LiveTopic, { type, subject }: { type: string; subject: string }): boolean {
  return 'types' in topic ? topic.types.includes(type) : topic.subjects.includes(subject);
}

function topicOf({ types, subjects }: Record<string, unknown>): LiveTopic {
  if (typeof types === 'string') return { types: types.split(',').slice(0, MAX_TYPES) };
  return { subjects: textsIn(String(subjects ?? '')).slice(0, MAX_SUBJECTS) };
}

function textsIn(json: string): string[] {
  try {
    const found: unknown = JSON.parse(json.slice(0, MAX_SUBJECTS * MAX_TEXT_LENGTH));
    return Array.isArray(found) ? found.map(String) : [];
  } catch {
    return [];
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
