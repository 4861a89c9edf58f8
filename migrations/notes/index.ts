import type { MigrationList } from '../schema.ts';
import { notes } from './0028-notes.ts';

export const migrations: MigrationList = {
  '0028-notes': notes,
};
