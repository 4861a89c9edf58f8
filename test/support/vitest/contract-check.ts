import { afterEach } from 'vitest';
import { contractOf } from '#test/openapi-contract/contract.ts';
import { apiDescription } from '#test/openapi-contract/contract-document.ts';
import { plainFetch } from '#test/openapi-contract/plain-fetch.ts';

/**
 * Every answer that a test gets from a server on this machine is held against the description of the interface, whether
 * the server runs in the test or as a process. What does not fit fails the test, whatever it makes of the answer.
 */

const problems: string[] = [];
// Where the server can't be made, tests without one still run.
const description = await apiDescription().catch(() => undefined);

globalThis.fetch = async (input, init) => {
  const answer = await plainFetch(input, init);
  const url = new URL(input instanceof Request ? input.url : String(input));
  if (url.hostname !== '127.0.0.1') return answer;
  if (description === undefined)
    throw new Error('The server cannot describe itself, so no answer can be held against that');
  const contract = contractOf(description);
  if (contract.pathOf(url.pathname) === undefined) return answer;
  // An answer that breaks off is the test's own matter.
  const text = await answer
    .clone()
    .text()
    .catch(() => undefined);
  if (text === undefined) return answer;
  const method = (init?.method ?? (input instanceof Request ? input.method : 'GET')).toUpperCase();
  const path = `${url.pathname}${url.search}`;
  problems.push(...contract.problemsOf({ method, path, status: answer.status, headers: answer.headers, text }));
  return answer;
};

afterEach(() => {
  const found = problems.splice(0);
  if (found.length > 0) throw new Error(`Answers that are not as /api/openapi.json says:\n${found.join('\n')}`);
});
