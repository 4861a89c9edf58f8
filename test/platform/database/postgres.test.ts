import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { customerRepository } from '#engine/store/customers.ts';
import { orderRepository } from '#engine/store/orders.ts';
import { auditLogRepository } from '#platform/audit-log/store/audit-log.ts';
import { StoreBrokenError, StoreUnavailableError } from '#platform/database/errors.ts';
import type { ConnectionOptions, OpenedStore } from '#platform/database/open.ts';
import { PostgresSession } from '#platform/database/postgres/session.ts';
import { postgresWriter } from '#platform/database/postgres/writer.ts';
import type { Transaction } from '#platform/database/store.ts';
import { eventRepository } from '#platform/outbox/store/events.ts';
import type { StoredEvent } from '#platform/outbox/stored-event.ts';
import { databaseUrlOf, newDatabase, type TestDatabase } from '#test/database/database.ts';
import { openReader, openStore } from '#test/database/open.ts';
import { TestPostgres } from '#test/database/postgres-server.ts';
import { aNewOrder, NOW } from '#test/test-wallets.ts';

let database: TestDatabase;
let store: OpenedStore;
let opened: OpenedStore[] = [];

/** Another instance of the server, as far as the database knows. */
async function open(options: Partial<ConnectionOptions> = {}, url = database.url): Promise<OpenedStore> {
  const another = await openStore(url, { maxConnections: 5, random: () => 0.1, ...options });
  opened.push(another);
  return another;
}

beforeEach(async () => {
  database = await newDatabase();
  store = await open();
  await store.run((tx) => tx.use(customerRepository).ensure('c1', NOW));
});
afterEach(async () => {
  for (const each of opened) await each.close();
  opened = [];
  await database.release();
});

const currentOf = (from: OpenedStore) =>
  from.read(async (tx) => (await tx.use(customerRepository).totals('c1'))?.current);
const addOne = (tx: Transaction) => tx.use(customerRepository).add('c1', { current: 1n }, NOW);
const append = (tx: Transaction, subject: string) =>
  tx.use(eventRepository).append({ type: 'NewOrder', subject, payload: '{}', createdAt: NOW }, []);
const subjectsOf = (events: readonly StoredEvent[]) => events.map((event) => event.subject);
const eventsOf = async (from: OpenedStore) =>
  subjectsOf(await from.read((tx) => tx.use(eventRepository).after(0n, 100)));

/** Ends every connection to the database, as a restart of PostgreSQL or a broken network does. */
const cutAllConnections = () =>
  database.rows(`select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()`);

/** A promise and what settles it. */
function gate() {
  let pass: () => void = () => undefined;
  const passed = new Promise<void>((resolve) => {
    pass = resolve;
  });
  return { pass, passed };
}

