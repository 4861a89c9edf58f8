import type { Store } from '#platform/database/store.ts';
import type { OrderStatus } from '#platform/database/tables.ts';
import { ORDER_STATUSES } from '#platform/database/tables.ts';
import type { Repositories } from '#platform/database/transaction.ts';
import { TOTAL_OF_STATUS } from './order-states.ts';
import type { JournalDifference, MoneyPlaces } from './store/reconciliation.ts';

export interface AuditReport {
  orders: number;
  payments: number;
  settlements: number;
  accounts: number;
  events: number;
  /** Where every µT is. */
  money: MoneyPlaces;
  /** To whom the migration gave the credit that was there before money had owners; undefined where there was none. */
  ownersGiven: string | undefined;
  /** Empty where the books are right. At most 1000 of each kind. */
  differences: JournalDifference[];
}

/**
 * Computes every balance, every order's settlement and every customer's sums again from the journals, and lists what
 * differs from what is kept beside them. It reads all tables once, in one picture of what is committed.
 */
export function audit(store: Pick<Store, 'read'>): Promise<AuditReport> {
  return store.read(async ({ journals, auditLog }) => {
    const differences = [
      ...(await journals.confirmedByAccount()),
      ...(await journals.paidByAccount()),
      ...(await journals.ownedMoney()),
      ...(await journals.usedPayments()),
      ...(await journals.usedBySettlements()),
      ...(await journals.ownerless()),
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
    return {
      ...(await journals.counts()),
      money: await journals.whereMoneyIs(),
      ownersGiven: await ownersGiven({ auditLog }),
      differences,
    };
  });
}

/** How the migration that gave money its owners is named in the audit log. */
const OWNERS_GIVEN = 'give money its owners';

/** What the migration that gave money its owners has said of it, as a sentence. */
export async function ownersGiven({ auditLog }: Pick<Repositories, 'auditLog'>): Promise<string | undefined> {
  const [record] = await auditLog.search({ action: OWNERS_GIVEN }, 0n, 1);
  return record?.reason ?? undefined;
}
