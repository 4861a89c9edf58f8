import { auditLogRepository } from '#platform/audit-log/store/audit-log.ts';
import type { BookCheck, BookDifference } from '#platform/books.ts';
import type { Store, Transaction } from '#platform/database/store.ts';
import { TOTAL_OF_STATUS } from './order-states.ts';
import { journalRepository, type MoneyPlaces, type Overcharge } from './store/reconciliation.ts';
import { ORDER_STATUSES, type OrderStatus } from './store/tables.ts';

export interface AuditReport {
  orders: number;
  payments: number;
  settlements: number;
  accounts: number;
  events: number;
  /** Where every µT is. */
  money: MoneyPlaces;
  /** To whom the migration assigned the credit from before money had owners; undefined if there was none. */
  ownersGiven: string | undefined;
  /** What another server had charged twice before its database was imported. */
  overcharges: Overcharge[];
  /** Empty if everything is consistent. At most 1000 of each kind. */
  differences: BookDifference[];
}

const TOTALS = ['current', 'paid', 'expired', 'cancelled'] as const;

/**
 * Reconciliation: recomputes every balance, every order's settlement and every customer's sums from the journals, and
 * lists the differences from the stored values. It reads all tables once, in one snapshot of the committed data.
 * @param ofContexts the checks of what is above the engine.
 * @param onProgress called before each check with the number of completed checks.
 */
export function audit(
  store: Pick<Store, 'read'>,
  ofContexts: readonly BookCheck[] = [],
  onProgress: (done: number, total: number, looked: string) => void = () => undefined,
): Promise<AuditReport> {
  return store.read(async (tx) => {
    const journals = tx.use(journalRepository);
    const checks: readonly (readonly [string, () => Promise<BookDifference[]>])[] = [
      ['confirmed payments of accounts', () => journals.confirmedByAccount()],
      ['what accounts have paid', () => journals.paidByAccount()],
      ['what accounts were paid out', () => journals.paidOutByAccount()],
      ['debts of accounts', () => journals.debts()],
      ['whose money is', () => journals.ownedMoney()],
      ['what is used of payments', () => journals.usedPayments()],
      ['what settlements use', () => journals.usedBySettlements()],
      ['money without an owner', () => journals.ownerless()],
      ['what was given back of orders', () => journals.refundedByOrder()],
      ['what was given back of settlements', () => journals.refundedOfSettlements()],
      ['settlements of orders', () => journals.settledByOrder()],
      ['kinds of settlements', () => journals.settlementTypes()],
      ['events of orders', () => journals.orderEvents()],
      ['events of payments', () => journals.paymentEvents()],
      ['what was found for accounts', () => journals.foundByAccount()],
      ...TOTALS.map((total) => {
        const statuses = ORDER_STATUSES.filter((status: OrderStatus) => TOTAL_OF_STATUS[status] === total);
        return [`sums of customers, ${total}`, () => journals.totalsByCustomer(total, statuses)] as const;
      }),
      ...ofContexts.map(({ title, look }) => [title, () => look(tx)] as const),
    ];
    const differences: BookDifference[] = [];
    for (const [done, [looked, check]] of checks.entries()) {
      onProgress(done, checks.length, looked);
      differences.push(...(await check()));
    }
    onProgress(checks.length, checks.length, 'done');
    return {
      ...(await journals.counts()),
      money: await journals.whereMoneyIs(),
      ownersGiven: await ownersGiven(tx),
      overcharges: await journals.overcharges(),
      differences,
    };
  });
}

/** The action of the migration that gave money its owners, in the audit log. */
const OWNERS_GIVEN = 'give money its owners';

/** The report of the migration that gave money its owners, as a sentence. */
export async function ownersGiven(tx: Transaction): Promise<string | undefined> {
  const [record] = await tx.use(auditLogRepository).search({ action: OWNERS_GIVEN }, 0n, 1);
  return record?.reason ?? undefined;
}
