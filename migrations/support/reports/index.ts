import type { MigrationList } from '../../schema.ts';
import { reports } from './0034-reports.ts';

export const migrations: MigrationList = {
  '0034-reports': reports,
};