describe('works that meet each other', () => {
  it('are all done, each once, from several instances', async () => {
    const other = await open();
    const works = Array.from({ length: 60 }, (_, index) => (index % 2 === 0 ? store : other).run(addOne));
    await Promise.all(works);
    expect(await currentOf(store)).toBe(60n);
  });

  it('do not both decide by what they both read', async () => {
    const decide = (orderId: string) =>
      store.run(async (tx) => {
        const isFirst = (await tx.use(customerRepository).totals('c1'))?.current === 0n;
        if (isFirst) {
          await tx.use(orderRepository).insert(aNewOrder({ orderId }));
          await addOne(tx);
        }
        return isFirst;
      });
    const outcomes = await Promise.all([decide('1'), decide('2'), decide('3'), decide('4')]);
    expect(outcomes.filter((isFirst) => isFirst)).toHaveLength(1);
  });

  it('find what another one entered under the same key at the same moment', async () => {
    const enter = () =>
      store.run(async (tx) => {
        if ((await tx.use(orderRepository).find('same')) !== undefined) return 'known';
        await tx.use(orderRepository).insert(aNewOrder({ orderId: 'same' }));
        return 'entered';
      });
    const outcomes = await Promise.all([enter(), enter(), enter(), enter(), enter()]);
    expect(outcomes.sort()).toEqual(['entered', 'known', 'known', 'known', 'known']);
  });

  it('are run again from the start, and given up with 503 in mind when they meet others each time', async () => {
    let runs = 0;
    const unlucky = store.run(async (tx) => {
      runs += 1;
      await tx.use(customerRepository).totals('c1');
      // Somebody who does not take his turn.
      database.rows(`update customers set total_current = total_current + 1 where customer_id = 'c1'`);
      await addOne(tx);
      await append(tx, 'never');
    });
    await expect(unlucky).rejects.toThrow(StoreUnavailableError);
    expect(runs).toBe(16);
    expect(await currentOf(store)).toBe(16n);
    expect(await eventsOf(store)).toEqual([]);
  });

  it('see all that those before them kept, in whatever instance', async () => {
    const instances = [store, await open(), await open()];
    const totals = await Promise.all(
      Array.from({ length: 90 }, (_, index) =>
        (instances[index % 3] as OpenedStore).run(async (tx) => {
          await addOne(tx);
          return (await tx.use(customerRepository).totals('c1'))?.current;
        }),
      ),
    );
    const each = Array.from({ length: 90 }, (_, index) => BigInt(index + 1));
    expect(totals.sort((one, other) => Number(one) - Number(other))).toEqual(each);
  });

  it('fail alone, whatever others of their group do', async () => {
    const outcomes = await Promise.allSettled([
      store.run(addOne),
      store.run((tx) => tx.use(orderRepository).insert(aNewOrder({ orderId: '1', customerId: 'nobody' }))),
      store.run(async (tx) => {
        await addOne(tx);
        throw new Error('changed my mind');
      }),
      store.run((tx) => tx.use(orderRepository).insert(aNewOrder({ orderId: '2' }))),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
    expect(await currentOf(store)).toBe(1n);
    expect(database.rows('select order_id from orders')).toEqual([{ order_id: '2' }]);
  });
});

describe('a work whose own error is caught inside it', () => {
  it('is kept whole or not at all: after an error of the database nothing of it is', async () => {
    const work = store.run(async (tx) => {
      await addOne(tx);
      await tx
        .use(orderRepository)
        .insert(aNewOrder({ orderId: '1', customerId: 'nobody' }))
        .catch(() => undefined);
    });
    await expect(work).rejects.toThrow(/foreign key/);
    expect(await currentOf(store)).toBe(0n);
  });
});

describe('events', () => {
  it('get ids that rise with their commits: who comes later waits for who has events in hand', async () => {
    const slow = gate();
    const begun = gate();
    const first = store.run(async (tx) => {
      await append(tx, 'first');
      begun.pass();
      await slow.passed;
    });
    await begun.passed;
    const other = await open();
    const second = other.run((tx) => append(tx, 'second'));
    const early = await Promise.race([second, new Promise((resolve) => setTimeout(resolve, 200, 'waits'))]);
    expect(early).toBe('waits');
    expect(await eventsOf(other)).toEqual([]);
    slow.pass();
    await Promise.all([first, second]);
    expect(await eventsOf(other)).toEqual(['first', 'second']);
  });

  it('are read without those that were not kept', async () => {
    await expect(
      store.run(async (tx) => {
        await append(tx, 'lost');
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    await store.run((tx) => append(tx, 'kept'));
    expect(await eventsOf(store)).toEqual(['kept']);
  });

  it('are missed by nobody who goes on from the last one read, while many append from several instances', async () => {
    const instances = [store, await open(), await open()];
    const appended: Promise<unknown>[] = [];
    for (let index = 0; index < 150; index += 1) {
      const instance = instances[index % 3] as OpenedStore;
      const work = instance.run(async (tx) => {
        await append(tx, `e${index}`);
        if (index % 7 === 0) throw new Error('rolled back');
        if (index % 5 === 0) await new Promise((resolve) => setTimeout(resolve, 3));
      });
      appended.push(work.catch(() => undefined));
    }
    let isOver = false;
    const all = Promise.all(appended).then(() => {
      isOver = true;
    });
    const seen: StoredEvent[] = [];
    const reader = await open();
    for (;;) {
      const wasOver = isOver;
      const page = await reader.read((tx) => tx.use(eventRepository).after(seen.at(-1)?.id ?? 0n, 10));
      seen.push(...page);
      if (wasOver && page.length === 0) break;
    }
    await all;
    expect(seen.length).toBe(150 - Math.ceil(150 / 7));
    const kept = database.rows('select id from events order by id');
    expect(seen.map((event) => event.id)).toEqual(kept.map((row) => row.id));
  });

  it('are heard on every instance, each once, in the order of their ids', async () => {
    const instances = [store, await open(), await open()];
    const heard = instances.map((instance) => {
      const ids: bigint[] = [];
      instance.onCommitted((events) => ids.push(...events.map((event) => event.id)));
      return ids;
    });
    const works = Array.from({ length: 90 }, (_, index) =>
      (instances[index % 3] as OpenedStore).run(async (tx) => {
        await append(tx, `e${index}`);
        if (index % 9 === 0) throw new Error('rolled back');
      }),
    );
    await Promise.allSettled(works);
    const kept = database.rows('select id from events order by id').map((row) => row.id);
    expect(kept).toHaveLength(80);
    await vi.waitFor(() => expect(heard).toEqual([kept, kept, kept]), { timeout: 5_000 });
  });

  it('are heard after the connections broke, those of meanwhile included', async () => {
    const heard: string[] = [];
    const other = await open();
    other.onCommitted((events) => heard.push(...subjectsOf(events)));
    await store.run((tx) => append(tx, 'before'));
    await vi.waitFor(() => expect(heard).toEqual(['before']), { timeout: 5_000 });
    cutAllConnections();
    await store.run((tx) => append(tx, 'meanwhile'));
    await vi.waitFor(() => expect(heard).toEqual(['before', 'meanwhile']), { timeout: 8_000 });
    await new Promise((resolve) => setTimeout(resolve, 300));
    cutAllConnections();
    await new Promise((resolve) => setTimeout(resolve, 700));
    await store.run((tx) => append(tx, 'after'));
    await vi.waitFor(() => expect(heard).toEqual(['before', 'meanwhile', 'after']), { timeout: 8_000 });
  });

  it('that an instance commits just before it ends are told to its listeners', async () => {
    const heard: string[] = [];
    const other = await open();
    other.onCommitted((events) => heard.push(...subjectsOf(events)));
    await Promise.all([other.run((tx) => append(tx, 'last')), other.close()]);
    expect(heard).toEqual(['last']);
  });
});

describe('a connection that breaks', () => {
  it('in the middle of a work has it run again', async () => {
    let runs = 0;
    await store.run(async (tx) => {
      runs += 1;
      await addOne(tx);
      if (runs === 1) cutAllConnections();
      await append(tx, 'once');
    });
    expect(runs).toBe(2);
    expect(await currentOf(store)).toBe(1n);
    expect(await eventsOf(store)).toEqual(['once']);
  });

  it('while nobody uses it harms nobody', async () => {
    await Promise.all(Array.from({ length: 5 }, () => currentOf(store)));
    cutAllConnections();
    expect(await Promise.all(Array.from({ length: 5 }, () => currentOf(store)))).toEqual(Array(5).fill(0n));
  });

  it('at a commit is answered as unavailable, and the work is not run again: nobody knows whether it was kept', async () => {
    database.execute(`create function die() returns trigger language plpgsql as
      $$ begin perform pg_terminate_backend(pg_backend_pid()); return null; end $$`);
    database.execute(`create constraint trigger die_at_commit after insert on orders
      deferrable initially deferred for each row execute function die()`);
    let runs = 0;
    const work = store.run(async (tx) => {
      runs += 1;
      await tx.use(orderRepository).insert(aNewOrder({ orderId: '1' }));
    });
    await expect(work).rejects.toThrow('it is unknown whether the commit was made');
    await expect(work).rejects.toBeInstanceOf(StoreUnavailableError);
    expect(runs).toBe(1);
    expect(await currentOf(store)).toBe(0n);
  });
});

describe('a newer version beside this one', () => {
  it('may add to a table while this one works with it', async () => {
    const find = (tx: Transaction) => tx.use(orderRepository).find('1');
    await store.run((tx) => tx.use(orderRepository).insert(aNewOrder({ orderId: '1' })));
    await Promise.all(Array.from({ length: 5 }, () => store.read(find)));
    await store.run(find);
    database.execute('alter table orders add column of_the_future text');
    expect(
      (await Promise.all(Array.from({ length: 5 }, () => store.read(find)))).map((order) => order?.orderId),
    ).toEqual(Array(5).fill('1'));
    const found = await store.run(async (tx) => {
      await addOne(tx);
      return find(tx);
    });
    expect(found?.orderId).toBe('1');
    expect(await currentOf(store)).toBe(1n);
  });
});

describe('a transaction that takes too long', () => {
  it('is given up where a query takes longer than it may', async () => {
    const hasty = await open({ statementTimeoutMs: 200 });
    const unlock = database.lock();
    await expect(hasty.run(addOne)).rejects.toThrow(StoreUnavailableError);
    unlock();
    await hasty.run(addOne);
    expect(await currentOf(store)).toBe(1n);
  });

  it('is given up by the database where nothing comes for too long, so that others go on', async () => {
    const hanging = await open({ idleTransactionTimeoutMs: 200 });
    let runs = 0;
    await hanging.run(async (tx) => {
      runs += 1;
      await addOne(tx);
      if (runs === 1) await new Promise((resolve) => setTimeout(resolve, 600));
      await addOne(tx);
    });
    expect(runs).toBe(2);
    expect(await currentOf(store)).toBe(2n);
  });
});

describe('an instance that hangs in its turn', () => {
  it('has the works of others refused in time for a shop, and their reads go on', async () => {
    const hanging = await open();
    const begun = gate();
    const goesOn = gate();
    const hung = hanging.run(async (tx) => {
      begun.pass();
      await goesOn.passed;
      await addOne(tx);
    });
    await begun.passed;
    const startedAt = performance.now();
    const first = expect(store.run(addOne)).rejects.toThrow(StoreUnavailableError);
    await sleep(100);
    const whileThatWaits = expect(store.run(addOne)).rejects.toThrow(StoreUnavailableError);
    expect(await currentOf(store)).toBe(0n);
    await Promise.all([first, whileThatWaits]);
    // It is 4 s, and more only where the machine has much else to do; the database would end the hung one after 10 s.
    expect(performance.now() - startedAt).toBeLessThan(8_000);
    goesOn.pass();
    await hung;
    await store.run(addOne);
    expect(await currentOf(store)).toBe(2n);
  });

  it('would not be one that has much to do: its turns end after half a second, and others have theirs between', async () => {
    const busy = await open();
    const done: string[] = [];
    const slowly = async (tx: Transaction) => {
      await sleep(60);
      await addOne(tx);
    };
    const many = Array.from({ length: 16 }, () => busy.run(slowly).then(() => done.push('busy')));
    await sleep(100);
    await store.run(addOne);
    done.push('other');
    await Promise.all(many);
    expect(done.indexOf('other')).toBeLessThan(16);
    expect(await currentOf(store)).toBe(17n);
  });

  it('is waited for that long alone: for other locks works wait as long as for any query', async () => {
    const pool = new pg.Pool({ connectionString: database.url, max: 1 });
    const client = await pool.connect();
    const { connection } = postgresWriter(async () => new PostgresSession(client));
    await connection.begin();
    expect((await client.query('show lock_timeout')).rows).toEqual([{ lock_timeout: '0' }]);
    await connection.rollback();
    await pool.end();
  });
});

describe('a restart of PostgreSQL', () => {
  it('is answered as unavailable, and healed by itself', { timeout: 60_000 }, async () => {
    const server = await TestPostgres.start({ isDurable: true });
    try {
      const own = await open({}, server.url);
      const heard: string[] = [];
      own.onCommitted((events) => heard.push(...subjectsOf(events)));
      await own.run((tx) => append(tx, 'before'));
      await server.stop('SIGQUIT');
      await expect(own.run((tx) => append(tx, 'lost'))).rejects.toThrow(StoreUnavailableError);
      await expect(eventsOf(own)).rejects.toThrow("The database can't be reached");
      await server.startAgain();
      await own.run((tx) => append(tx, 'after'));
      expect(await eventsOf(own)).toEqual(['before', 'after']);
      await vi.waitFor(() => expect(heard).toEqual(['before', 'after']), { timeout: 8_000 });
      await own.close();
      opened = opened.filter((each) => each !== own);
    } finally {
      await server.remove();
    }
  });
});

describe('opening', () => {
  it('an empty database from several instances at once has one of them migrate it', async () => {
    database.execute('drop schema public cascade');
    database.execute('create schema public');
    const instances = await Promise.all([open(), open(), open()]);
    const applied = instances.map(({ appliedMigrations }) => appliedMigrations.length).sort((a, b) => a - b);
    expect(applied.slice(0, 2)).toEqual([0, 0]);
    expect(applied[2]).toBeGreaterThan(10);
  });

  it('a database of a newer version is refused', async () => {
    database.execute(`insert into kysely_migration values ('9999-of-the-future', '2030-01-01')`);
    await expect(open()).rejects.toThrow(StoreBrokenError);
  });

  it('what is not there says so', async () => {
    await expect(open({}, databaseUrlOf(database.url, 'nothing_here'))).rejects.toThrow(StoreBrokenError);
    const unreachable = new URL(database.url);
    unreachable.port = '1';
    await expect(open({}, unreachable.href)).rejects.toThrow(StoreUnavailableError);
    await expect(open({}, `${database.url}?sslmode=require`)).rejects.toThrow(/SSL/);
  });

  it('a reader beside servers writes nothing', async () => {
    const reader = await openReader(database.url);
    expect(await reader.read(async (tx) => (await tx.use(customerRepository).totals('c1'))?.current)).toBe(0n);
    await expect(reader.read(addOne)).rejects.toThrow(/read-only/);
    await reader.close();
  });
});

describe('orders that changed at the same moment', () => {
  it('expire the oldest first, wherever their rows are', async () => {
    await store.run(async (tx) => {
      for (const orderId of ['1', '2', '3']) await tx.use(orderRepository).insert(aNewOrder({ orderId }));
    });
    database.rows(`update orders set memo = 'moved' where order_id = '1'`);
    const due = await store.read((tx) =>
      tx.use(orderRepository).unchangedSince('Unclaimed', new Date(NOW.getTime() + 60_000), 10),
    );
    expect(due.map(({ orderId }) => orderId)).toEqual(['1', '2', '3']);
  });
});

describe('values', () => {
  it('come back as they were: amounts, times near and far, JSON', async () => {
    const times = ['0001-01-01T00:00:00.000Z', '1969-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'];
    await store.run(async (tx) => {
      for (const [index, time] of times.entries()) {
        const totalPrice = (2n ** 63n - 1n - BigInt(index)) as never;
        await tx
          .use(orderRepository)
          .insert(aNewOrder({ orderId: `o${index}`, totalPrice, createdAt: new Date(time) }));
      }
      await tx
        .use(auditLogRepository)
        .append(
          { actor: 'a', action: 'b', subject: 'c', reason: null, before: '{"amount":9007199254740993}', after: null },
          NOW,
        );
    });
    const orders = await store.read((tx) => tx.use(orderRepository).page(0n, 10));
    expect(orders.map((order) => order.createdAt.toISOString())).toEqual(times);
    expect(orders.map((order) => order.totalPrice)).toEqual([2n ** 63n - 1n, 2n ** 63n - 2n, 2n ** 63n - 3n]);
    const [line] = await store.read((tx) => tx.use(auditLogRepository).search({}, 0n, 1));
    expect(line).toMatchObject({ before: '{"amount": 9007199254740993}', after: null, createdAt: NOW });
  });

  it('are sorted by their bytes, whatever the language of the database', async () => {
    const ids = ['Zebra', 'apple', 'Äpfel', 'a b', 'a-b', 'ab', '😀', '~'];
    await store.run(async (tx) => {
      for (const id of ids) await tx.use(customerRepository).ensure(id, NOW);
    });
    const bytewise = ['c1', ...ids].sort((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)));
    expect(await store.read((tx) => tx.use(customerRepository).ids('', 0, 100))).toEqual(bytewise);
    expect(await store.read((tx) => tx.use(customerRepository).ids('a', 0, 100))).toEqual(
      bytewise.filter((id) => id > 'a'),
    );
  });

  it('of others who use the same library are read as before', () => {
    expect(pg.types.getTypeParser(pg.types.builtins.INT8)('5')).toBe('5');
  });
});

describe('the tables', () => {
  it.each(['orders', 'payments', 'settlements', 'events', 'audit_log', 'accounts'])(
    'keep %s from being truncated',
    (table) => {
      expect(() => database.execute(`truncate ${table} cascade`)).toThrow(/rows of .* are kept: delete refused/);
    },
  );
});

describe('a database that is replaced beneath a server', () => {
  it.each([
    ['by another', `update database_identity set stamp = 'another'`],
    ['by an older backup', `update database_identity set commits = '00000000000000000000'`],
  ])('%s is noticed by its next commit, and then by everything', async (_, statement) => {
    const watching = await open({ noticeReplacement: true });
    await watching.run(addOne);
    await watching.read((tx) => tx.use(eventRepository).lastId());
    database.execute(statement);
    await expect(watching.run(addOne)).rejects.toThrow(/replaced.*while the server was running/);
    await expect(watching.run((tx) => tx.use(eventRepository).lastId())).rejects.toThrow(StoreUnavailableError);
    await expect(watching.read((tx) => tx.use(eventRepository).lastId())).rejects.toThrow(StoreUnavailableError);
    const restarted = await open({ noticeReplacement: true });
    await restarted.run(addOne);
  });

  it('is not suspected where several servers write to it', async () => {
    const servers = await Promise.all([open({ noticeReplacement: true }), open({ noticeReplacement: true }), open()]);
    for (let round = 0; round < 5; round += 1) await Promise.all(servers.map((server) => server.run(addOne)));
    await expect(servers[0].run(addOne)).resolves.toBeUndefined();
  });
});
