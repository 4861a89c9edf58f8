import type { MigrationList } from '../schema.ts';
import { webhookEndpoints } from './0030-webhook-endpoints.ts';

export const migrations: MigrationList = {
  '0030-webhook-endpoints': webhookEndpoints,
};
