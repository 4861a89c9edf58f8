import { randomUUID } from 'node:crypto';
import type { TestServer } from '#test/server.ts';

/** A browser that visits the console without running scripts: it keeps cookies and sends forms as a browser does. */

export interface Page {
  status: number;
  text: string;
  headers: Headers;
  /** The path that a redirection leads to. */
  location: string | undefined;
}

export interface Sending {
  headers?: Record<string, string>;
  /** In place of what the form has. */
  token?: string;
  /** Fields that may be there several times. */
  more?: readonly (readonly [name: string, value: string])[];
}

export class ConsoleBrowser {
  readonly cookies = new Map<string, string>();
  /** All cookies as they were set, with their attributes. */
  readonly setCookies: string[] = [];
  readonly #url: string;

  constructor({ url }: Pick<TestServer, 'url'>) {
    this.#url = url;
  }

  get origin(): string {
    return `http://localhost:${new URL(this.#url).port}`;
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Page> {
    return this.#ask(path, { headers });
  }

  /** Sends a form with these fields, and the token of the page at the same path. */
  async send(
    path: string,
    fields: Record<string, string>,
    { headers = {}, token, more = [] }: Sending = {},
  ): Promise<Page> {
    const found = token ?? tokenIn((await this.get(path)).text);
    const body = new URLSearchParams({
      ...fields,
      ...(found !== undefined && { _csrf: found, idempotency_key: randomUUID() }),
    });
    for (const [name, value] of more) body.append(name, value);
    return this.#ask(path, { method: 'POST', body, headers: { 'sec-fetch-site': 'same-origin', ...headers } });
  }

  /** The options that the button of a page has for the device. */
  async optionsOf(path: string): Promise<never> {
    const { text } = await this.get(path);
    const found = /data-options="([^"]*)"/.exec(text)?.[1];
    if (found === undefined) throw new Error(`No passkey is asked for at ${path}: ${text.slice(0, 2000)}`);
    return JSON.parse(unescaped(found)) as never;
  }

  async #ask(path: string, { headers, ...init }: RequestInit & { headers: Record<string, string> }): Promise<Page> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(`${this.#url}/console${path}`, {
      ...init,
      redirect: 'manual',
      headers: { accept: 'text/html', ...(cookie !== '' && { cookie }), ...headers },
    });
    for (const line of answer.headers.getSetCookie()) this.#keep(line);
    const location = answer.headers.get('location')?.replace(/^\/console/, '') ?? undefined;
    return { status: answer.status, text: await answer.text(), headers: answer.headers, location };
  }

  #keep(line: string): void {
    this.setCookies.push(line);
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
    const isOver = /max-age=0|expires=Thu, 01 Jan 1970/i.test(line);
    if (isOver) this.cookies.delete(name);
    else this.cookies.set(name, value);
  }
}

export function tokenIn(html: string): string | undefined {
  return /name="_csrf" value="([^"]*)"/.exec(html)?.[1];
}

function unescaped(text: string): string {
  return text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
