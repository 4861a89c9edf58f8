import pg from 'pg';
import { openPostgresStore } from '#platform/database/postgres/store.ts';
import type { Store } from '#platform/database/store.ts';
import { databaseUrlOf, EMPTY_ALL } from '#test/database/database.ts';
import type { SeededRandom } from '#test/seeded-random.ts';
import { PostgresRows } from '#test/simulation/rows/postgres.ts';
import type {
  DatabaseFault,
  FaultPlan,
  Process,
  SimulatedDatabase,
  SimulatedDatabases,
} from '#test/simulation/simulated-database.ts';
import { type Fate, nearestUrl, Wire, type WireConnection } from './postgres-wire.ts';

/** Where a transaction can fail: at its turn's begin, at what it does, at its commit, or while something is read. */
type Place = 'begin' | 'statement' | 'commit' | 'read';

interface Fault extends DatabaseFault {
  place: Place;
  fate: Fate;
  /** How often it comes up, one time after another. */
  mostTimes: number;
  /** Whether nobody answers from then on. */
  isOutage?: boolean;
}

const FOR_EVER = Number.POSITIVE_INFINITY;

const isRaised = (code: string, message: string): Fate => ({
  instead: `do $$ begin raise exception '${message}' using errcode = '${code}'; end $$`,
});
const CONFLICT = isRaised('40001', 'could not serialize access due to read/write dependencies among transactions');
const DEADLOCK = isRaised('40P01', 'deadlock detected');
const NO_TURN = isRaised('55P03', 'canceling statement due to lock timeout');
const DISK_FULL = isRaised('53100', 'could not extend file: No space left on device');
const TIMED_OUT: Fate = { instead: 'set local statement_timeout = 1; select pg_sleep(60)' };
/** What an administrator does who shuts the server down. */
const SHUT_DOWN: Fate = { instead: 'select pg_terminate_backend(pg_backend_pid())' };

const usual = { isKeptUnheard: false, isEnd: false, mostTimes: 1 };
const borne = { ...usual, isTold: 'never' } as const;
/** Works whose group fails are run again one by one, and what is refused to them then is refused for good. */
const unclear = { ...usual, isTold: 'perhaps' } as const;
const told = { ...usual, isTold: 'always' } as const;

const FAULTS: readonly Fault[] = [
  { name: 'connection ends before a turn', ...borne, place: 'begin', fate: 'never arrives', mostTimes: 3 },
  { name: 'connection ends when the turn is given', ...borne, place: 'begin', fate: 'is never answered' },
  { name: 'deadlock before a turn', ...borne, place: 'begin', fate: DEADLOCK, mostTimes: 3 },
  { name: 'connection ends before a statement', ...borne, place: 'statement', fate: 'never arrives', mostTimes: 3 },
  { name: 'connection ends after a statement', ...borne, place: 'statement', fate: 'is never answered' },
  { name: 'server shuts down in a transaction', ...borne, place: 'statement', fate: SHUT_DOWN },
  { name: 'conflict at a statement', ...borne, place: 'statement', fate: CONFLICT, mostTimes: 3 },
  { name: 'conflict at commit', ...borne, place: 'commit', fate: CONFLICT, mostTimes: 3 },
  { name: 'deadlock at commit', ...borne, place: 'commit', fate: DEADLOCK, mostTimes: 3 },
  { name: 'connection ends before a read', ...borne, place: 'read', fate: 'never arrives', mostTimes: 3 },
  { name: 'server shuts down while it is read', ...borne, place: 'read', fate: SHUT_DOWN },
  { name: 'statement takes too long', ...unclear, place: 'statement', fate: TIMED_OUT },
  { name: 'statement finds the disk full', ...unclear, place: 'statement', fate: DISK_FULL },
  { name: 'read takes too long', ...unclear, place: 'read', fate: TIMED_OUT },
  { name: 'conflicts without end', ...told, place: 'commit', fate: CONFLICT, mostTimes: FOR_EVER },
  { name: 'commit finds the disk full', ...told, place: 'commit', fate: DISK_FULL },
  { name: 'connection ends before commit', ...told, place: 'commit', fate: 'never arrives' },
  { name: 'connection ends after commit', ...told, place: 'commit', fate: 'is never answered', isKeptUnheard: true },
  { name: 'turn does not come', ...told, place: 'begin', fate: NO_TURN },
  { name: 'server is away', ...told, place: 'begin', fate: 'never arrives', isOutage: true },
  { name: 'process dies before commit', ...told, place: 'statement', fate: 'never arrives', isEnd: true },
  {
    name: 'process dies after commit',
    ...told,
    place: 'commit',
    fate: 'is never answered',
    isKeptUnheard: true,
    isEnd: true,
  },
];

