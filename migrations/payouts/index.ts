import type { MigrationList } from '../schema.ts';
import { payouts } from './0032-payouts.ts';

export const migrations: MigrationList = {
  '0032-payouts': payouts,
};
