import type { ApiClient, Query } from '#platform/cli/api-client.ts';
import * as shapes from './answers.ts';

export type ReportsClient = ReturnType<typeof reportsClient>;

/** What is asked for reports. */
export function reportsClient(client: ApiClient) {
  return {
    ...client,
    orderReport: (query: Query) => client.getPage('/api/reports/orders', shapes.orderReport, query),
    movementReport: (query: Query) => client.getPage('/api/reports/movements', shapes.movementReport, query),
    orderTotals: (query: Query) => client.get('/api/reports/orders/totals', shapes.orderTotals, query),
    movementTotals: (query: Query) => client.get('/api/reports/movements/totals', shapes.movementTotals, query),
  };
}
