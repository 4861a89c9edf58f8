import type { Connector } from './parent.ts';

export const HTTP_TOKEN = 'outgoing-token-of-tests';

/** A parent that speaks ILP over HTTP, as what the program has for `fetch`. */
export class HttpParent {
  readonly connector: Connector;
  readonly requests: { url: string; headers: Headers; redirect: string | undefined }[] = [];
  /** Answers in its place, or throws as a network does. */
  fault: (init: RequestInit) => Promise<Response | undefined> = async () => undefined;

  constructor(connector: Connector) {
    this.connector = connector;
  }

  readonly fetch: typeof globalThis.fetch = async (input, init = {}) => {
    const headers = new Headers(init.headers);
    this.requests.push({ url: String(input), headers, redirect: init.redirect });
    const aborted = new Promise<never>((_, fail) => {
      init.signal?.addEventListener('abort', () => fail(new DOMException('This operation was aborted', 'AbortError')));
    });
    return Promise.race([this.#answer(init, headers), aborted]);
  };

  async #answer(init: RequestInit, headers: Headers): Promise<Response> {
    const answer = await this.fault(init);
    if (answer !== undefined) return answer;
    if (headers.get('authorization') !== `Bearer ${HTTP_TOKEN}`) return new Response('no', { status: 401 });
    const type = headers.get('content-type');
    if (type !== 'application/octet-stream') return new Response('', { status: 400 });
    const reply = await this.connector.fromChild(new Uint8Array(init.body as Uint8Array));
    return new Response(new Uint8Array(reply), { headers: { 'content-type': 'application/octet-stream' } });
  }
}

/** What `fetch` throws when nothing could be sent, or when the answer got lost. */
export function networkError(code: string): TypeError {
  return new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) });
}
