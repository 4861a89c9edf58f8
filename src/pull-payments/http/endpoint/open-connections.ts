import type { StreamConnection } from '#interledger/stream/connection/connection.ts';
import type { Asset } from '#interledger/stream/connection/state.ts';
import type { EndpointLimits } from './limits.ts';
import { type ConnectionContext, OpenConnection } from './open-connection.ts';

type Limits = Pick<EndpointLimits, 'maxConnections' | 'maxPushConnections' | 'maxConnectionsPerAgreement'>;

/** All connections that are not over, with their bounds. */
export class OpenConnections {
  readonly #limits: Limits;
  readonly #context: ConnectionContext;
  readonly #changed: () => void;
  readonly #open = new Map<StreamConnection, OpenConnection>();
  /** How many there are of each agreement; of pushes by null. */
  readonly #counts = new Map<string | null, number>();
  #whenEmpty: () => void = () => undefined;

  /** @param changed is called when there is one more or one less. */
  constructor(limits: Limits, context: Omit<ConnectionContext, 'finished'>, changed: () => void) {
    this.#limits = limits;
    this.#changed = changed;
    this.#context = { ...context, finished: (one) => this.#remove(one) };
  }

  get size(): number {
    return this.#open.size;
  }

  get all(): readonly OpenConnection[] {
    return [...this.#open.values()];
  }

  get(connection: StreamConnection): OpenConnection | undefined {
    return this.#open.get(connection);
  }

  /** @param agreementId null for a push. */
  hasRoomFor(agreementId: string | null): boolean {
    const { maxConnections, maxConnectionsPerAgreement, maxPushConnections } = this.#limits;
    const max = agreementId === null ? maxPushConnections : maxConnectionsPerAgreement;
    return this.#open.size < maxConnections && (this.#counts.get(agreementId) ?? 0) < max;
  }

  add(connection: StreamConnection, agreementId: string | null, asset: Asset): OpenConnection {
    const one = new OpenConnection(connection, agreementId, asset, this.#context);
    this.#open.set(connection, one);
    this.#counts.set(agreementId, (this.#counts.get(agreementId) ?? 0) + 1);
    this.#changed();
    return one;
  }

  /** Resolves when all are over, or after the time. */
  async whenEmpty(withinMs: number): Promise<void> {
    if (this.#open.size === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, withinMs);
      this.#whenEmpty = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #remove({ connection, agreementId }: OpenConnection): void {
    if (!this.#open.delete(connection)) return;
    const left = (this.#counts.get(agreementId) ?? 0) - 1;
    if (left > 0) this.#counts.set(agreementId, left);
    else this.#counts.delete(agreementId);
    this.#changed();
    if (this.#open.size === 0) this.#whenEmpty();
  }
}
