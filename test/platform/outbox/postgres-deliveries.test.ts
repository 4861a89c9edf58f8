import {
  type Compilable,
  type CompiledQuery,
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
} from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OpenedStore } from '#platform/database/open.ts';
import { deliveryRepository } from '#platform/outbox/store/deliveries.ts';
import { eventRepository } from '#platform/outbox/store/events.ts';
import type { OutboxTables } from '#platform/outbox/store/tables.ts';
import { newDatabase, type TestDatabase } from '#test/database/database.ts';
import { openStore } from '#test/database/open.ts';
import { NOW } from '#test/test-wallets.ts';

const WAITING = 3_000;

let database: TestDatabase;
let store: OpenedStore;

beforeAll(async () => {
  database = await newDatabase();
  store = await openStore(database.url, { maxConnections: 2 });
  await store.run((tx) =>
    tx.use(eventRepository).append({ type: 'OrderPaid', subject: 'first', payload: '{}', createdAt: NOW }, ['shopify']),
  );
  // From here on PostgreSQL thinks that one waits.
  database.execute('analyze deliveries');
  database.execute(`with paid as (insert into events (type, subject, payload, created_at)
      select 'OrderPaid', 'order ' || n, '{}', timestamptz '${NOW.toISOString()}' from generate_series(1, ${WAITING}) n
      returning id, subject, created_at)
    insert into deliveries (event_id, subscriber, subject, state, attempts, next_attempt_at, updated_at)
      select id, 'shopify', subject, 'pending', 0, created_at, created_at from paid`);
});
afterAll(async () => {
  await store.close();
  await database.release();
});

/** The text of the query by which the repository finds out when the next delivery is due, with its values written in. */
async function queryOfNextDue(): Promise<string> {
  const asked: CompiledQuery[] = [];
  class Recorder extends Kysely<OutboxTables> {
    override async executeQuery<Row>(query: CompiledQuery<Row> | Compilable<Row>) {
      asked.push('compile' in query ? query.compile() : query);
      return { rows: [] };
    }
  }
  const recorder = new Recorder({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (kysely) => new PostgresIntrospector(kysely),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  });
  await deliveryRepository(recorder).nextDueAt(['shopify'], NOW);
  const { sql, parameters } = asked[0] as CompiledQuery;
  return sql.replaceAll(/\$(\d+)/g, (_, number) => {
    const value = parameters[Number(number) - 1];
    return typeof value === 'string' ? `'${value}'` : String(value);
  });
}

describe('many deliveries that wait, where PostgreSQL thinks that there are few', () => {
  it('are not compared with each other', async () => {
    const plan = database.rows(`explain ${await queryOfNextDue()}`).map((line) => String(line['QUERY PLAN']));
    expect(plan.join('\n')).toContain('SubPlan');
    expect(plan.join('\n')).not.toContain('Join');
    const lookup = plan.slice(plan.findIndex((line) => line.includes('SubPlan'))).join('\n');
    expect(lookup).toMatch(/Index Cond: .*subscriber = .*subject = /);
  });

  it('are found, the first of them first', async () => {
    expect(await store.read((tx) => tx.use(deliveryRepository).nextDueAt(['shopify'], NOW))).toEqual(NOW);
    const taken = await store.run((tx) =>
      tx
        .use(deliveryRepository)
        .leaseNext(['shopify'], NOW, { leaseToken: 'a', leasedUntil: new Date(NOW.getTime() + 1000) }),
    );
    expect(taken?.event.subject).toBe('first');
  });
});
