import { modules } from '#modules.ts';
import { type Examples, joinExamples } from '#platform/http/openapi/examples.ts';

/** The examples of all contexts, as the description of the interface shows them. */
export async function apiExamples(): Promise<Examples> {
  const parts = await Promise.all(modules.map(({ routes }) => routes?.()));
  return joinExamples(parts.map((part) => part?.examples ?? {}));
}
