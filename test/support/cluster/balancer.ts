import { get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

const LOOKS_EVERY_MS = 100;

/** What a load balancer does: it asks each server whether it is ready, and sends requests to those that were, in turn. */
export class Balancer {
  readonly #urls: readonly string[];
  readonly #ready: Set<string>;
  #isClosed = false;
  #requests = 0;

  constructor(urls: readonly string[]) {
    this.#urls = urls;
    this.#ready = new Set(urls);
    void this.#keepLooking();
  }

  /** Whether it sends requests there. */
  uses(url: string): boolean {
    return this.#ready.has(url);
  }

  /** Answers the status, or why the connection failed. A request that nobody took goes to the next, any other is sent once. */
  async send(path: string, request: RequestInit): Promise<number | string> {
    this.#requests += 1;
    const ready = [...this.#ready];
    let failure = 'Nobody is ready';
    for (let tries = 0; tries < ready.length; tries += 1) {
      const url = ready[(this.#requests + tries) % ready.length] as string;
      try {
        const answer = await fetch(`${url}${path}`, request);
        await answer.text();
        return answer.status;
      } catch (error) {
        const cause = error instanceof Error ? (error.cause as NodeJS.ErrnoException | undefined) : undefined;
        failure = `${url}: ${error} ${cause?.code} ${cause?.message}`;
        if (cause?.code !== 'ECONNREFUSED') return failure;
      }
    }
    return failure;
  }

  close(): void {
    this.#isClosed = true;
  }

  async #keepLooking(): Promise<void> {
    while (!this.#isClosed) {
      for (const url of this.#urls) {
        if ((await statusOf(`${url}/health/ready`)) === 200) this.#ready.add(url);
        else this.#ready.delete(url);
      }
      await sleep(LOOKS_EVERY_MS);
    }
  }
}

/** On a connection of its own, as balancers ask; 0 where there is no answer. */
function statusOf(url: string): Promise<number> {
  return new Promise((resolve) => {
    const request = get(url, { agent: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    request.on('error', () => resolve(0));
  });
}
