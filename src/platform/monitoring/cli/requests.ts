import type { ApiClient } from '#platform/cli/api-client.ts';
import * as shapes from './answers.ts';

export type MonitoringClient = ReturnType<typeof monitoringClient>;

/** What is asked about the server's own state. */
export function monitoringClient(client: ApiClient) {
  return {
    ...client,
    health: (): Promise<shapes.ReadinessAnswer> =>
      client.askAnonymously({ method: 'GET', path: '/health/ready' }, shapes.readiness, { accept: [503] }),
  };
}
