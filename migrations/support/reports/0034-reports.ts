import type { SchemaMigration } from '../../schema.ts';

/** What reports are read by: settlements and money that went out in the order of time, and the rate of a currency at a time. */
export const reports: SchemaMigration = () => ({
  async up(database) {
    const index = (name: string, table: string, columns: string[]) =>
      database.schema.createIndex(name).on(table).columns(columns).execute();
    await index('settlements_by_time', 'settlements', ['created_at', 'id']);
    await index('payout_entries_by_time', 'payout_entries', ['created_at', 'out_id']);
    await index('exchange_rates_by_time', 'exchange_rates', ['currency', 'created_at', 'id']);
  },
});
