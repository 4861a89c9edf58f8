import { BY_CUSTOMER_ADDRESS, CUSTOMER, HOT_WALLET } from '#platform/http/openapi/example-values.ts';
import type { Examples } from '#platform/http/openapi/examples.ts';

export const examples: Examples = {
  'POST /api/wallets': { body: { address: HOT_WALLET, ip_address: '127.0.0.1' } },
  'GET /api/wallets': { answer: [{ address: HOT_WALLET, ip_address: '127.0.0.1', last_nonce: 1_795_266_000_001 }] },
  'POST /auth': {
    headers: {
      tpg_auth_token:
        'eyJhbGciOiJSaXN0cmV0dG8yNTYiLCJ0eXAiOiJKV1QifQ.eyJhZGRyZXNzIjoiMTRzOXZEVHdyd2VadldFZ1E5Z05oWFhQWDY4RFBYU1NBSE5GV1lFUGk1SnNCUVkiLCJub25jZSI6MTc5NTI2NjAwMDAwMCwiZGVzaXJlZF9yb2xlcyI6WyJ1c2VyIl19.2K3WwRanu4GsWvK22CDORsK8fI5O6tLGCle8azAcLgQUTM_AVNjS4dVWw-m7Fu3RJkn5hdtHCXB72Uol6BURBA',
    },
    answer: 'eyJhbGciOiJSaXN0cmV0dG8yNTYiLCJ0eXAiOiJKV1QifQ.eyJhZGRyZXNzIjoi….2K3WwRanu4GsWvK2…',
  },
  'POST /auth/link': {
    headers: {
      tpg_auth_token:
        'eyJhbGciOiJSaXN0cmV0dG8yNTYiLCJ0eXAiOiJKV1QifQ.eyJhZGRyZXNzIjoiMTRzOXZEVHdyd2VadldFZ1E5Z05oWFhQWDY4RFBYU1NBSE5GV1lFUGk1SnNCUVkiLCJub25jZSI6MTc5NTI2NjAwMDAwMCwiZGVzaXJlZF9yb2xlcyI6WyJ1c2VyIl19.2K3WwRanu4GsWvK22CDORsK8fI5O6tLGCle8azAcLgQUTM_AVNjS4dVWw-m7Fu3RJkn5hdtHCXB72Uol6BURBA',
    },
    answer: {
      url: 'https://pay.example.com/console/link/Jq0mB1x9zq3yVY5c0oV7T8m2w4r6u8AaCcEeGgIiKkM',
      valid_until: '2026-11-26T12:01:00.000Z',
    },
  },
  'POST /api/roles': { body: [{ address: CUSTOMER, apply: ['read_all'], revoke: [] }] },
  'GET /api/roles': { answer: [{ address: CUSTOMER, roles: ['user', 'read_all'] }] },
  'GET /api/roles/{address}': {
    ...BY_CUSTOMER_ADDRESS,
    answer: { address: CUSTOMER, roles: ['user', 'read_all'] },
  },
  'DELETE /api/wallets/{address}': { params: { address: HOT_WALLET } },
};
