import type { Storefront } from './shop-connector.ts';
import type { ReadContent } from './webhook-content.ts';

/** What this context needs of an adapter. */
declare module '#platform/module.ts' {
  interface Ports {
    /** The shop to ask for its orders and to tell of ours; missing where none is configured. */
    shop?: Partial<Storefront>;
    /** Reads a delivery of the shop that was set aside and is taken up again. */
    readContent?: ReadContent;
  }
}
