import { Argument, Command, Option } from 'commander';
import { ROLES, type Role } from '#auth/roles.ts';
import { addressArgument, chosenNetwork, networkOption } from '#platform/cli/address-arguments.ts';
import { CommandError, EXIT_CODES } from '#platform/cli/exit.ts';
import type { Asked, Offer } from '#platform/cli/menus/menu.ts';
import { askedAs, inMenus } from '#platform/cli/menus/menu-fields.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { readServer } from '#platform/cli/server-address.ts';
import { yesOption } from '#platform/cli/server-command.ts';
import { record, table } from '#platform/cli/terminal/output.ts';
import {
  addOutputFlags,
  csvOption,
  group,
  type OutputFlags,
  outputOptions,
} from '#platform/cli/terminal/output-flags.ts';
import { stringifyJson } from '#platform/json.ts';
import { addressToBase58, addressToEmoji, type Network, type TariAddress } from '#tari/address.ts';
import { bytesEqual } from '#tari/bytes.ts';
import {
  addProfile,
  noSuchProfile,
  type Profile,
  profileFile,
  readProfileName,
  readProfiles,
  removeProfile,
} from './profile-file.ts';
import { rolesOption } from './roles-option.ts';
import { parseSecretKey, signerOf } from './secret-key.ts';

interface AddFlags {
  server: string;
  roles?: Role[];
  network?: Network;
  address?: TariAddress;
  secretKeyEnv?: string;
  seedWords?: boolean;
}

/** What a profile signs with. */
interface Key {
  address: TariAddress;
  secretKey: string | undefined;
  secretKeyVariable: string | undefined;
}

/** `profile`: the people and wallets that this person acts as. */
export function profileCommand(ports: CommandPorts): Command {
  return group('profile', 'The people and wallets that you act as, kept in ~/.taritools/config.toml', [
    addCommand(ports),
    listCommand(ports),
    showCommand(ports),
    removeCommand(ports),
  ]);
}

function addCommand(ports: CommandPorts): Command {
  const command = new Command('add')
    .description(
      'Add a profile. Its secret key is asked for without showing it, or read from standard input where that is no terminal',
    )
    .addArgument(
      askedAs(new Argument('<name>', 'how to call it').argParser(readProfileName), { ask: 'Name of the profile' }),
    )
    .addOption(
      askedAs(new Option('--server <url>', 'the server').argParser(readServer).makeOptionMandatory(), {
        ask: 'Server, such as https://pay.example.com',
      }),
    )
    .addOption(
      askedAs(rolesOption('-r, --roles <role...>', 'the roles to log in with, user unless told'), {
        ask: 'Roles to log in with',
        severalOf: ROLES,
        default: 'user',
      }),
    )
    .addOption(networkOption())
    .option(
      '-a, --address <address>',
      'the address, where it is another form than the key’s usual one',
      addressArgument,
    )
    .option('--secret-key-env <variable>', 'take the key from this environment variable each time; it is not kept')
    .addOption(
      askedAs(
        new Option('--seed-words', 'make the key from the 24 seed words of a wallet, in any of their languages'),
        {
          ask: 'Make the key from the 24 seed words of a wallet?',
        },
      ),
    )
    .addHelpText(
      'after',
      '\nExample:\n  $ taritools profile add alice --server https://pay.example.com --seed-words\n\nWith --seed-words standard input may hold the words on its first line and a passphrase on its second.',
    )
    .action(async (name: string, flags: AddFlags) => {
      const key = await keyOf(ports, { ...flags, network: await chosenNetwork(ports, flags.network) });
      const profile: Profile = { ...key, name, roles: flags.roles ?? ['user'], server: flags.server };
      await addProfile(ports, profile);
      for (const line of record(fieldsOf(profile), ports.terminal)) ports.print(line);
      ports.print(`Added to ${profileFile(ports)}.`);
      if (isReadableOnItsWay(profile.server)) {
        ports.note(
          'The server is asked without https, so anyone on the network path can read and use your access token.',
        );
      }
    });
  return inMenus(command, {
    menu: 'user',
    section: 'profiles',
    label: 'Add profile',
    hint: 'an identity to act as; the key is typed hidden',
    asks: ['--roles', '--seed-words'],
  });
}

