import { Command } from 'commander';
import type { AuditReport } from '#engine/reconciliation.ts';
import { CommandError } from '#platform/cli/exit.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { stringifyJson } from '#platform/json.ts';
import { formatTari, type MicroTari } from '#tari/micro-tari.ts';
import { databaseOption } from './setup/database-option.ts';

/** `audit`: do the books agree with the journals? It only reads, and the server may run meanwhile. */
export function auditCommand(ports: CommandPorts): Command {
  return new Command('audit')
    .description('Compute every balance and settlement again from the journals, and list what differs')
    .addOption(databaseOption())
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  $ taritools audit --json\n\nThe exit code is 1 where anything differs.')
    .action(async ({ database, json }: { database?: string; json?: boolean }) => {
      const [{ audit }, { openReader }, { databaseUrl }] = await Promise.all([
        import('#engine/reconciliation.ts'),
        import('#platform/database/open.ts'),
        import('./setup/database-url.ts'),
      ]);
      const reader = await openReader(databaseUrl(ports, database));
      const report = await audit(reader).finally(() => reader.close());
      if (json) ports.print(stringifyJson(report));
      else for (const line of describe(report)) ports.print(line);
      if (report.differences.length > 0) throw new CommandError('The books differ from the journals.');
    });
}

function describe(report: AuditReport): string[] {
  const { orders, payments, settlements, accounts, events, money, ownersGiven, differences } = report;
  const amount = (microTari: bigint) => formatTari(microTari as MicroTari);
  return [
    `Read ${orders} orders, ${payments} payments, ${settlements} settlements, ${accounts} accounts, ${events} events.`,
    `${amount(money.settled)} have paid orders. Of the rest ${amount(money.order)} are there for open orders, ` +
      `${amount(money.customer)} are credit of customers, ${amount(money.account)} of accounts that have to sign, ` +
      `${amount(money.nobody)} are nobody’s yet, and ${amount(money.unconfirmed)} are not confirmed.`,
    ...(ownersGiven === undefined ? [] : [ownersGiven]),
    ...differences.map(
      ({ check, subject, expected, found }) => `${check} of ${subject}: the journals say ${expected}, kept is ${found}`,
    ),
    differences.length === 0 ? 'The books agree with the journals.' : `${differences.length} differences.`,
  ];
}
