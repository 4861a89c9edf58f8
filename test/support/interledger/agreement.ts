import type { RandomBytes } from '#interledger/bytes.ts';
import { MAX_U64 } from '#interledger/bytes.ts';
import type { ReserveAction, SettleAction } from '#interledger/stream/connection/actions.ts';
import { StreamConnection } from '#interledger/stream/connection/connection.ts';
import type { ConnectionLimits } from '#interledger/stream/connection/limits.ts';
import { taggedCredentials } from '#interledger/stream/credentials.ts';
import { End, type Network, type Owner } from './network.ts';

/** Money that several connections may pull, as the one who pays keeps it: what is held, paid, or of unknown fate. */
export class Agreement {
  readonly amount: bigint;
  paid = 0n;
  held = 0n;
  unknown = 0n;
  /** The most that was ever away at once, paid or not. */
  peak = 0n;
  readonly #packets = new Map<string, { amount: bigint; state: 'held' | SettleAction['outcome'] }>();

  constructor(amount: bigint) {
    this.amount = amount;
  }

  /** How an end of a connection answers for it. */
  owner(name: string): Owner {
    return {
      reserve: (asked) => this.#reserve(name, asked),
      settle: (how) => this.#settle(name, how),
      book: () => false,
    };
  }

  get isSettled(): boolean {
    return [...this.#packets.values()].every(({ state }) => state !== 'held');
  }

  #reserve(name: string, { packet, amount }: ReserveAction): bigint | 'later' {
    const free = this.amount - this.paid - this.held - this.unknown;
    if (free === 0n) return this.held > 0n ? 'later' : 0n;
    const granted = amount < free ? amount : free;
    const key = `${name} ${packet}`;
    if (this.#packets.has(key)) throw new Error(`The packet ${key} is reserved twice.`);
    this.#packets.set(key, { amount: granted, state: 'held' });
    this.held += granted;
    this.peak = [this.peak, this.paid + this.held + this.unknown].reduce((most, each) => (each > most ? each : most));
    return granted;
  }

  #settle(name: string, { packet, amount, outcome }: SettleAction): void {
    const key = `${name} ${packet}`;
    const one = this.#packets.get(key);
    if (one?.amount !== amount) throw new Error(`The packet ${key} of ${amount} was not reserved.`);
    const isAllowed = one.state === 'held' || (one.state === 'unknown' && outcome !== 'unknown');
    if (!isAllowed) throw new Error(`The packet ${key} is ${one.state}, and now ${outcome}.`);
    if (one.state === 'held') this.held -= amount;
    else this.unknown -= amount;
    if (outcome === 'fulfilled') this.paid += amount;
    if (outcome === 'unknown') this.unknown += amount;
    one.state = outcome;
  }
}

/** A client that pulls: what it wants, and what it got. */
export interface Pull {
  client: End;
  server: End;
  readonly received: bigint;
}

const SERVER_SECRET = new Uint8Array(32).fill(7);

/** Both ends of a connection on which the client pulls from an agreement. It leaves when it has all, or the server ends. */
export function pull(
  network: Network,
  random: RandomBytes,
  {
    name,
    wanted,
    agreement,
    limits = {},
  }: { name: string; wanted: bigint; agreement: Agreement; limits?: Partial<ConnectionLimits> },
): Pull {
  const asset = { code: 'XRP', scale: 9 };
  const { destination, sharedSecret } = taggedCredentials(SERVER_SECRET, 'private.server', random, name);
  const common = { sharedSecret, asset, limits };
  const clientAddress = `private.client.${name}`;
  const serverSide = {
    ...common,
    role: 'server',
    address: 'private.server',
    peerStreams: { sendMax: MAX_U64, receiveMax: 0n },
  } as const;
  const clientSide = { ...common, role: 'client', address: clientAddress, peerAddress: destination } as const;
  const server = new End(
    `server ${name}`,
    new StreamConnection(serverSide, random, network.nowMs),
    agreement.owner(name),
  );
  let received = 0n;
  const owner: Owner = {
    reserve: () => 0n,
    settle: () => {},
    book: ({ amount }) => {
      received += amount;
      return true;
    },
    watch: (connection, action) => {
      const hasAll = action.kind === 'reply' && (connection.moneyOf(1)?.received ?? 0n) >= wanted;
      const isOver = action.kind === 'streamEnded' && action.isByPeer;
      if (hasAll || isOver) network.act(client, connection.close('noError', '', network.nowMs));
    },
  };
  const client: End = new End(`client ${name}`, new StreamConnection(clientSide, random, network.nowMs), owner);
  network.connect(client, server);
  network.later(0, () => {
    network.act(client, client.connection.openStream({ sendMax: 0n, receiveMax: wanted }, network.nowMs).actions);
  });
  return {
    client,
    server,
    get received() {
      return received;
    },
  };
}