function isReadableOnItsWay(server: string): boolean {
  const { protocol, hostname } = new URL(server);
  return protocol === 'http:' && !/^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname);
}

/** The flags with the network that is meant where none was told. */
type KeyFlags = AddFlags & { network: Network };

async function keyOf(ports: CommandPorts, flags: KeyFlags): Promise<Key> {
  if (flags.secretKeyEnv !== undefined) return keyFromVariable(ports, flags, flags.secretKeyEnv);
  return flags.seedWords ? keyFromSeedWords(ports, flags) : keyFromText(ports, flags);
}

/** The variable need not be set yet; then the address must be told. */
function keyFromVariable({ environment }: CommandPorts, flags: KeyFlags, variable: string): Key {
  if (!/^[A-Za-z_]\w*$/.test(variable)) {
    throw new CommandError('That is no name of an environment variable.', EXIT_CODES.wrongUse);
  }
  const text = environment[variable] ?? '';
  if (text !== '') {
    const { address } = signerOf(parseSecretKey(text), flags.network);
    return { address: fitting(flags.address, address), secretKey: undefined, secretKeyVariable: variable };
  }
  if (flags.address !== undefined) {
    return { address: flags.address, secretKey: undefined, secretKeyVariable: variable };
  }
  throw new CommandError(`${variable} is not set, so the address must be told with -a.`, EXIT_CODES.wrongUse);
}

async function keyFromText(ports: CommandPorts, flags: KeyFlags): Promise<Key> {
  const [text = ''] = await secretLines(ports, ['Secret key (64 hex characters)']);
  const secretKey = parseSecretKey(text);
  const { address } = signerOf(secretKey, flags.network);
  return kept(secretKey, fitting(flags.address, address));
}

async function keyFromSeedWords(ports: CommandPorts, flags: KeyFlags): Promise<Key> {
  const questions = ['The 24 seed words', 'Passphrase of the seed (empty where it has none)'];
  const [words = '', passphrase = ''] = await secretLines(ports, questions);
  const { keysOfSeed, SeedWordsError, seedFromWords } = await import('#tari/seed-words.ts');
  try {
    const { spendKey, address } = keysOfSeed(seedFromWords(words, passphrase), flags.network);
    return kept(spendKey, fitting(flags.address, address));
  } catch (error) {
    if (error instanceof SeedWordsError) throw new CommandError(error.message, EXIT_CODES.wrongUse);
    throw error;
  }
}

function kept(secretKey: Uint8Array, address: TariAddress): Key {
  return { address, secretKey: Buffer.from(secretKey).toString('hex'), secretKeyVariable: undefined };
}

/** One wallet shows many addresses; each is fine as long as it is the key's own. */
function fitting(told: TariAddress | undefined, usual: TariAddress): TariAddress {
  if (told === undefined) return usual;
  if (bytesEqual(told.spendKey, usual.spendKey)) return told;
  throw new CommandError('The address does not belong to the key.', EXIT_CODES.wrongUse);
}

/** Asks one after another without showing what is typed; a pipe holds one line for each. */
async function secretLines(ports: CommandPorts, questions: readonly string[]): Promise<string[]> {
  if (!ports.terminal.canAsk) return (await ports.readInput()).split('\n').map((line) => line.replace(/\r$/, ''));
  const answers: string[] = [];
  for (const question of questions) answers.push(await ports.ask.hidden(question));
  return answers;
}

