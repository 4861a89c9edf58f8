import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { apiDocument, describeServer } from '../../../scripts/docs/api.ts';

describe('the description of the HTTP interface', () => {
  it('is what docs/api.md holds; npm run api writes it', async () => {
    expect(readFileSync(new URL('../../../docs/api.md', import.meta.url), 'utf8')).toBe(await apiDocument());
  });

  it('says of every route what it is for, in one of its groups', async () => {
    const { paths, tags } = await describeServer();
    const groups = new Set(tags.map(({ name }) => name));
    const operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ route: `${method} ${path}`, operation })),
    );
    expect(operations.length).toBeGreaterThan(50);
    for (const { route, operation } of operations) {
      expect(operation.summary, route).toMatch(/^[A-Z]/);
      expect(
        operation.tags?.every((tag) => groups.has(tag)),
        route,
      ).toBe(true);
    }
  });
});
