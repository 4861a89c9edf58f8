import { readFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { amountArgument, wholeNumberArgument } from '#platform/cli/arguments.ts';
import { CommandError, EXIT_CODES } from '#platform/cli/exit.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import type { OutputFlags } from '#platform/cli/terminal/output-flags.ts';
import { parseIpAddress } from '#platform/ip-address.ts';
import type { WalletConnection } from '#rails/tari-wallet/console-wallet/console-wallet.ts';
import type { OwnLimits } from './own-limits.ts';

/** What `wallet payouts` takes. */

export interface PayoutFlags extends OutputFlags {
  profile?: string;
  once?: boolean;
  watch?: boolean;
  list?: boolean;
  every: number;
  max?: bigint;
  maxTotal?: bigint;
  grpc?: string;
  certificate?: string;
  feePerGram: number;
  confirmations: number;
}

/** Where the wallet listens, unless it is told otherwise (docs/reference/wallet.md 3). */
const DEFAULT_TARGET = '127.0.0.1:18143';
const TARGET_VARIABLE = 'TARITOOLS_WALLET_GRPC';
const USER_VARIABLE = 'TARITOOLS_WALLET_USER';
const PASSWORD_VARIABLE = 'TARITOOLS_WALLET_PASSWORD';

const DEFAULT_EVERY_SECONDS = 30;
const MIN_EVERY_SECONDS = 5;
const MAX_EVERY_SECONDS = 3_600;
/** µT per gram, as the wallet itself takes it. */
const DEFAULT_FEE_PER_GRAM = 5;
const MAX_FEE_PER_GRAM = 1_000;
const DEFAULT_CONFIRMATIONS = 3;
const MAX_CONFIRMATIONS = 1_000;
/** What a day may come to, where only the limit of one payout is given. */
const PAYOUTS_OF_A_DAY = 10n;

export function addPayoutOptions(command: Command): Command {
  return command
    .addOption(new Option('--once', 'pay what is approved, report, and end').conflicts(['watch', 'list']))
    .addOption(new Option('--watch', 'go on until Ctrl-C').conflicts('list'))
    .option('--list', 'take what is approved for paying by hand, and print all of it')
    .addOption(new Option('--max <amount>', 'the most that is paid at once').argParser(amountArgument))
    .addOption(
      new Option(
        '--max-total <amount>',
        'the most that is paid in 24 hours, by all runs together; ten times --max if not given',
      ).argParser(amountArgument),
    )
    .addOption(
      new Option('--every <seconds>', 'how often --watch looks')
        .argParser((text) => wholeNumberArgument(text, MIN_EVERY_SECONDS, MAX_EVERY_SECONDS))
        .default(DEFAULT_EVERY_SECONDS),
    );
}

export function grpcOptions(): Option[] {
  return [
    new Option(
      '--grpc <host:port>',
      `the console wallet's gRPC interface; usually ${TARGET_VARIABLE}, or ${DEFAULT_TARGET}`,
    ),
    new Option('--certificate <file>', 'the certificate that the wallet shows, where its gRPC interface uses TLS'),
  ];
}

export function payingOptions(): Option[] {
  return [
    new Option('--fee-per-gram <µT>', 'what is paid for each gram of a transaction')
      .argParser((text) => wholeNumberArgument(text, 1, MAX_FEE_PER_GRAM))
      .default(DEFAULT_FEE_PER_GRAM),
    new Option('--confirmations <depth>', 'how deep a payment must be in the chain to count as confirmed')
      .argParser((text) => wholeNumberArgument(text, 1, MAX_CONFIRMATIONS))
      .default(DEFAULT_CONFIRMATIONS),
  ];
}

/** @throws {CommandError} without --max: a machine that pays whatever it is told is no second check. */
export function limitsOf({ max, maxTotal }: Pick<PayoutFlags, 'max' | 'maxTotal'>): OwnLimits {
  if (max === undefined || max <= 0n) {
    const why = 'Say with --max what this machine pays at most at once, such as --max "500 XTM".';
    throw new CommandError(`${why} It is its own limit, whatever the server says.`, EXIT_CODES.wrongUse);
  }
  return { max, maxTotal: maxTotal ?? max * PAYOUTS_OF_A_DAY };
}

/** @throws {CommandError} */
export function connectionOf(
  { environment }: Pick<CommandPorts, 'environment'>,
  flags: Pick<PayoutFlags, 'grpc' | 'certificate'>,
): WalletConnection {
  const target = flags.grpc ?? (environment[TARGET_VARIABLE] || DEFAULT_TARGET);
  const host = /^(.+):\d{1,5}$/.exec(target)?.[1];
  if (host === undefined) {
    throw new CommandError('Write the wallet’s gRPC interface as host:port.', EXIT_CODES.wrongUse);
  }
  const certificate = flags.certificate === undefined ? undefined : readCertificate(flags.certificate);
  if (certificate === undefined && !isThisMachine(host)) {
    const why = 'Without TLS the wallet’s gRPC interface is only asked on this machine (127.0.0.1).';
    throw new CommandError(`${why} Switch on grpc_tls_enabled and give its certificate.`, EXIT_CODES.wrongUse);
  }
  const [user, password] = [environment[USER_VARIABLE] ?? '', environment[PASSWORD_VARIABLE] ?? ''];
  return {
    target,
    ...(user !== '' && { login: { user, password } }),
    ...(certificate !== undefined && { certificate }),
  };
}

function isThisMachine(host: string): boolean {
  if (host === 'localhost') return true;
  const bare = host.replace(/^\[(.*)\]$/, '$1');
  return parseIpAddress(bare) !== undefined && (bare === '::1' || bare.startsWith('127.'));
}

function readCertificate(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new CommandError(`The certificate ${JSON.stringify(file)} cannot be read.`, EXIT_CODES.wrongUse);
  }
}