const READ_FAULTS = FAULTS.filter(({ place }) => place === 'read');
const WORK_FAULTS = FAULTS.filter(({ place }) => place !== 'read');

/** A fault comes up at the first to this time that the database is at its place. Hardly any input has more statements. */
const MOST_PASSED: Readonly<Record<Place, number>> = { begin: 1, statement: 14, commit: 1, read: 2 };

export const POSTGRES_FAULTS: readonly string[] = FAULTS.map(({ name }) => name);

/**
 * On paper a number that was not kept is given again. PostgreSQL's sequences leave it out, whatever becomes of the
 * transaction; so in the simulation ids are counted in a table.
 */
const COUNT_IDS = `create table counted_ids (name text primary key, last bigint not null);
  create function next_id(of text) returns bigint language sql volatile as
    'insert into counted_ids values (of, 1) on conflict (name) do update set last = counted_ids.last + 1 returning last';
  do $$ declare owner text; begin
    for owner in select table_name from information_schema.columns
        where table_schema = 'public' and column_name = 'id' and is_identity = 'YES' loop
      execute format('alter table %I alter id drop identity, alter id set default next_id(%L)', owner, owner);
    end loop;
  end $$`;

/** So many databases were made by this process. */
let made = 0;

/** One database of the server, emptied before each history. */
export async function postgresDatabases(serverUrl: string): Promise<SimulatedDatabases> {
  made += 1;
  const name = `tps_simulation_${process.pid}_${made}`;
  const administration = new pg.Client(serverUrl);
  await administration.connect();
  await administration.query(`create database ${name}`);
  const url = databaseUrlOf(await nearestUrl(serverUrl), name);
  const store = await openPostgresStore(url, STORE_OPTIONS);
  await store.close();
  const rows = await PostgresRows.open(url);
  await rows.execute(COUNT_IDS);
  return {
    async open() {
      await rows.execute(EMPTY_ALL);
      return new FaultyPostgres(url, rows);
    },
    async close() {
      await rows.close();
      await administration.query(`drop database ${name} with (force)`);
      await administration.end();
    },
  };
}

const STORE_OPTIONS = {
  /** Two at once would be answered in the order in which the machine has it, and no history could be played again. */
  maxConnections: 1,
  /** Works that are tried again come in the order in which they came. */
  random: () => 0,
  connectTimeoutMs: 20_000,
  statementTimeoutMs: 30_000,
  idleTransactionTimeoutMs: 30_000,
};

/** A PostgreSQL whose connections fail when the simulation says so. */
class FaultyPostgres implements SimulatedDatabase {
  readonly rows: PostgresRows;
  readonly readsAside = true;
  readonly #url: string;
  #fired: Fault | undefined;
  readonly #readDeck: Fault[] = [];
  readonly #workDeck: Fault[] = [];
  #planned: { fault: Fault; left: number; times: number } | undefined;
  readonly #wires = new Map<Wire, Process>();

  constructor(url: string, rows: PostgresRows) {
    this.#url = url;
    this.rows = rows;
  }

  get fired(): DatabaseFault | undefined {
    return this.#fired;
  }

