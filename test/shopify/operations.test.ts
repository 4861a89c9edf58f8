import { getOperationAST, parse, validate, visit } from 'graphql';
import { describe, expect, it } from 'vitest';
import * as operations from '../../src/shopify/operations.ts';
import { loadAdminSchema } from '../fakes/shopify/schema.ts';

const documents = Object.entries(operations).flatMap(([name, value]): [string, string][] =>
  typeof value === 'string' ? [[name, value]] : [],
);

describe('our GraphQL documents', () => {
  it('are eight', () => expect(documents).toHaveLength(8));

  it.each(documents)('%s is valid by the real Admin schema', (_name, document) => {
    const parsed = parse(document);
    expect(validate(loadAdminSchema(), parsed)).toEqual([]);
    expect(getOperationAST(parsed)?.name?.value).toBe(operations.operationName(document));
  });

  it.each(documents)('%s asks for no customer data', (_name, document) => {
    const asked = new Set<string>();
    visit(parse(document), { Field: (node) => void asked.add(node.name.value) });
    for (const field of ['customer', 'email', 'phone', 'billingAddress', 'shippingAddress', 'clientIp']) {
      expect(asked).not.toContain(field);
    }
  });

  it('names an operation without a name', () => expect(operations.operationName('{ shop { id } }')).toBe('unnamed'));
});
