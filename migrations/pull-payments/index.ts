import type { MigrationList } from '../schema.ts';
import { pullPayments } from './0029-pull-payments.ts';

export const migrations: MigrationList = {
  '0029-pull-payments': pullPayments,
};
