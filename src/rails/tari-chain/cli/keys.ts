import { chmod, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hex } from '@scure/base';
import { parse as parseEnvironmentFile } from 'dotenv';
import { CommandError, EXIT_CODES } from '#platform/cli/exit.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { changeSettings, settingLine } from '#platform/cli/settings-file.ts';
import { stringifyJson } from '#platform/json.ts';
import { AddressError, accountOf, addressToBase58, parseAddress, type TariAddress } from '#tari/address.ts';
import type { KeysFlags } from './keys-command.ts';
import { nodesText } from './nodes-text.ts';
import { readWatchedWallet, type WatchedWallet } from './read-keys.ts';

const OWNER_ONLY = 0o600;

const WHAT_THEY_SHOW =
  'These settings spend nothing. But the view key opens every payment of the wallet, with its amount and text: keep it where only the server can read it.';

/** Reads the keys and prints the settings, or writes them into the settings file. @throws {CommandError} */
export async function makeKeys(ports: CommandPorts, flags: KeysFlags): Promise<void> {
  const { network, input: file } = flags;
  const address = flags.address === undefined ? undefined : addressIn('--address', flags.address);
  const nodes = flags.nodes === undefined ? undefined : nodesText(flags.nodes);
  const watched = await readWatchedWallet(ports, { file, network, address });
  if (flags.write) return writeSettings(ports, flags, watched, nodes);

  const settings = settingsOf(watched, nodes);
  if (flags.json) ports.print(stringifyJson(settings));
  else for (const [name, value] of Object.entries(settings)) ports.print(settingLine(name, value));
  ports.note(WHAT_THEY_SHOW);
}

/** The settings by which the server watches the chain for the wallet. */
export function settingsOf({ wallet, address }: WatchedWallet, nodes: string | undefined): Record<string, string> {
  return {
    TPG_VIEW_KEY: hex.encode(wallet.viewKey),
    TPG_PAYMENT_WALLET_ADDRESS: addressToBase58(address),
    ...(nodes !== undefined && { TPG_TARI_NODES: nodes }),
  };
}

function addressIn(name: string, text: string): TariAddress {
  try {
    return parseAddress(text.trim());
  } catch (error) {
    if (error instanceof AddressError) throw new CommandError(`${name}: ${error.message}`, EXIT_CODES.wrongUse);
    throw error;
  }
}

// ---- Into the settings file ---------------------------------------------------------------------------------------

async function writeSettings(
  ports: CommandPorts,
  flags: KeysFlags,
  watched: WatchedWallet,
  nodes: string | undefined,
): Promise<void> {
  const path = flags.file ?? join(ports.folder, '.env');
  const present = await settingsIn(path);
  const before = ports.environment.TPG_PAYMENT_WALLET_ADDRESS || present.TPG_PAYMENT_WALLET_ADDRESS || undefined;
  const kept = flags.replace ? undefined : addressToKeep(before, watched);
  const settings = settingsOf({ ...watched, address: kept ?? watched.address }, nodes);
  const isChanged = await changeSettings(path, settings);
  // A file that held all of it already may be open to others.
  await chmod(path, OWNER_ONLY);

  ports.print(
    `${isChanged ? 'Wrote' : 'Nothing to change:'} ${Object.keys(settings).join(', ')} in ${path}, which only you can read.`,
  );
  ports.print(`Customers pay to ${settings.TPG_PAYMENT_WALLET_ADDRESS} (${watched.wallet.network}).`);
  ports.note(WHAT_THEY_SHOW);
  for (const name of Object.keys(settings)) {
    const winning = ports.environment[name] ?? '';
    if (winning !== '' && winning !== settings[name]) ports.note(`${name} in the environment wins over the file.`);
  }
  if (nodes === undefined && !present.TPG_TARI_NODES && !ports.environment.TPG_TARI_NODES) {
    ports.note(
      'TPG_TARI_NODES is not set yet, and the server does not start without it: it names the base nodes to ask.',
    );
  } else if (isChanged) ports.print('Restart the server so that it takes them.');
}

/**
 * The address of the settings so far, if it is the wallet's: its features stay as they are. Customers are never sent to
 * another wallet in passing.
 */
function addressToKeep(text: string | undefined, { wallet, address }: WatchedWallet): TariAddress | undefined {
  if (text === undefined) return undefined;
  const before = addressIn('TPG_PAYMENT_WALLET_ADDRESS', text);
  if (before.network !== address.network) {
    throw new CommandError(
      `TPG_PAYMENT_WALLET_ADDRESS is of ${before.network} until now, not of ${address.network}. Give --network ${before.network}, or --replace if customers shall pay to this wallet from now on.`,
      EXIT_CODES.wrongUse,
    );
  }
  if (accountOf(before) !== accountOf(address)) {
    throw new CommandError(
      'The keys are of another wallet than TPG_PAYMENT_WALLET_ADDRESS. Give --replace if customers shall pay to this one from now on.',
      EXIT_CODES.wrongUse,
    );
  }
  if (before.viewKey === null || before.paymentId !== null) return undefined;
  if (hex.encode(before.viewKey) === hex.encode(wallet.publicViewKey)) return before;
  throw new CommandError(
    'The view key does not belong to TPG_PAYMENT_WALLET_ADDRESS, whose spend key is the same. One of them is mistyped.',
    EXIT_CODES.wrongUse,
  );
}

async function settingsIn(path: string): Promise<Record<string, string>> {
  try {
    return parseEnvironmentFile(await readFile(path));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {};
    throw new CommandError(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}.`);
  }
}
