import type { MigrationList } from '../schema.ts';
import { people } from './0031-people.ts';

export const migrations: MigrationList = {
  '0031-people': people,
};
