import { Option } from 'commander';
import { wholeNumberArgument } from '#platform/cli/arguments.ts';
import { PROFILE_VARIABLE } from '#platform/cli/profile-option.ts';

/** What the commands that report payments take. */

/** As the documents of the Rust tool name it. */
export const DEFAULT_WALLET_PROFILE = 'TPS Hot Wallet';

const MAX_WAIT_SECONDS = 86_400;

export interface WalletFlags {
  profile?: string;
  wait: number;
}

export function walletProfileOption(): Option {
  const description = `the wallet’s profile; usually ${PROFILE_VARIABLE}, or "${DEFAULT_WALLET_PROFILE}"`;
  return new Option('-p, --profile <name>', description);
}

export function waitOption(defaultSeconds: number): Option {
  return new Option('--wait <seconds>', 'how long to go on while the server takes nothing')
    .argParser((text) => wholeNumberArgument(text, 0, MAX_WAIT_SECONDS))
    .default(defaultSeconds);
}
