import type { ApiClient, Query } from '#platform/cli/api-client.ts';
import * as shapes from './answers.ts';

export type PullClient = ReturnType<typeof pullClient>;

/** What is asked about pull payments. */
export function pullClient(client: ApiClient) {
  const below = (id: string, path = '') => `/api/pull_pointers/${encodeURIComponent(id)}${path}`;
  return {
    ...client,
    pointers: (query: Query) => client.getPage('/api/pull_pointers', shapes.pointer.array(), query),
    pointer: (id: string) => client.get(below(id), shapes.pointerDetail),
    createPointer: (terms: object) => client.change('POST', '/api/pull_pointers', shapes.pointer, terms),
    pulls: (id: string, query: Query) => client.getPage(below(id, '/pulls'), shapes.pull.array(), query),
    packets: (id: string | undefined, query: Query) =>
      client.getPage(id === undefined ? '/api/pull_packets' : below(id, '/packets'), shapes.packet.array(), query),
    changeState: (id: string, verb: 'pause' | 'resume' | 'cancel', reason: string) =>
      client.change('POST', below(id, `/${verb}`), shapes.pointer, { reason }),
    updateTerms: (id: string, change: object) => client.change('POST', below(id, '/update'), shapes.pointer, change),
    resolvePacket: (id: bigint, outcome: string, reason: string) =>
      client.change('POST', `/api/pull_packets/${id}/resolve`, shapes.packet, { outcome, reason }),
    pushes: (query: Query) => client.getPage('/api/pushes', shapes.push.array(), query),
  };
}