  /** The fault comes up from the n-th time on that the database is at its place. */
  plan(plan: FaultPlan): void {
    const { isSeveralAtOnce, isReading, random } = plan;
    this.#fired = undefined;
    // Few steps read.
    const fault = random.chance(isReading ? 0.4 : 0.12) ? this.#draw(plan) : undefined;
    if (fault === undefined) return;
    const left = random.between(1, MOST_PASSED[fault.place]);
    this.#planned = { fault, left, times: timesOf(fault, isSeveralAtOnce ? 1 : 3, random) };
  }

  /** One after another of all faults, as cards are drawn: so each comes up in a few histories. */
  #draw({ mayEndUnheard, isReading, random }: FaultPlan): Fault | undefined {
    const deck = this.#deckFor(isReading);
    if (deck.length === 0) deck.push(...shuffled(isReading ? READ_FAULTS : WORK_FAULTS, random));
    const index = deck.findIndex(({ isKeptUnheard, isEnd }) => mayEndUnheard || !(isKeptUnheard || isEnd));
    return deck.splice(index, index < 0 ? 0 : 1)[0];
  }

  #deckFor(isReading: boolean): Fault[] {
    return isReading ? this.#readDeck : this.#workDeck;
  }

  callOff(): void {
    // One that has not come up is drawn again.
    const missed = this.#fired === undefined ? this.#planned?.fault : undefined;
    if (missed !== undefined) this.#deckFor(missed.place === 'read').unshift(missed);
    this.#planned = undefined;
    for (const wire of this.#wires.keys()) wire.isDown = false;
  }

  async openStore(process: Process, changed: (text: string) => string = (text) => text): Promise<Store> {
    const wire: Wire = await Wire.open(this.#url, (text, connection) => {
      const fate = process.isDead ? 'never arrives' : this.#judge(placeOf(text, connection), wire, process);
      const mutated = changed(text);
      return fate === 'passes' && mutated !== text ? { instead: mutated } : fate;
    });
    this.#wires.set(wire, process);
    const store = await openPostgresStore(wire.url, STORE_OPTIONS);
    return {
      ...store,
      // Live listeners hear by a connection of their own, when the machine has it: no history could be played again.
      onCommitted: () => undefined,
      close: async () => {
        this.#wires.delete(wire);
        await wire.close();
        await store.close();
      },
    };
  }

  async close(): Promise<void> {
    await Promise.all([...this.#wires.keys()].map((wire) => wire.close()));
  }

  #judge(place: Place | undefined, wire: Wire, process: Process): Fate {
    const planned = this.#planned;
    if (planned === undefined || planned.fault.place !== place) return 'passes';
    planned.left -= 1;
    if (planned.left > 0) return 'passes';
    planned.times -= 1;
    if (planned.times === 0) this.#planned = undefined;
    const { fault } = planned;
    this.#fired = fault;
    if (fault.isEnd) process.isDead = true;
    if (fault.isOutage) wire.isDown = true;
    return fault.fate;
  }
}

function shuffled<Item>(items: readonly Item[], random: SeededRandom): Item[] {
  return items
    .map((item) => ({ item, place: random.next() }))
    .sort((one, other) => one.place - other.place)
    .map(({ item }) => item);
}

function timesOf({ mostTimes }: Fault, most: number, random: SeededRandom): number {
  return mostTimes === FOR_EVER ? FOR_EVER : random.between(1, Math.min(mostTimes, most));
}

/** Where a query stands; undefined outside of transactions, and where a transaction is given up. */
function placeOf(text: string, connection: WireConnection): Place | undefined {
  if (text.startsWith('begin')) {
    connection.transaction = text.includes('read only') ? 'reads' : 'writes';
    return connection.transaction === 'reads' ? 'read' : 'begin';
  }
  const { transaction } = connection;
  const isCommit = text.endsWith('commit');
  if (isCommit || text === 'rollback') connection.transaction = undefined;
  if (transaction === 'reads') return isCommit ? undefined : 'read';
  if (transaction === undefined || /^(rollback|savepoint|release)/.test(text)) return undefined;
  return isCommit ? 'commit' : 'statement';
}
