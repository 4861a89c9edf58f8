import { orderAddressAt } from '#auth/shop-address.ts';
import { shopAddress } from '#auth/shop-network.ts';
import type { EngineSettings } from '#engine/context.ts';
import type { OrderText, RowText } from '#engine/store/texts.ts';
import type { Transaction } from '#platform/database/store.ts';
import { type JsonText, jsonArray } from '#platform/json.ts';
import type { OrderAddress } from '#tari/order-address.ts';

/** Derives orders' payment addresses from the configured address, or from that of the first hot wallet. */
export async function orderAddresses(tx: Transaction, settings: EngineSettings): Promise<OrderAddress> {
  return orderAddressAt(await shopAddress(tx, settings));
}

/** @param payTo derives the last field, `pay_to`. It is base58, which needs no escaping. */
export function ordersText(rows: readonly OrderText[], payTo: OrderAddress): JsonText {
  return jsonArray(
    rows.map(({ json, order_id: orderId }) => {
      const address = payTo(orderId);
      return `${json.slice(0, -1)},"pay_to":${address === null ? 'null' : `"${address}"`}}` as JsonText;
    }),
  );
}

export function rowsText(rows: readonly RowText[]): JsonText {
  return jsonArray(rows.map(({ json }) => json));
}
