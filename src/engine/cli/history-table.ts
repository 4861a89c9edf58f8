import { type OutputOptions, table } from '#platform/cli/terminal/output.ts';
import type { OrderAnswer, PaymentAnswer, SettlementEntryAnswer } from './answers.ts';

/** The history of an account as one table, for spreadsheets. */

interface HistoryRow {
  time: string;
  kind: 'order' | 'payment' | 'settlement';
  /** The payment's transaction, or the settlement's number. */
  reference: string | null;
  order: string | null;
  status: string;
  amount: bigint;
  /** The order's customer, or the address that the money came from. */
  party: string;
  memo: string | null;
}

export interface History {
  orders: readonly OrderAnswer[];
  payments?: readonly PaymentAnswer[];
  settlements: readonly SettlementEntryAnswer[];
}

/** All that happened, newest first. Amounts are not summed: an order and what paid it are the same money. */
export function historyTable({ orders, payments = [], settlements }: History, output: OutputOptions): string[] {
  const rows = [...orders.map(orderRow), ...payments.map(paymentRow), ...settlements.map(settlementRow)];
  rows.sort((one, other) => Date.parse(other.time) - Date.parse(one.time));
  return table<HistoryRow>(
    [
      { title: 'Time', time: (row) => row.time },
      { title: 'What', of: (row) => row.kind },
      { title: 'Reference', of: (row) => row.reference },
      { title: 'Order', of: (row) => row.order },
      { title: 'Status', of: (row) => row.status, isStatus: true },
      { title: 'Amount', amount: (row) => row.amount },
      { title: 'Customer or sender', of: (row) => row.party },
      { title: 'Memo', of: (row) => row.memo },
    ],
    rows,
    output,
  );
}

function orderRow(order: OrderAnswer): HistoryRow {
  const { created_at: time, order_id: id, status, total_price: amount, customer_id: party, memo } = order;
  return { time, kind: 'order', reference: null, order: id, status, amount, party, memo };
}

function paymentRow(payment: PaymentAnswer): HistoryRow {
  const { created_at: time, txid: reference, order_id: order, status, amount, sender: party, memo } = payment;
  return { time, kind: 'payment', reference, order, status, amount, party, memo };
}

function settlementRow(entry: SettlementEntryAnswer): HistoryRow {
  const { created_at: time, id, order_id: order, settlement_type: status, amount, payment_address: party } = entry;
  return { time, kind: 'settlement', reference: String(id), order, status, amount, party, memo: null };
}
