import { Command } from 'commander';
import type { AuditReport } from '#engine/reconciliation.ts';
import { databaseOption } from '#platform/cli/database-option.ts';
import { CommandError } from '#platform/cli/exit.ts';
import { inMenus } from '#platform/cli/menus/menu-fields.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { plainJson, plainText, progressLine } from '#platform/cli/terminal/output.ts';
import { progressOf } from '#platform/cli/terminal/progress.ts';
import { formatTari, type MicroTari } from '#tari/micro-tari.ts';

/** `audit`: do the books agree with the journals? It only reads, and the server may run meanwhile. */
export function auditCommand(ports: CommandPorts): Command {
  const command = new Command('audit')
    .description('Compute every balance and settlement again from the journals, and list what differs')
    .addOption(databaseOption())
    .option('--json', 'print JSON')
    .option('--overcharges', 'list what the server that these books were imported from had charged twice')
    .addHelpText('after', '\nExample:\n  $ taritools audit --json\n\nThe exit code is 1 where anything differs.')
    .action(async ({ database, json, overcharges }: { database?: string; json?: boolean; overcharges?: boolean }) => {
      const [{ audit }, { databaseUrl }] = await Promise.all([
        import('#engine/reconciliation.ts'),
        import('#platform/cli/database-url.ts'),
      ]);
      const checks = await ports.bookChecks();
      const reader = await ports.openReader(databaseUrl(ports, database));
      const progress = progressOf(ports, { json });
      const shown = (done: number, total: number, looked: string) =>
        progress.show(progressLine(done, total, `${done} of ${total} checks: ${looked}`));
      const report = await audit(reader, checks, shown).finally(async () => {
        progress.end();
        await reader.close();
      });
      if (json) ports.print(plainJson(report));
      else for (const line of describe(report, overcharges === true)) ports.print(plainText(line));
      if (report.differences.length > 0) throw new CommandError('The books differ from the journals.');
    });
  return inMenus(command, {
    menu: 'admin',
    section: 'books',
    label: 'Audit the books',
    hint: 'of this machine’s database, from the journals',
  });
}

function describe(report: AuditReport, listsOvercharges: boolean): string[] {
  const { orders, payments, settlements, accounts, events, money, ownersGiven, differences } = report;
  const amount = (microTari: bigint) => formatTari(microTari as MicroTari);
  return [
    `Read ${orders} orders, ${payments} payments, ${settlements} settlements, ${accounts} accounts, ${events} events.`,
    `${amount(money.settled)} have paid orders. Of the rest ${amount(money.order)} are there for open orders, ` +
      `${amount(money.customer)} are credit of customers, ${amount(money.account)} of accounts that have to sign, ` +
      `${amount(money.nobody)} have no owner yet, and ${amount(money.unconfirmed)} are unconfirmed.`,
    ...(money.paidOut === 0n ? [] : [`${amount(money.paidOut)} were given back or swept, or are about to be.`]),
    ...(ownersGiven === undefined ? [] : [ownersGiven]),
    ...overchargeLines(report.overcharges, listsOvercharges),
    ...differences.map(
      ({ check, subject, expected, found }) => `${check} of ${subject}: the journals say ${expected}, kept is ${found}`,
    ),
    differences.length === 0 ? 'The books agree with the journals.' : `${differences.length} differences.`,
  ];
}

function overchargeLines(overcharges: AuditReport['overcharges'], areListed: boolean): string[] {
  if (overcharges.length === 0) return [];
  const sum = overcharges.reduce((total, { amount }) => total + amount, 0n);
  const returned = overcharges.reduce((total, { amount, isReturned }) => total + (isReturned ? amount : 0n), 0n);
  const orders = new Set(overcharges.map(({ orderId }) => orderId)).size;
  const said =
    `The server that these books were imported from had charged ${orders} orders twice, ${formatTari(sum as MicroTari)} ` +
    `too much, of which ${formatTari(returned as MicroTari)} were given back`;
  if (!areListed) return [`${said}. With --overcharges each is listed.`];
  return [
    `${said}:`,
    ...overcharges.map(
      ({ orderId, customerId, address, amount, isReturned }) =>
        `  order ${orderId} of customer ${customerId ?? '?'}: ${formatTari(amount as MicroTari)} of ${address}, ` +
        (isReturned ? 'given back' : 'not given back'),
    ),
  ];
}
