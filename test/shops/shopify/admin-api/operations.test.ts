import { getOperationAST, parse, print, validate, visit } from 'graphql';
import { describe, expect, it } from 'vitest';
import * as operations from '#shops/shopify/admin-api/operations.ts';
import { loadAdminSchema } from '#test/fake-shopify/schema.ts';

const documents = Object.entries(operations).flatMap(([name, value]): [string, string][] =>
  typeof value === 'string' ? [[name, value]] : [],
);

describe('our GraphQL documents', () => {
  it('are twenty-seven', () => expect(documents).toHaveLength(27));

  it.each(documents)('%s is valid by the real Admin schema', (_name, document) => {
    const parsed = parse(document);
    expect(validate(loadAdminSchema(), parsed)).toEqual([]);
    expect(getOperationAST(parsed)?.name?.value).toBe(operations.operationName(document));
  });

  it.each(documents)('%s asks for no protected customer data, and of customers for the id alone', (_name, document) => {
    const asked = new Set<string>();
    visit(parse(document), {
      Field: (node) => {
        asked.add(node.name.value);
        if (node.name.value === 'customer') expect(print(node)).toMatch(/^customer @include.* \{\s*id\s*\}$/);
      },
    });
    for (const field of ['email', 'phone', 'billingAddress', 'shippingAddress', 'clientIp', 'displayName']) {
      expect(asked).not.toContain(field);
    }
  });

  it('names an operation without a name', () => expect(operations.operationName('{ shop { id } }')).toBe('unnamed'));
});
