import { type ColumnDefinitionBuilder, type RawBuilder, sql } from 'kysely';
import type { MigrationDatabase, SchemaDialect, SchemaMigration } from '../schema.ts';

/**
 * Agreements by which others pull money, their terms as revisions, and the journal of packets. Amounts of an asset may
 * exceed 64 bits, so they are texts of digits. Nothing is deleted; a packet's outcome is written once.
 */
export const pullPayments: SchemaMigration = (schema) => ({
  async up(database) {
    await createIdentity(schema, database);
    await createAgreements(schema, database);
    await createRevisions(schema, database);
    await createTallies(schema, database);
    await createPulls(schema, database);
    await createPackets(schema, database);
    await createPushes(schema, database);
    await createIndexes(database);
    await forbidChanges(schema, database);
  },
});

const notNull = (column: ColumnDefinitionBuilder) => column.notNull();

/** A whole amount without a sign or leading zeros. */
const isAmount = (column: string) =>
  sql<boolean>`trim(${sql.ref(column)}, '0123456789') = '' and ${sql.ref(column)} <> ''
    and (${sql.ref(column)} = '0' or ${sql.ref(column)} not like '0%')`;

async function createIdentity(schema: SchemaDialect, database: MigrationDatabase): Promise<void> {
  await schema
    .createTable(database, 'pull_identity')
    .addColumn('id', schema.integer, (column) => column.primaryKey().notNull().check(sql`id = 1`))
    .addColumn('seed', schema.text, notNull)
    .addColumn('btp_token', schema.text, notNull)
    .addColumn('created_at', schema.time, notNull)
    .execute();
}

async function createAgreements(schema: SchemaDialect, database: MigrationDatabase): Promise<void> {
  await schema
    .createTable(database, 'pull_agreements')
    .addColumn('id', schema.integer, schema.identity)
    .addColumn('agreement_id', schema.text, (column) => column.notNull().unique())
    .addColumn('token_hash', schema.text, (column) => column.notNull().unique())
    .addColumn('token', schema.text)
    .addColumn('source', schema.text, (column) => column.notNull().check(sql`source in ('online', 'token')`))
    .addColumn('state', schema.text, (column) =>
      column.notNull().check(sql`state in ('active', 'paused', 'cancelled')`),
    )
    .addColumn('revision', schema.integer, notNull)
    .addColumn('asset_code', schema.text, notNull)
    .addColumn('reference', schema.text)
    .addColumn('description', schema.text)
    .addColumn('webhook', schema.text)
    .addColumn('total', schema.text, notNull)
    .addColumn('cycle', schema.integer, (column) => column.notNull().check(sql`cycle > 0`))
    .addColumn('total_before', schema.text, notNull)
    .addColumn('bookings', schema.integer, notNull)
    .addColumn('created_at', schema.time, notNull)
    .addColumn('updated_at', schema.time, notNull)
    .addCheckConstraint('pull_agreements_total', isAmount('total'))
    .addCheckConstraint('pull_agreements_total_before', isAmount('total_before'))
    .execute();
}

async function createRevisions(schema: SchemaDialect, database: MigrationDatabase): Promise<void> {
  await schema
    .createTable(database, 'pull_revisions')
    .addColumn('agreement_id', schema.text, (column) => column.notNull().references('pull_agreements.agreement_id'))
    .addColumn('revision', schema.integer, notNull)
    .addColumn('amount', schema.text, notNull)
    .addColumn('asset_code', schema.text, notNull)
    .addColumn('asset_scale', schema.integer, notNull)
    .addColumn('start_at', schema.time, notNull)
    .addColumn('expiry_at', schema.time)
    .addColumn('interval_length', schema.text, notNull)
    .addColumn('cycles', schema.integer, notNull)
    .addColumn('cap', schema.integer, (column) => column.notNull().check(sql`cap in (0, 1)`))
    .addColumn('max_pull', schema.text)
    .addColumn('anchor_at', schema.time, notNull)
    .addColumn('skipped', schema.integer, notNull)
    .addColumn('granted_before', schema.text, notNull)
    .addColumn('carried_total', schema.text, notNull)
    .addColumn('carried_interval', schema.text, notNull)
    .addColumn('first_cycle', schema.integer, notNull)
    // Units of the new asset for one of the revision before.
    .addColumn('converted_units', schema.text, notNull)
    .addColumn('converted_per', schema.text, notNull)
    .addColumn('actor', schema.text)
    .addColumn('reason', schema.text)
    .addColumn('created_at', schema.time, notNull)
    .addPrimaryKeyConstraint('pull_revisions_of_agreement', ['agreement_id', 'revision'])
    .addCheckConstraint('pull_revisions_amount', sql`${isAmount('amount')} and amount <> '0'`)
    .addCheckConstraint('pull_revisions_carried_total', isAmount('carried_total'))
    .addCheckConstraint('pull_revisions_carried_interval', isAmount('carried_interval'))
    .execute();
}

