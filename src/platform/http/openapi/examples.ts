/** An example of a request and of its answer, for the API page. */
export interface OperationExample {
  headers?: Readonly<Record<string, string>>;
  params?: Readonly<Record<string, string>>;
  query?: Readonly<Record<string, string>>;
  body?: unknown;
  /** What is answered, of the kind of answer that comes where all is well. */
  answer?: unknown;
}

/** By method and path, as the description of the interface names them: `GET /api/order/id/{order_id}`. */
export type Examples = Readonly<Record<string, OperationExample>>;

/** @throws if two contexts have an example of one operation */
export function joinExamples(parts: readonly Examples[]): Examples {
  const all = new Map<string, OperationExample>();
  for (const [operation, example] of parts.flatMap((part) => Object.entries(part))) {
    if (all.has(operation)) throw new Error(`Two contexts have an example of ${operation}`);
    all.set(operation, example);
  }
  return Object.fromEntries(all);
}
