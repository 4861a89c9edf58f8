import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';

/**
 * Queries of tests that look at a PostgreSQL database past its store. They answer at once, as those of SQLite do, so that
 * a test reads the same whichever database it runs on: a thread asks, and the test stands still until it has its answer.
 */

const ANSWER_WITHIN_MS = 20_000;

let asking: { port: MessagePort; state: Int32Array } | undefined;

function start() {
  const { port1: port, port2 } = new MessageChannel();
  const state = new Int32Array(new SharedArrayBuffer(4));
  const workerData = { port: port2, state };
  const worker = new Worker(new URL('./postgres-queries.mjs', import.meta.url), { workerData, transferList: [port2] });
  worker.unref();
  port.unref();
  return { port, state };
}

interface Question {
  url: string;
  /** Each session is a connection of its own. */
  session: string;
  /** Left out, the session ends. */
  text?: string;
  values: readonly unknown[];
}

export function queryPostgres(
  url: string,
  text: string,
  values: readonly unknown[] = [],
  session = 'queries',
): Record<string, unknown>[] {
  return answerTo({ url, session, text, values }) as Record<string, unknown>[];
}

/** The rows of each of two queries or more, all at once. */
export function queryPostgresTogether(url: string, texts: readonly string[]): Record<string, unknown>[][] {
  const text = ['begin isolation level repeatable read', ...texts, 'commit'].join(';');
  return answerTo({ url, session: 'queries', text, values: [] }).slice(1, -1) as Record<string, unknown>[][];
}

/** Ends a session: a database that somebody is connected to can be neither copied nor dropped. */
export function disconnect(url: string, session = 'queries'): void {
  if (asking !== undefined) answerTo({ url, session, values: [] });
}

function answerTo(question: Question): unknown[] {
  asking ??= start();
  const { port, state } = asking;
  Atomics.store(state, 0, 0);
  port.postMessage(question);
  Atomics.wait(state, 0, 0, ANSWER_WITHIN_MS);
  const answer = receiveMessageOnPort(port)?.message;
  if (answer === undefined) throw new Error(`PostgreSQL did not answer in time: ${question.text}`);
  if (answer.message !== undefined) throw new Error(answer.message);
  return answer.rows;
}
