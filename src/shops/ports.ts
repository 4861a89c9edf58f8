import type { ShopConnector } from './shop-connector.ts';
import type { ReadContent } from './webhook-content.ts';

/** The dependencies of this context on a shop's adapter. */
declare module '#platform/module.ts' {
  interface Ports {
    /** The shop; missing if none is configured. */
    shop?: Partial<ShopConnector>;
    /** Parses a rejected delivery of the shop that is retried. */
    readContent?: ReadContent;
  }
}