/** What was sent at one rate within one revision, in units of the uplink. */
async function createTallies(schema: SchemaDialect, database: MigrationDatabase): Promise<void> {
  await schema
    .createTable(database, 'pull_tallies')
    .addColumn('agreement_id', schema.text, (column) => column.notNull().references('pull_agreements.agreement_id'))
    .addColumn('revision', schema.integer, notNull)
    .addColumn('number', schema.integer, notNull)
    .addColumn('asset_code', schema.text, notNull)
    .addColumn('asset_scale', schema.integer, notNull)
    .addColumn('rate_units', schema.text, notNull)
    .addColumn('rate_per', schema.text, notNull)
    .addColumn('units', schema.text, notNull)
    .addColumn('held', schema.text, notNull)
    .addPrimaryKeyConstraint('pull_tallies_of_revision', ['agreement_id', 'revision', 'number'])
    .addCheckConstraint('pull_tallies_units', isAmount('units'))
    .addCheckConstraint('pull_tallies_held', isAmount('held'))
    .execute();
}

async function createPulls(schema: SchemaDialect, database: MigrationDatabase): Promise<void> {
  await schema
    .createTable(database, 'pulls')
    .addColumn('id', schema.integer, schema.identity)
    .addColumn('pull_id', schema.text, (column) => column.notNull().unique())
    .addColumn('agreement_id', schema.text, (column) => column.notNull().references('pull_agreements.agreement_id'))
    .addColumn('asset_code', schema.text, notNull)
    .addColumn('asset_scale', schema.integer, notNull)
    .addColumn('revision', schema.integer, notNull)
    .addColumn('tally', schema.integer, notNull)
    .addColumn('sent', schema.text, notNull)
    .addColumn('held', schema.text, notNull)
    .addColumn('debit', schema.text, notNull)
    .addColumn('is_told', schema.integer, (column) => column.notNull().check(sql`is_told in (0, 1)`))
    .addColumn('started_at', schema.time, notNull)
    .addColumn('updated_at', schema.time, notNull)
    .addColumn('ended_at', schema.time)
    .addCheckConstraint('pulls_sent', isAmount('sent'))
    .addCheckConstraint('pulls_held', isAmount('held'))
    .addCheckConstraint('pulls_debit', isAmount('debit'))
    .execute();
}

async function createPackets(schema: SchemaDialect, database: MigrationDatabase): Promise<void> {
  await schema
    .createTable(database, 'pull_packets')
    .addColumn('id', schema.integer, schema.identity)
    .addColumn('agreement_id', schema.text, (column) => column.notNull().references('pull_agreements.agreement_id'))
    .addColumn('pull_id', schema.text, (column) => column.notNull().references('pulls.pull_id'))
    .addColumn('packet', schema.integer, notNull)
    .addColumn('amount', schema.text, notNull)
    .addColumn('tally', schema.integer, notNull)
    .addColumn('cycle', schema.integer, notNull)
    .addColumn('state', schema.text, (column) =>
      column.notNull().check(sql`state in ('sent', 'fulfilled', 'rejected', 'unknown')`),
    )
    .addColumn('debit', schema.text, notNull)
    // Where the debit was entered: its number among those of the agreement, the revision and its interval.
    .addColumn('booking', schema.integer)
    .addColumn('booked_revision', schema.integer)
    .addColumn('booked_cycle', schema.integer)
    .addColumn('reject_code', schema.text)
    .addColumn('fulfillment', schema.text)
    .addColumn('expires_at', schema.time, notNull)
    .addColumn('sent_at', schema.time, notNull)
    .addColumn('settled_at', schema.time)
    .addColumn('resolved_by', schema.text)
    .addUniqueConstraint('pull_packets_once', ['pull_id', 'packet'])
    .addCheckConstraint('pull_packets_amount', sql`${isAmount('amount')} and amount <> '0'`)
    .addCheckConstraint('pull_packets_debit', sql`${isAmount('debit')} and (debit = '0' or state = 'fulfilled')`)
    .addCheckConstraint(
      'pull_packets_booked',
      sql`(state = 'fulfilled') = (booking is not null and booked_revision is not null and booked_cycle is not null)`,
    )
    .addCheckConstraint('pull_packets_settled', sql`(state in ('fulfilled', 'rejected')) = (settled_at is not null)`)
    .execute();
}

async function createPushes(schema: SchemaDialect, database: MigrationDatabase): Promise<void> {
  await schema
    .createTable(database, 'pushes')
    .addColumn('id', schema.integer, schema.identity)
    .addColumn('push_id', schema.text, (column) => column.notNull().unique())
    .addColumn('asset_code', schema.text, notNull)
    .addColumn('asset_scale', schema.integer, notNull)
    .addColumn('amount', schema.text, notNull)
    .addColumn('packets', schema.integer, notNull)
    .addColumn('started_at', schema.time, notNull)
    .addColumn('updated_at', schema.time, notNull)
    .addCheckConstraint('pushes_amount', isAmount('amount'))
    .execute();
  await schema
    .createTable(database, 'push_packets')
    .addColumn('push_id', schema.text, (column) => column.notNull().references('pushes.push_id'))
    .addColumn('packet', schema.integer, notNull)
    .addColumn('amount', schema.text, notNull)
    .addColumn('received_at', schema.time, notNull)
    .addPrimaryKeyConstraint('push_packets_once', ['push_id', 'packet'])
    .addCheckConstraint('push_packets_amount', sql`${isAmount('amount')} and amount <> '0'`)
    .execute();
}

