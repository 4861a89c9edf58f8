import { Command } from 'commander';
import type { AuditReport } from '#engine/reconciliation.ts';
import { CommandError, EXIT_CODES } from '#platform/cli/exit.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { plainText, progressLine } from '#platform/cli/terminal/output.ts';
import { fitted } from '#platform/cli/terminal/text-width.ts';

/** `setup copy`: from SQLite to PostgreSQL, for a server that has outgrown one machine. */

interface CopyFlags {
  from: string;
  to?: string;
}

export function copyCommand(ports: CommandPorts): Command {
  return new Command('copy')
    .description('Copy the database of a server that is stopped from SQLite to PostgreSQL, all of it or nothing')
    .requiredOption('--from <url>', 'the SQLite database, which no other process may have open')
    .option('--to <url>', 'the PostgreSQL database, which must be empty; without it TPG_DATABASE_URL')
    .addHelpText(
      'after',
      [
        '\nExample:',
        '  $ taritools setup copy --from sqlite:///var/lib/tari-payment-server/store.db --to postgres://tari@db.example/tari',
        '\nThe password is better not among the arguments, which others on the machine can read: put it into the environment',
        'as PGPASSWORD, or let TPG_DATABASE_URL name the target. The books of both are computed again from their journals,',
        'and nothing is kept where they differ.',
      ].join('\n'),
    )
    .action((flags: CopyFlags) => copy(ports, flags));
}

/** Earlier versions let a few in, of single orders; people do not read thousands. */
const MAX_ODD_TIMES_NAMED = 100;

async function copy(ports: CommandPorts, flags: CopyFlags): Promise<void> {
  const [
    { databaseUrl },
    { audit },
    { copyToPostgres, placeText, SqliteSource },
    { isPostgres, isSqlite, shownDatabaseUrl },
    { postgresOptions },
    { allMigrations },
  ] = await Promise.all([
    import('#platform/cli/database-url.ts'),
    import('#engine/reconciliation.ts'),
    import('#platform/database/copy-to-postgres.ts'),
    import('#platform/database/url.ts'),
    import('#platform/database/open.ts'),
    import('#migrations.ts'),
  ]);
  const [from, to] = [databaseUrl(ports, flags.from), databaseUrl(ports, flags.to)];
  if (!isSqlite(from)) throw new CommandError('--from must be a sqlite:// URL.', EXIT_CODES.wrongUse);
  if (!isPostgres(to)) throw new CommandError('--to must be a postgres:// URL.', EXIT_CODES.wrongUse);
  const [migrations, checks] = [await allMigrations(), await ports.bookChecks()];
  const source = new SqliteSource(from, migrations);
  try {
    const books = await audit(source.reader, checks);
    refuseDifferences('source', books);
    const oddTimes: string[] = [];
    const counts = await copyToPostgres(
      source,
      to,
      { ...postgresOptions({ maxConnections: 1 }), migrations },
      {
        async check(reader) {
          const copied = await audit(reader, checks);
          refuseDifferences('copy', copied);
          if (sizeOf(copied) !== sizeOf(books)) {
            throw new CommandError(`The copy has ${sizeOf(copied)}, and the source has ${sizeOf(books)}.`);
          }
        },
        onOddTime({ place, time, kept }) {
          oddTimes.push(`${placeText(place)}: ${kept} in place of ${time}`);
        },
        progress: ({ table, copied, total }) => {
          const line = progressLine(Number(copied), Number(total), `${table}: ${copied} of ${total} rows`);
          ports.progress(fitted(line, ports.terminal.columns - 1));
        },
      },
    );
    const rows = [...counts.values()].reduce((sum, count) => sum + count, 0n);
    ports.print(`Copied ${rows} rows of ${counts.size} tables to ${shownDatabaseUrl(to)}.`);
    for (const line of oddTimes.slice(0, MAX_ODD_TIMES_NAMED)) ports.note(plainText(line));
    if (oddTimes.length > 0) {
      ports.note(
        `${oddTimes.length} times are outside the years 1 to 9999; the copy holds the nearest that it can keep.`,
      );
    }
    ports.print(`The books of both agree: ${sizeOf(books)}.`);
    ports.print('Start the server with this database as TPG_DATABASE_URL, and never again with the old one.');
  } finally {
    ports.progress('');
    source.close();
  }
}

function refuseDifferences(which: string, { differences }: AuditReport): void {
  if (differences.length === 0) return;
  const sentences = differences.slice(0, 10).map(({ check, subject }) => `${check} of ${subject}`);
  throw new CommandError(
    `The books of the ${which} differ from their journals, so nothing was copied: ${sentences.join('; ')}. taritools audit lists all of it.`,
  );
}

function sizeOf({ orders, payments, settlements, accounts, events }: AuditReport): string {
  return `${orders} orders, ${payments} payments, ${settlements} settlements, ${accounts} accounts, ${events} events`;
}
