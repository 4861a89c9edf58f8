import { NOON, ONE, TXID } from '#platform/http/openapi/example-values.ts';
import type { Examples } from '#platform/http/openapi/examples.ts';

export const examples: Examples = {
  'GET /api/chain': {
    answer: {
      state: 'watching',
      height: 145_213,
      node_height: 145_213,
      blocks_behind: 0,
      last_answer_at: NOON,
      seconds_left: null,
      outputs_seen: 98_765,
      payments_found: 12,
      nodes: [{ url: 'http://127.0.0.1:9000', height: 145_213, last_answer_at: NOON, trouble: null }],
    },
  },
  'GET /api/chain/refused': {
    query: { limit: '100' },
    answer: [
      {
        id: 1,
        output_hash: 'b7a0c3f2915e4d6880f1c29d3e4a5b6c7d8e9fa0b1c2d3e4f5061728394a5b6d',
        txid: '11875671662993302800',
        reason: 'wrong_value',
        claimed_amount: 1_000_000_000_000,
        memo: 'order 1001',
        block_height: 145_120,
        block_hash: 'c7a0c3f2915e4d6880f1c29d3e4a5b6c7d8e9fa0b1c2d3e4f5061728394a5b6e',
        found_at: NOON,
      },
    ],
  },
  'GET /api/chain/left': {
    query: { limit: '100' },
    answer: [
      {
        id: 1,
        txid: TXID,
        outcome: 'returned',
        block_height: 145_210,
        block_hash: 'd7a0c3f2915e4d6880f1c29d3e4a5b6c7d8e9fa0b1c2d3e4f5061728394a5b6f',
        left_at: NOON,
        returned_height: 145_212,
        returned_at: ONE,
      },
    ],
  },
};
