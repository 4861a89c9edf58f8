import { formatTari, type MicroTari } from '#tari/micro-tari.ts';
import type { MigrationDatabase } from '../schema.ts';
import type { ClaimCounts } from './claims.ts';
import type { MoneyCounts } from './money.ts';

/** What is said in the audit log of what the migration decided: the start logs it, and `taritools audit` shows it. */
export async function keepReport(
  database: MigrationDatabase,
  { links }: ClaimCounts,
  money: MoneyCounts,
): Promise<void> {
  const hasLinks = links.proven + links.by_hand + links.stated > 0;
  const hasMoney = Object.values(money).some(({ payments }) => payments > 0);
  if (!hasLinks && !hasMoney) return;
  const { order, customer, account, nobody } = money;
  const said = ({ payments, amount }: { payments: number; amount: bigint }, whose: string) =>
    `${formatTari(amount as MicroTari)} of ${payments} payments ${whose}`;
  const sentence =
    `Of the links of addresses and customers ${links.proven} are proven by a signature, ${links.by_hand} were made by hand, ` +
    `and ${links.stated} were only stated by payments and spend nothing any more. Of the credit that was there, ` +
    `${said(order, 'belong to open orders that they named')}, ${said(customer, 'to customers')}, ` +
    `${said(account, 'to the accounts that sent them')}, and ${said(nobody, 'wait for a person to say whose they are')}.`;
  await database
    .insertInto('audit_log')
    .values({
      actor: 'migration',
      action: 'give money its owners',
      subject: '0023-owners-of-what-was-there',
      reason: sentence,
      before: null,
      after: JSON.stringify({ links, money }, (_, value) => (typeof value === 'bigint' ? String(value) : value)),
      created_at: new Date().toISOString(),
    })
    .execute();
}
