import type { HistoryPosition } from '#engine/account-history.ts';
import type { OrderPosition } from '#engine/store/orders.ts';
import type { PaymentPosition } from '#engine/store/payments.ts';
import { type CursorForm, idCursor, timeIn } from '#platform/http/pagination.ts';
import { isStorable } from '#platform/storable-text.ts';
import { MAX_I64 } from '#tari/integer-bounds.ts';

/** How far the lists of orders and money have been read. */

export const ORDER_CURSOR: CursorForm<OrderPosition> = {
  kind: 'order',
  partsOf: ({ createdAt, id }) => [createdAt.toISOString(), String(id)],
  positionOf([time, id = '', ...more]) {
    const createdAt = timeIn(time);
    if (createdAt === undefined || more.length > 0 || !/^\d{1,19}$/.test(id) || BigInt(id) > MAX_I64) return undefined;
    return { createdAt, id: BigInt(id) };
  },
};

export const PAYMENT_CURSOR: CursorForm<PaymentPosition> = {
  kind: 'payment',
  partsOf: ({ createdAt, txid }) => [createdAt.toISOString(), txid],
  positionOf([time, txid = '', ...more]) {
    const createdAt = timeIn(time);
    return createdAt === undefined || more.length > 0 || txid === '' || !isStorable(txid)
      ? undefined
      : { createdAt, txid };
  },
};

const SETTLEMENT_IDS = idCursor('settlement');

/** How far each list of a history has been read; two or one empty parts for a list of which nothing has been. */
export const HISTORY_CURSOR: CursorForm<HistoryPosition> = {
  kind: 'history',
  partsOf: ({ order, payment, settlement }) => [
    ...(order ? ORDER_CURSOR.partsOf(order) : (['', ''] as const)),
    ...(payment ? PAYMENT_CURSOR.partsOf(payment) : (['', ''] as const)),
    settlement === undefined ? '' : String(settlement),
  ],
  positionOf([orderTime = '', orderId = '', paymentTime = '', txid = '', settlement = '', ...more]) {
    const order = orderTime === '' ? undefined : ORDER_CURSOR.positionOf([orderTime, orderId]);
    const payment = paymentTime === '' ? undefined : PAYMENT_CURSOR.positionOf([paymentTime, txid]);
    if (more.length > 0) return undefined;
    // What is left out here for being no position is not written back as it was read, and so refused.
    return { order, payment, settlement: SETTLEMENT_IDS.positionOf([settlement]) };
  },
};
