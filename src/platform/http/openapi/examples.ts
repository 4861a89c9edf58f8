/** An example of a request and its response, for the API page. */
export interface OperationExample {
  headers?: Readonly<Record<string, string>>;
  params?: Readonly<Record<string, string>>;
  query?: Readonly<Record<string, string>>;
  body?: unknown;
  /** The body of the successful response. */
  answer?: unknown;
}

/** By method and path as in the API description: `GET /api/order/id/{order_id}`. */
export type Examples = Readonly<Record<string, OperationExample>>;

/** @throws {Error} if two contexts have an example of the same operation. */
export function joinExamples(parts: readonly Examples[]): Examples {
  const all = new Map<string, OperationExample>();
  for (const [operation, example] of parts.flatMap((part) => Object.entries(part))) {
    if (all.has(operation)) throw new Error(`Two contexts have an example of ${operation}`);
    all.set(operation, example);
  }
  return Object.fromEntries(all);
}