async function createIndexes(database: MigrationDatabase): Promise<void> {
  const indexes: readonly [name: string, table: string, columns: string[], state?: string][] = [
    ['pulls_by_agreement', 'pulls', ['agreement_id', 'id']],
    ['pull_packets_by_agreement', 'pull_packets', ['agreement_id', 'id']],
    ['pull_packets_sent', 'pull_packets', ['agreement_id', 'pull_id'], 'sent'],
    ['pull_packets_unknown', 'pull_packets', ['agreement_id', 'id'], 'unknown'],
  ];
  for (const [name, table, columns, state] of indexes) {
    const index = database.schema.createIndex(name).on(table).columns(columns);
    await (state === undefined ? index : index.where('state', '=', state)).execute();
  }
  // With a rate that moves, an agreement has a tally for each rate at which something was sent.
  await database.schema
    .createIndex('pull_tallies_by_rate')
    .unique()
    .on('pull_tallies')
    .columns(['agreement_id', 'revision', 'asset_code', 'asset_scale', 'rate_units', 'rate_per'])
    .execute();
  await database.schema
    .createIndex('pull_tallies_holding')
    .on('pull_tallies')
    .columns(['agreement_id', 'revision'])
    .where(sql.ref('held'), '<>', '0')
    .execute();
  await database.schema
    .createIndex('pull_packets_booked')
    .unique()
    .on('pull_packets')
    .columns(['agreement_id', 'booking'])
    .where(sql.ref('booking'), 'is not', null)
    .execute();
  await database.schema
    .createIndex('pulls_open')
    .on('pulls')
    .columns(['updated_at'])
    .where(sql.ref('ended_at'), 'is', null)
    .execute();
  await database.schema
    .createIndex('pull_agreements_by_reference')
    .on('pull_agreements')
    .columns(['reference', 'id'])
    .where(sql.ref('reference'), 'is not', null)
    .execute();
}

async function forbidChanges(schema: SchemaDialect, database: MigrationDatabase): Promise<void> {
  const kept = ['pull_identity', 'pull_agreements', 'pull_revisions', 'pull_tallies', 'pulls', 'pull_packets'];
  for (const table of [...kept, 'pushes', 'push_packets']) await schema.forbid(database, table, 'delete');
  for (const table of ['pull_identity', 'pull_revisions', 'push_packets']) {
    await schema.forbid(database, table, 'update');
  }
  await schema.forbid(database, 'pull_agreements', 'update', undefined, agreementsKeep());
  await schema.forbid(
    database,
    'pull_tallies',
    'update',
    undefined,
    same('agreement_id', 'revision', 'number', 'asset_code', 'asset_scale', 'rate_units', 'rate_per'),
  );
  await schema.forbid(
    database,
    'pulls',
    'update',
    undefined,
    sql`${same('id', 'pull_id', 'agreement_id', 'asset_code', 'asset_scale', 'revision', 'tally', 'started_at')}
      and ${grows('sent')} and ${grows('debit')} and old.is_told <= new.is_told`,
  );
  const ofPacket = ['id', 'agreement_id', 'pull_id', 'packet', 'amount', 'tally', 'cycle', 'expires_at', 'sent_at'];
  await schema.forbid(
    database,
    'pull_packets',
    'update',
    undefined,
    sql`old.state in ('sent', 'unknown') and new.state <> 'sent' and ${same(...ofPacket)}`,
  );
  await schema.forbid(
    database,
    'pushes',
    'update',
    undefined,
    sql`${same('id', 'push_id', 'asset_code', 'asset_scale', 'started_at')} and ${grows('amount')}`,
  );
}

/** What was pulled never shrinks within a revision, and a cancelled agreement stays so. */
function agreementsKeep(): RawBuilder<boolean> {
  return sql`${same('id', 'agreement_id', 'token_hash', 'source', 'created_at')}
    and ${sql.join(
      ['token', 'reference', 'description', 'webhook'].map(
        (column) => sql`coalesce(old.${sql.ref(column)}, '') = coalesce(new.${sql.ref(column)}, '')`,
      ),
      sql` and `,
    )}
    and (old.state <> 'cancelled' or new.state = 'cancelled')
    and (new.revision > old.revision or (new.revision = old.revision and ${grows('total')} and new.cycle >= old.cycle))`;
}

function same(...columns: string[]): RawBuilder<boolean> {
  return sql`(${sql.join(
    columns.map((column) => sql`old.${sql.ref(column)} = new.${sql.ref(column)}`),
    sql` and `,
  )})`;
}

/** Amounts without leading zeros are larger if they are longer, or come later in the order of texts. */
function grows(column: string): RawBuilder<boolean> {
  const [before, after] = [sql`old.${sql.ref(column)}`, sql`new.${sql.ref(column)}`];
  return sql`(length(${after}) > length(${before}) or (length(${after}) = length(${before}) and ${after} >= ${before}))`;
}
