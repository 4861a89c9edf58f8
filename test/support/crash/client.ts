import { parseJson, stringifyJson } from '#platform/json.ts';
import { systemRandomBytes as random } from '#platform/random.ts';
import { signToken } from '#tari/ristretto-jwt.ts';
import { confirmationPayload, paymentPayload, signWalletMessage } from '#tari/wallet-signature.ts';
import type { Person } from '#test/demo/walkthrough.ts';

/** How long a client waits for an answer before it asks again. */
const ANSWER_TIMEOUT_MS = 10_000;
const PAUSE_MS = 50;
/** A request that is not answered after so many tries shows a server that does not come back. */
const MAX_ATTEMPTS = 400;

export interface Answer {
  status: number;
  text: string;
}

/** What a client sends; made anew for each try, because a wallet's nonce must rise. */
export interface Request {
  path: string;
  headers?: Record<string, string>;
  body: string;
}

/** Sends requests to a server whose instances may die at any moment, and counts what came of them. */
export class PatientClient {
  /** Where the instances of the server are; each try goes to another. */
  urls: readonly string[] = [];
  tries = 0;
  answered = 0;

  /** Sends until the server has answered with anything but 5xx or 429. */
  async send(make: () => Request): Promise<Answer> {
    for (let tries = 0; tries < MAX_ATTEMPTS; tries += 1) {
      const answer = await this.#try(make());
      if (answer !== undefined && answer.status < 500 && answer.status !== 429) {
        this.answered += 1;
        return answer;
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
    throw new Error(`No answer after ${MAX_ATTEMPTS} tries`);
  }

  async #try({ path, headers, body }: Request): Promise<Answer | undefined> {
    this.tries += 1;
    const url = this.urls[this.tries % this.urls.length];
    try {
      const answer = await fetch(`${url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body,
        signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
      });
      return { status: answer.status, text: await answer.text() };
    } catch {
      return undefined;
    }
  }
}

/** A hot wallet that reports one thing after the other, each with a nonce above the last. */
export class HotWalletActor {
  readonly person: Person;
  readonly #client: PatientClient;
  #nonce = 0n;
  #last: Promise<unknown> = Promise.resolve();

  constructor(person: Person, client: PatientClient) {
    this.person = person;
    this.#client = client;
  }

  receive(payment: {
    sender: string;
    amount: bigint;
    txid: string;
    memo: string | null;
    order_id: string | null;
  }): Promise<void> {
    const payload = paymentPayload({ ...payment, orderId: payment.order_id });
    return this.#report('/wallet/incoming_payment', { payment }, payload);
  }

  confirm(txid: string): Promise<void> {
    return this.#report('/wallet/tx_confirmation', { confirmation: { txid } }, confirmationPayload(txid));
  }

  #report(path: string, content: object, payload: string): Promise<void> {
    const reported = this.#last.then(async () => {
      const { status, text } = await this.#client.send(() => ({ path, body: this.#signed(content, payload) }));
      if (status !== 200 || !(parseJson(text) as { success: boolean }).success) {
        throw new Error(`The report ${payload} was answered ${status}: ${text}`);
      }
    });
    this.#last = reported.catch(() => undefined);
    return reported;
  }

  #signed(content: object, payload: string): string {
    this.#nonce += 1n;
    const { secretKey, address, name } = this.person;
    const signature = signWalletMessage(secretKey, address, this.#nonce, payload, random);
    return stringifyJson({ ...content, auth: { address: name, nonce: this.#nonce, signature } });
  }
}

/** Logs somebody in and answers the access token. */
export async function logIn(client: PatientClient, person: Person, roles: readonly string[]): Promise<string> {
  let nonce = BigInt(Date.now()) * 1000n;
  const { status, text } = await client.send(() => {
    nonce += 1n;
    const claims = { address: person.name, nonce, desired_roles: roles };
    return { path: '/auth', headers: { tpg_auth_token: signToken(claims, person.secretKey, random) }, body: '{}' };
  });
  if (status !== 200) throw new Error(`The login was answered ${status}: ${text}`);
  return text;
}
