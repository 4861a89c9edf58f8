import { Command } from 'commander';
import type { Progress } from '#moving-over/plan/scratch.ts';
import { CommandError } from '#platform/cli/exit.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { progressLine } from '#platform/cli/terminal/output.ts';
import { progressOf, type Progress as ShownProgress } from '#platform/cli/terminal/progress.ts';

/** `setup import-tps`: from the database of tari_payment_server 1.10 to one of this server. */

interface ImportFlags {
  env?: string;
  dryRun?: boolean;
  returnOvercharges?: boolean;
  database?: string;
}

export function importTpsCommand(ports: CommandPorts): Command {
  return new Command('import-tps')
    .description(
      'Import the database of a stopped tari_payment_server 1.10 into a new database, all of it or nothing, and say what is odd in it',
    )
    .argument('<file>', 'the SQLite file of the old server, or a copy; it is only read')
    .option('--env <file>', 'the old server’s .env: its settings are translated, with a word on each that changed')
    .option('--dry-run', 'only read and report; nothing is written')
    .option('--return-overcharges', 'give back what the old server charged twice, to the addresses it was taken from')
    .option('-d, --database <url>', 'the new database; without it TPG_DATABASE_URL, from the environment or .env')
    .addHelpText(
      'after',
      [
        '\nExamples:',
        '  $ taritools setup import-tps tari_store.db --dry-run',
        '  $ taritools setup import-tps tari_store.db --env old.env -d sqlite://data/store.db',
        '\nThe new database may be SQLite or PostgreSQL, and must be empty. docs/moving-over.md has all steps, and the way back.',
      ].join('\n'),
    )
    .action((file: string, flags: ImportFlags) => importTps(ports, file, flags));
}

async function importTps(ports: CommandPorts, file: string, flags: ImportFlags): Promise<void> {
  const [{ databaseUrl }, { OldDatabaseError }, { shownDatabaseUrl }] = await Promise.all([
    import('#platform/cli/database-url.ts'),
    import('#moving-over/old/old-file.ts'),
    import('#platform/database/url.ts'),
  ]);
  const url = databaseUrl(ports, flags.database);
  const started = performance.now();
  const shown = progressOf(ports);
  try {
    const settings = flags.env === undefined ? undefined : await readSettings(ports, flags.env, url);
    const summary = await importDatabase(ports, shown, file, url, flags);
    if (settings !== undefined)
      await (await import('./import-settings.ts')).keepSettings(ports, settings, flags.dryRun);
    if (flags.dryRun) {
      ports.print('Nothing was written: this was a dry run.');
      return;
    }
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    ports.print(`Imported into ${shownDatabaseUrl(url)} in ${seconds} s. ${summary}`);
    ports.print('Start the server with this database as TPG_DATABASE_URL. The old one is as it was.');
  } catch (error) {
    throw error instanceof OldDatabaseError ? new CommandError(error.message) : error;
  } finally {
    shown.end();
  }
}

async function readSettings(ports: CommandPorts, path: string, url: string) {
  const { readOldSettings } = await import('./import-settings.ts');
  return readOldSettings(ports, path, url);
}

/** @returns what is said of the books at the end. */
async function importDatabase(
  ports: CommandPorts,
  shown: ShownProgress,
  file: string,
  url: string,
  flags: ImportFlags,
): Promise<string> {
  const [{ importInto, refuseFilledTarget }, { openOldDatabase }, { planImport }, report] = await Promise.all([
    import('#moving-over/import.ts'),
    import('#moving-over/old/old-file.ts'),
    import('#moving-over/plan/plan.ts'),
    import('#moving-over/report/report.ts'),
  ]);
  await refuseFilledTarget(url, file);
  const old = openOldDatabase(file);
  try {
    const work = planImport(old, {
      now: ports.clock.now(),
      returnsOvercharges: flags.returnOvercharges === true,
      progress: byStage(shown),
    });
    shown.end();
    const { count } = work.findings.problems;
    if (count > 0) {
      for (const line of report.problemLines(work)) ports.print(line);
      const sentence = `${file} cannot be imported: ${count === 1 ? 'one thing in it' : `${count} things in it`} must be put right first. Nothing was written.`;
      throw new CommandError(sentence);
    }
    const summary = report.summaryOf(work);
    for (const line of report.reportLines(work, summary)) ports.print(line);
    if (flags.dryRun) return '';
    const { books } = await importInto(work, url, summary);
    const returned = summary.returned_amount > 0n ? ', and more where an overcharge was given back' : '';
    return `The books agree with the journals: ${books.orders} orders, ${books.payments} payments, ${books.settlements} settlements, ${books.accounts} accounts. The balance of every address and customer is what it was, to the µT${returned}.`;
  } finally {
    old.close();
  }
}

/** Each stage has a line of its own, however soon it comes behind the one before: a log says how far it came. */
function byStage(shown: ShownProgress): Progress {
  let last: string | undefined;
  return (stage, done, total) => {
    if (stage !== last) shown.end();
    last = stage;
    shown.show(progressLine(done, total, `${stage}: ${done} of ${total}`));
  };
}
