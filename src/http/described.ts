/** What the routes are grouped by on the API page. */
export type Tag = 'health' | 'customers' | 'wallets' | 'shop' | 'accounts' | 'changes' | 'administration';

/** The options of one of several routes that differ only in what they are for. */
export function described<Options extends { schema: object }>(options: Options, tag: Tag, summary: string) {
  return { ...options, schema: { ...options.schema, summary, tags: [tag] } };
}
