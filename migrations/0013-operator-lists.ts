import { sql } from 'kysely';
import type { SchemaMigration } from './schema.ts';

/** What operators ask for: the audit log by who and by what, and the credit of all accounts together. */
export const operatorLists: SchemaMigration = () => ({
  async up(database) {
    const auditLogBy = (column: string) =>
      database.schema.createIndex(`audit_log_by_${column}`).on('audit_log').columns([column, 'id']).execute();
    await auditLogBy('actor');
    await auditLogBy('action');
    // Few accounts have credit left, so that their sum is read from a few pages, however many accounts there are.
    await database.schema
      .createIndex('accounts_with_credit')
      .on('accounts')
      .columns(['total_confirmed', 'total_paid'])
      .where(sql<boolean>`total_confirmed > total_paid`)
      .execute();
  },
});
