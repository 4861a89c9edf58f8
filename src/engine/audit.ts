import type { OrderStatus } from '../store/database.ts';
import { ORDER_STATUSES } from '../store/database.ts';
import type { JournalDifference } from '../store/journals.ts';
import type { Store } from '../store/unit-of-work.ts';
import { TOTAL_OF_STATUS } from './order-states.ts';

export interface AuditReport {
  orders: number;
  payments: number;
  settlements: number;
  accounts: number;
  events: number;
  /** Empty where the books are right. At most 1000 of each kind. */
  differences: JournalDifference[];
}

/**
 * Computes every balance, every order's settlement and every customer's sums again from the journals, and lists what
 * differs from what is kept beside them. It reads all tables once, in one picture of what is committed.
 */
export function audit(store: Pick<Store, 'read'>): Promise<AuditReport> {
  return store.read(async ({ journals }) => {
    const differences = [
      ...(await journals.confirmedByAccount()),
      ...(await journals.paidByAccount()),
      ...(await journals.settledByOrder()),
      ...(await journals.settlementTypes()),
      ...(await journals.orderEvents()),
      ...(await journals.paymentEvents()),
      ...(await journals.foundByAccount()),
    ];
    for (const total of ['current', 'paid', 'expired', 'cancelled'] as const) {
      const statuses = ORDER_STATUSES.filter((status: OrderStatus) => TOTAL_OF_STATUS[status] === total);
      differences.push(...(await journals.totalsByCustomer(total, statuses)));
    }
    return { ...(await journals.counts()), differences };
  });
}
