import { Command, Help, type Option } from 'commander';
import type { CommandPorts } from '#platform/cli/ports.ts';

/**
 * All commands by name, in the order of the help. Each is loaded when it is asked for: a hot wallet may start the tool a
 * hundred times at once, and what signs and speaks with databases takes most of the time of a start.
 */
const COMMANDS: Readonly<Record<string, () => Promise<(ports: CommandPorts) => Command>>> = {
  profile: async () => (await import('#auth/cli/profile.ts')).profileCommand,
  login: async () => (await import('./administration.ts')).loginCommand,
  claim: async () => (await import('#engine/cli/claim.ts')).claimCommand,
  'payment-addresses': async () => (await import('#engine/cli/claim.ts')).paymentAddressesCommand,
  my: async () => (await import('#engine/cli/my.ts')).myCommand,
  admin: async () => (await import('./admin.ts')).adminCommand,
  wallet: async () => (await import('./wallet.ts')).walletCommand,
  shopify: async () => (await import('#shops/shopify/cli/shopify.ts')).shopifyCommand,
  setup: async () => (await import('./setup/setup.ts')).setupCommand,
  keys: async () => (await import('#auth/cli/keys.ts')).keysCommand,
  api: async () => (await import('./api.ts')).apiCommand,
  completion: async () => (await import('./completion.ts')).completionCommand,
  audit: async () => (await import('./audit.ts')).auditCommand,
  address: async () => (await import('./address.ts')).addressCommand,
  token: async () => (await import('./signing.ts')).tokenCommand,
  memo: async () => (await import('./signing.ts')).memoCommand,
  payment: async () => (await import('./signing.ts')).paymentCommand,
  confirm: async () => (await import('./signing.ts')).confirmCommand,
};

/**
 * The program with all commands, or with the one that is asked for where there is one of that name.
 * docs/reference/taritools.md is made from their help.
 */
export async function createProgram(ports: CommandPorts, asked?: string): Promise<Command> {
  const program = new Command('taritools')
    .description('Everything an operator and a customer of a Tari payment server do.')
    .configureHelp({ showGlobalOptions: true });
  // Beside a command it would stand in the help of each.
  if (asked?.startsWith('-')) {
    const { programVersion } = await import('#platform/version.ts');
    program.version(programVersion(), '-V, --version', 'print the version');
  }
  const loaders = Object.entries(COMMANDS).filter(([name]) => name === asked);
  for (const [, load] of loaders.length > 0 ? loaders : Object.entries(COMMANDS)) {
    program.addCommand((await load())(ports));
  }
  for (const command of allCommands(program)) command.configureHelp({ optionDescription });
  return program;
}

/** The library's own text does not say which options can't be left out. */
function optionDescription(option: Option): string {
  const usual = new Help().optionDescription(option);
  return option.mandatory ? `${usual} (needed)` : usual;
}

/** What can stand behind `taritools`. */
export function commandNames(): string[] {
  return Object.keys(COMMANDS);
}

/** A command and all below it, in the order of the help. */
export function allCommands(command: Command): Command[] {
  return command.commands.flatMap((child) => [child, ...allCommands(child)]);
}
