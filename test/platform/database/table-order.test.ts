import { describe, expect, it } from 'vitest';
import { parentsFirst } from '#platform/database/table-order.ts';

const order = (references: Record<string, string[]>) =>
  parentsFirst(Object.keys(references), (table) => references[table] ?? []);

describe('tables that refer to others', () => {
  it('come after all of those, and stay as they were given otherwise', () => {
    expect(
      order({ uses: ['payments', 'orders'], payments: ['accounts'], orders: [], accounts: [], notes: [] }),
    ).toEqual(['orders', 'accounts', 'notes', 'payments', 'uses']);
  });

  it('may refer to themselves', () => {
    expect(order({ payments: ['payments', 'accounts'], accounts: [] })).toEqual(['accounts', 'payments']);
  });

  it('have no order where they refer to each other, or to one that is not among them', () => {
    expect(() => order({ orders: [], one: ['other'], other: ['one'] })).toThrow('one, other refer to each other');
    expect(() => order({ orders: ['gone'] })).toThrow('orders');
  });
});
