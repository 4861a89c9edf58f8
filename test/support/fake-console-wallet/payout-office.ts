import { randomBytes, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseJson, stringifyJson } from '#platform/json.ts';
import { accountOf, parseAddress, type TariAddress } from '#tari/address.ts';
import { type PayoutAction, payoutPayload, verifyWalletSignature } from '#tari/wallet-signature.ts';

/** A payment server of which only the routes of payouts are there, to be told to lie, to fail, and to be slow. */

export interface OfficePayout {
  id: string;
  kind: string;
  address: string;
  amount: bigint;
  state: 'approved' | 'leased' | 'started' | 'sent' | 'confirmed' | 'failed' | 'unknown';
  lease: string | null;
  txid: string | null;
  reason: string | null;
}

export type OfficeAct = (action: PayoutAction, when: 'before' | 'after') => Promise<void> | void;

export interface PayoutOffice {
  readonly url: string;
  readonly payouts: Map<string, OfficePayout>;
  /** All that was told, in order: `sent <id>`. */
  readonly told: string[];
  approve(payout: { address: string; amount: bigint; id?: string; kind?: string }): string;
  /** What each answer to a lease is changed to. */
  lie(change: ((payouts: Record<string, unknown>[]) => Record<string, unknown>[]) | undefined): void;
  /** Called with each request, before and after it takes effect. */
  onRequest(act: OfficeAct | undefined): void;
  /** Answers are lost for this action: it takes effect, and the connection breaks. */
  loseAnswers(action: PayoutAction | undefined): void;
  setStopped(isStopped: boolean): void;
  /** Leases end. */
  endLeases(): void;
  close(): Promise<void>;
}

class Refusal extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** @param wallets those that are registered. */
export async function startPayoutOffice(wallets: readonly TariAddress[]): Promise<PayoutOffice> {
  const office = new Office(wallets);
  const server = createServer((request, response) => void office.answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    payouts: office.payouts,
    told: office.told,
    approve: ({ id = randomUUID(), kind = 'refund', address, amount }) => {
      office.payouts.set(id, { id, kind, address, amount, state: 'approved', lease: null, txid: null, reason: null });
      return id;
    },
    lie: (change) => {
      office.change = change;
    },
    onRequest: (act) => {
      office.act = act;
    },
    loseAnswers: (action) => {
      office.lost = action;
    },
    setStopped: (isStopped) => {
      office.isStopped = isStopped;
    },
    endLeases: () => {
      for (const one of office.payouts.values()) if (one.state === 'leased') one.state = 'approved';
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

type Fields = Record<string, string | bigint | null>;

class Office {
  readonly payouts = new Map<string, OfficePayout>();
  readonly told: string[] = [];
  change: ((payouts: Record<string, unknown>[]) => Record<string, unknown>[]) | undefined;
  act: OfficeAct | undefined;
  lost: PayoutAction | undefined;
  isStopped = false;
  readonly #accounts: ReadonlySet<string>;
  readonly #nonces = new Map<string, bigint>();

  constructor(wallets: readonly TariAddress[]) {
    this.#accounts = new Set(wallets.map(accountOf));
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const action = request.url?.replace('/wallet/payouts/', '') as PayoutAction;
    const send = (status: number, body: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(stringifyJson(body));
    };
    try {
      const fields = this.#authenticate(action, await bodyOf(request));
      await this.act?.(action, 'before');
      const more = this.#take(action, fields);
      await this.act?.(action, 'after');
      if (this.lost === action) return void response.destroy();
      send(200, { success: true, message: `${action}: taken.`, ...more });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      send(error.status, { error: error.message, code: error.code });
    }
  }

  #authenticate(action: PayoutAction, text: string): Fields {
    const body = parseJson(text) as Record<string, Record<string, unknown>>;
    const auth = body.auth ?? {};
    const fields = Object.fromEntries(
      Object.entries(body[action === 'lease' ? 'lease' : 'payout'] ?? {}).map(([name, value]) => [
        name,
        typeof value === 'number' ? BigInt(value) : value,
      ]),
    ) as Fields;
    const address = parseAddress(String(auth.address));
    const nonce = BigInt(auth.nonce as number | bigint);
    const account = accountOf(address);
    if (!this.#accounts.has(account)) throw new Refusal(403, 'wallet_not_authorized', 'Not registered.');
    const signed = { address, nonce, signature: String(auth.signature) };
    if (!verifyWalletSignature(signed, payoutPayload(action, fields))) {
      throw new Refusal(401, 'wallet_signature_invalid', 'The signature is invalid.');
    }
    if (nonce <= (this.#nonces.get(account) ?? 0n)) {
      throw new Refusal(401, 'wallet_nonce_not_increasing', 'The nonce must rise.');
    }
    this.#nonces.set(account, nonce);
    return fields;
  }

  #take(action: PayoutAction, fields: Fields): object {
    if (action === 'lease') return { payouts: this.#lease(Number(fields.max)) };
    const payout = this.payouts.get(String(fields.id));
    if (payout === undefined) throw new Refusal(404, 'payout_not_found', `There is no payout ${fields.id}.`);
    this.told.push(`${action} ${payout.id}`);
    if (action === 'started') this.#start(payout, fields);
    else if (action === 'release') {
      if (payout.state !== 'leased' || payout.lease !== fields.lease) {
        throw new Refusal(409, 'payout_lease_lost', 'It is not leased to you any more.');
      }
      Object.assign(payout, { state: 'approved', reason: fields.reason });
    } else {
      payout.state = action;
      payout.txid = (fields.txid as string | undefined) ?? payout.txid;
      payout.reason = (fields.reason as string | undefined) ?? null;
    }
    return {};
  }

  #lease(max: number): Record<string, unknown>[] {
    if (this.isStopped) return [];
    const given = [...this.payouts.values()].filter(({ state }) => state === 'approved' || state === 'leased');
    const leased = given.slice(0, max).map((payout) => {
      payout.state = 'leased';
      payout.lease = randomBytes(16).toString('hex');
      const { id, kind, address, amount, lease } = payout;
      return { id, kind, address, amount, lease };
    });
    return this.change ? this.change(leased) : leased;
  }

  #start(payout: OfficePayout, { lease, address, amount }: Fields): void {
    if (this.isStopped) throw new Refusal(409, 'payouts_stopped', 'Payouts are stopped.');
    if (payout.lease !== lease || (payout.state !== 'leased' && payout.state !== 'started')) {
      throw new Refusal(409, 'payout_lease_lost', `The payout ${payout.id} is not leased to you any more.`);
    }
    if (payout.address !== address || payout.amount !== amount) {
      throw new Refusal(409, 'payout_contradicted', 'That is not what was approved.');
    }
    payout.state = 'started';
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}
