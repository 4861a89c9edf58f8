import pg from 'pg';
import type { DatabaseRows, EventRow } from '#test/simulation/simulated-database.ts';
import { chainQuery, DELIVERY, quickQuery, rowsAsText, type Table, THOROUGH_TABLES, type Words } from './row-text.ts';

const WORDS: Words = {
  time: (column) => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`,
  truth: (column) => `${column}::int`,
};
const TEXTS = rowsAsText(WORDS);

/** All rows of a table as one text: those with an id in the order in which they came, the others in any. */
const whole = (table: Table) => `(select string_agg(${TEXTS[table]}, chr(10)${orderOf(table)}) from ${table})`;
const newer = (table: Table, value: number) =>
  `(select string_agg(${TEXTS[table]}, chr(10) order by id) from ${table} where id > $${value})`;

function orderOf(table: Table): string {
  return ['orders', 'settlements', 'payment_uses', 'webhooks', 'audit_log'].includes(table) ? ' order by id' : '';
}

const QUICK = quickQuery({ whole, newer });
const CHAIN = chainQuery(whole);
const THOROUGH = `select ${THOROUGH_TABLES.map(whole).join(', ')}`;

const asItIs = (text: string) => text;
const types = {
  getTypeParser: (type: number) => (type === pg.types.builtins.INT8 ? Number : asItIs),
} as pg.CustomTypesConfig;

/** The tables of PostgreSQL, looked at past the store. */
export class PostgresRows implements DatabaseRows {
  readonly #client: pg.Client;

  private constructor(client: pg.Client) {
    this.#client = client;
  }

  static async open(databaseUrl: string): Promise<PostgresRows> {
    const client = new pg.Client({ connectionString: databaseUrl, types });
    await client.connect();
    return new PostgresRows(client);
  }

  writes(): undefined {
    return undefined;
  }

  async quick(...after: [number, number, number]): Promise<unknown[]> {
    const [row] = await this.#ask('quick', QUICK, after);
    return row ?? [];
  }

  async thorough(): Promise<unknown[]> {
    const [row] = await this.#ask('thorough', THOROUGH, []);
    return row ?? [];
  }

  async table(name: string, text: (words: Words) => string): Promise<string> {
    const rows = await this.#ask(`table ${name}`, `select ${text(WORDS)} from ${name}`, []);
    return rows.map(([row]) => String(row)).join('\n');
  }

  async events(after: number): Promise<EventRow[]> {
    const rows = await this.#ask('events', 'select id, type, subject, payload from events where id > $1 order by id', [
      after,
    ]);
    return rows.map(([id, type, subject, payload]) => ({ id, type, subject, payload }) as EventRow);
  }

  async payments(txids: readonly string[]): Promise<string[]> {
    const text = `select ${TEXTS.payments} from unnest($1::text[]) with ordinality as asked (asked_txid, place)
      join payments on txid = asked_txid order by place`;
    return (await this.#ask('payments', text, [txids])).map(([row]) => String(row));
  }

  async deliveries(): Promise<string[]> {
    return (await this.#ask('deliveries', `select ${DELIVERY} from deliveries`, [])).map(([row]) => String(row));
  }

  async chain(): Promise<unknown[]> {
    const [row] = await this.#ask('chain', CHAIN, []);
    return row ?? [];
  }

  async chainBlocks(): Promise<unknown> {
    const [row] = await this.#ask('chain blocks', `select ${whole('chain_blocks')}`, []);
    return row?.[0];
  }

  async execute(text: string): Promise<void> {
    await this.#client.query(text);
  }

  async close(): Promise<void> {
    await this.#client.end();
  }

  async #ask(name: string, text: string, values: unknown[]): Promise<unknown[][]> {
    const { rows } = await this.#client.query<unknown[]>({ name, text, values, rowMode: 'array' });
    return rows;
  }
}
