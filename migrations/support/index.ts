import type { MigrationList } from '../schema.ts';
import { console } from './0033-console.ts';

export const migrations: MigrationList = {
  '0033-console': console,
};