function listCommand(ports: CommandPorts): Command {
  const command = new Command('list').description('List the profiles').addOption(csvOption());
  inMenus(command, { menu: 'user', section: 'profiles', label: 'List profiles', hint: 'without their keys' });
  return addOutputFlags(command)
    .addHelpText('after', '\nExample:\n  $ taritools profile list')
    .action(async (flags: OutputFlags) => {
      const profiles = await readProfiles(ports);
      if (flags.json) return ports.print(stringifyJson(profiles.map(publicPart)));
      const lines = table<Profile>(
        [
          { title: 'Profile', of: (profile) => profile.name },
          { title: 'Server', of: (profile) => profile.server, canShrink: true },
          { title: 'Roles', of: (profile) => profile.roles.join(',') },
          { title: 'Address', of: (profile) => addressToBase58(profile.address), canShrink: true },
        ],
        profiles,
        outputOptions(ports, flags),
      );
      for (const line of lines) ports.print(line);
    });
}

function showCommand(ports: CommandPorts): Command {
  const command = new Command('show').description('Show a profile, without its key').argument('<name>', 'the profile');
  return addOutputFlags(command)
    .addHelpText('after', '\nExample:\n  $ taritools profile show alice')
    .action(async (name: string, flags: OutputFlags) => {
      const profiles = await readProfiles(ports);
      const profile = profiles.find((candidate) => candidate.name === name);
      if (profile === undefined) throw new CommandError(noSuchProfile(name, profiles), EXIT_CODES.wrongUse);
      if (flags.json) return ports.print(stringifyJson(publicPart(profile)));
      for (const line of record(fieldsOf(profile), ports.terminal)) ports.print(line);
    });
}

function removeCommand(ports: CommandPorts): Command {
  const command = new Command('remove')
    .description('Remove a profile, and its key if the file holds it')
    .addArgument(askedAs(new Argument('<name>', 'the profile'), { ask: 'Profile', offers: profileOffers }))
    .addOption(yesOption())
    .addHelpText('after', '\nExample:\n  $ taritools profile remove alice')
    .action(async (name: string, { yes }: { yes?: boolean }) => {
      const profiles = await readProfiles(ports);
      const profile = profiles.find((one) => one.name === name);
      if (profile === undefined) throw new CommandError(noSuchProfile(name, profiles), EXIT_CODES.wrongUse);
      const { confirmed } = await import('#platform/cli/danger.ts');
      await confirmed(ports, removalDanger(profile), yes);
      await removeProfile(ports, name);
      const { forgetToken } = await import('./session.ts');
      await forgetToken(ports, profile);
      ports.print(`The profile ${JSON.stringify(name)} is removed.`);
    });
  return inMenus(command, { menu: 'user', section: 'profiles', label: 'Remove profile', hint: 'and its key' });
}

/** The profiles of this person. */
async function profileOffers({ ports }: Pick<Asked, 'ports'>): Promise<Offer[]> {
  const profiles = await readProfiles(ports);
  return profiles.map(({ name, server, roles }) => ({ value: name, hint: `${server}, ${roles.join(', ')}` }));
}

/** What is lost with a profile: its key, where the file holds the only copy that this machine knows of. */
function removalDanger(profile: Profile): string[] {
  const name = JSON.stringify(profile.name);
  const whose = `The profile ${name} of ${addressToBase58(profile.address)} at ${profile.server} will be removed.`;
  if (profile.secretKey === undefined) return [whose];
  return [whose, 'Its secret key is in the profiles file and goes with it: without a copy elsewhere it is lost.'];
}

/** Everything but the key. */
function publicPart(profile: Profile) {
  return {
    name: profile.name,
    address: addressToBase58(profile.address),
    public_key: Buffer.from(profile.address.spendKey).toString('hex'),
    secret_key_envar: profile.secretKeyVariable ?? null,
    roles: profile.roles,
    server: profile.server,
  };
}

function fieldsOf(profile: Profile): [string, string][] {
  const source =
    profile.secretKey === undefined ? `from ${profile.secretKeyVariable ?? 'nowhere'}` : 'kept in the file';
  return [
    ['Profile', profile.name],
    ['Server', profile.server],
    ['Roles', profile.roles.join(', ')],
    ['Network', profile.address.network],
    ['Address', addressToBase58(profile.address)],
    ['Emoji id', addressToEmoji(profile.address)],
    ['Secret key', source],
  ];
}
