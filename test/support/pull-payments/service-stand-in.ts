import { randomUUID } from 'node:crypto';
import type { Asset } from '#interledger/stream/connection/state.ts';
import { DomainError } from '#pull-payments/errors.ts';
import type { PullPaymentsService } from '#pull-payments/service-type.ts';
import { parseInterval } from '#pull-payments/terms/interval.ts';
import { tokenHashOf } from '#pull-payments/token-hash.ts';
import type { Agreement, AgreementSource, Balances, NewTerms, Terms, TermsChange } from '#pull-payments/types.ts';

type Listened = Pick<PullPaymentsService, 'create' | 'register' | 'findByToken' | 'update' | 'exchange'>;

/** What the listener for payees needs of the service, in memory and without money. Other methods throw. */
export class ServiceStandIn {
  /** By the hash of what stands in the pointer, with those that are over. */
  readonly agreements = new Map<string, Agreement>();
  readonly calls: string[] = [];
  readonly #now: () => Date;

  constructor(now: () => Date) {
    this.#now = now;
  }

  get service(): PullPaymentsService {
    const listened: Listened = {
      create: async (terms) => this.#add(terms, 'online'),
      register: async (hash, terms) => this.agreements.get(hash) ?? this.#add(terms, 'token', hash),
      findByToken: async (hash) => {
        this.calls.push('findByToken');
        const found = this.agreements.get(hash);
        return found && this.#isOpen(found) ? this.#brought(found) : undefined;
      },
      update: async (hash, change) => this.#update(hash, change),
      exchange: async (amount, from, to) => exchanged(amount, from, to),
    };
    return listened as PullPaymentsService;
  }

  cancel(hash: string): void {
    const found = this.agreements.get(hash);
    if (found !== undefined) found.state = 'cancelled';
  }

  #add({ startAt, ...rest }: NewTerms, source: AgreementSource, hash?: string): Agreement {
    const now = this.#now();
    const id = randomUUID();
    const terms: Terms = { ...rest, startAt: startAt ?? now };
    const agreement: Agreement = {
      id,
      source,
      state: 'active',
      terms,
      revision: 1,
      balances: this.#balances(terms),
      createdAt: now,
      updatedAt: now,
    };
    this.agreements.set(hash ?? tokenHashOf(id), agreement);
    return agreement;
  }

  async #update(hash: string, change: TermsChange): Promise<Agreement> {
    const found = this.agreements.get(hash);
    if (found === undefined || !this.#isOpen(found)) throw new DomainError('pull_pointer_not_found', 'of yours');
    const { amount, asset } = found.terms;
    const converted = change.asset === undefined ? amount : exchanged(amount, asset, change.asset);
    found.terms = { ...found.terms, amount: converted, ...change };
    return this.#brought(found);
  }

  #isOpen({ state, terms }: Agreement): boolean {
    return state !== 'cancelled' && (terms.expiryAt === null || terms.expiryAt > this.#now());
  }

  #brought(agreement: Agreement): Agreement {
    return { ...agreement, balances: this.#balances(agreement.terms) };
  }

  #balances({ amount, startAt, interval, cycles, cap }: Terms): Balances {
    const { months = 0, milliseconds = 0 } = parseInterval(interval) ?? {};
    const lengthMs = months * 30 * 86_400_000 + milliseconds;
    const elapsedMs = this.#now().getTime() - startAt.getTime();
    const cycle = Math.max(1, Math.floor(elapsedMs / lengthMs) + 1);
    const granted = cap ? (cycle <= cycles ? amount : 0n) : amount * BigInt(Math.min(cycle, cycles));
    const available = elapsedMs < 0 ? 0n : granted;
    return {
      total: 0n,
      interval: 0n,
      available,
      held: 0n,
      cycle,
      intervalEndsAt: new Date(startAt.getTime() + cycle * lengthMs),
      obstacle: elapsedMs < 0 ? 'not_started' : available === 0n ? 'exhausted' : null,
    };
  }
}

function exchanged(amount: bigint, from: Asset, to: Asset): bigint {
  if (from.code !== to.code) throw new DomainError('no_rate_between_assets', `${from.code} to ${to.code}`);
  const shift = to.scale - from.scale;
  return shift >= 0 ? amount * 10n ** BigInt(shift) : amount / 10n ** BigInt(-shift);
}
