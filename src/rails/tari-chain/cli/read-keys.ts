import { open } from 'node:fs/promises';
import { hex } from '@scure/base';
import { CommandError, EXIT_CODES } from '#platform/cli/exit.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import {
  AddressError,
  dualAddress,
  type Network,
  ONE_SIDED,
  parseAddress,
  type TariAddress,
  withoutPaymentId,
} from '#tari/address.ts';
import { bytesEqual } from '#tari/bytes.ts';
import { type ViewWallet, ViewWalletError, viewWallet } from '#tari/chain/view-wallet.ts';
import { publicKeyOf } from '#tari/schnorr.ts';
import { type KeysInText, KeysInTextError, keysInText } from './keys-in-text.ts';

/** The view key of the shop's wallet from what the operator has: asked for, in a file, or on standard input. */

/** Far more than words or keys, and than all that a wallet writes around them. */
const MAX_TEXT_BYTES = 64 * 1024;

export interface KeySource {
  /** A file, or `-` for standard input; undefined asks at a terminal, and reads standard input elsewhere. */
  file: string | undefined;
  /** An address of the wallet, which the keys must belong to. */
  address: TariAddress | undefined;
  /** Undefined for that of the address, and mainnet without one. */
  network: Network | undefined;
}

/** A wallet's keys that spend nothing, and the dual address that customers pay to. */
export interface WatchedWallet {
  wallet: ViewWallet;
  address: TariAddress;
}

/** @throws {CommandError} with a sentence that repeats nothing of what was given. */
export async function readWatchedWallet(ports: CommandPorts, source: KeySource): Promise<WatchedWallet> {
  const network = networkOf(source);
  const text = await firstText(ports, source);
  try {
    const given = keysInText(text);
    const isWords = given.kind === 'words';
    const wallet = await (isWords
      ? walletOfWords(ports, source, given, network)
      : walletOfKeys(ports, source, given, network));
    return { wallet, address: fittingAddress(wallet, source.address) };
  } catch (error) {
    if (error instanceof KeysInTextError || error instanceof ViewWalletError) {
      throw new CommandError(error.message, EXIT_CODES.wrongUse);
    }
    throw error;
  }
}

/** The view wallet's own dual address, as its owner's wallet shows it. */
export function oneSidedAddress({ network, publicViewKey, spendKey }: ViewWallet): TariAddress {
  return dualAddress(network, publicViewKey, spendKey, ONE_SIDED);
}

type Words = Extract<KeysInText, { kind: 'words' }>;
type Keys = Extract<KeysInText, { kind: 'keys' }>;

function networkOf({ network, address }: KeySource): Network {
  if (network !== undefined && address !== undefined && network !== address.network) {
    throw new CommandError(`The address is of ${address.network}, not of ${network}.`, EXIT_CODES.wrongUse);
  }
  return network ?? address?.network ?? 'mainnet';
}

// ---- Reading ------------------------------------------------------------------------------------------------------

async function firstText(ports: CommandPorts, { file }: KeySource): Promise<string> {
  if (file !== undefined && file !== '-') return textOfFile(file);
  if (file === undefined && ports.terminal.canAsk) {
    return ports.ask.hidden('The 24 seed words, or the private view key (64 hex characters)');
  }
  if (ports.terminal.isInputTerminal) {
    throw new CommandError(
      'What is typed here would be shown, so nothing is read. Leave the output at the terminal (--write writes the settings), or give the keys in a file or a pipe.',
      EXIT_CODES.wrongUse,
    );
  }
  return ports.readInput();
}

async function textOfFile(path: string): Promise<string> {
  try {
    const file = await open(path, 'r');
    try {
      const buffer = Buffer.alloc(MAX_TEXT_BYTES + 1);
      const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
      if (bytesRead > MAX_TEXT_BYTES) throw new CommandError('The file is too long to hold keys.', EXIT_CODES.wrongUse);
      return buffer.toString('utf8', 0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof CommandError || !(error instanceof Error)) throw error;
    // The path is not repeated: in its place may stand a key.
    const code = 'code' in error ? String(error.code) : error.name;
    throw new CommandError(`The file of the keys cannot be read (${code}).`, EXIT_CODES.wrongUse);
  }
}

async function walletOfWords(
  ports: CommandPorts,
  source: KeySource,
  given: Words,
  network: Network,
): Promise<ViewWallet> {
  const passphrase = isAsked(ports, source)
    ? await ports.ask.hidden('Passphrase of the seed (empty where it has none)')
    : given.passphrase;
  const { keysOfSeed, SeedWordsError, seedFromWords } = await import('#tari/seed-words.ts');
  try {
    const { viewKey, spendKey } = keysOfSeed(seedFromWords(given.words, passphrase), network);
    const publicSpendKey = publicKeyOf(spendKey);
    // Nothing after this needs the key that spends.
    spendKey.fill(0);
    return viewWallet(network, viewKey, publicSpendKey);
  } catch (error) {
    if (error instanceof SeedWordsError) throw new CommandError(error.message, EXIT_CODES.wrongUse);
    throw error;
  }
}

async function walletOfKeys(
  ports: CommandPorts,
  source: KeySource,
  given: Keys,
  network: Network,
): Promise<ViewWallet> {
  const spendKey =
    given.spendKey === undefined
      ? (source.address?.spendKey ?? (await askSpendKey(ports, source, network)))
      : hex.decode(given.spendKey);
  const wallet = viewWallet(network, hex.decode(given.viewKey), spendKey);
  if (given.publicViewKey !== undefined && hex.encode(wallet.publicViewKey) !== given.publicViewKey) {
    throw new CommandError('The private view key and the public view key do not belong together.', EXIT_CODES.wrongUse);
  }
  // Both keys of one pair: then one of them is not what it was taken for.
  if (bytesEqual(wallet.publicViewKey, wallet.spendKey)) {
    throw new CommandError(
      'The spend key is the public key of the view key. Give the wallet’s view key and its public spend key.',
      EXIT_CODES.wrongUse,
    );
  }
  return wallet;
}

async function askSpendKey(ports: CommandPorts, source: KeySource, network: Network): Promise<Uint8Array> {
  if (!isAsked(ports, source)) {
    throw new CommandError(
      'The public spend key is missing: give it behind the view key, or an address of the wallet with --address.',
      EXIT_CODES.wrongUse,
    );
  }
  const check = (text: string): string | undefined => {
    const key = spendKeyIn(text, network);
    return typeof key === 'string' ? key : undefined;
  };
  const key = spendKeyIn(await ports.ask.text('The public spend key, or an address of the wallet', { check }), network);
  if (typeof key === 'string') throw new CommandError(key, EXIT_CODES.wrongUse);
  return key;
}

/** The key, or a sentence that says what is wrong. */
function spendKeyIn(text: string, network: Network): Uint8Array | string {
  const [, key] = /(?:^|[\s:=])(?:0x)?([0-9a-f]{64})\s*$/i.exec(text) ?? [];
  if (key !== undefined) return hex.decode(key.toLowerCase());
  try {
    const address = parseAddress(text.trim());
    if (address.network === network) return address.spendKey;
    return `This address is of ${address.network}, not of ${network}.`;
  } catch (error) {
    if (error instanceof AddressError) return 'This is neither 64 hex characters nor a Tari address.';
    throw error;
  }
}

const isAsked = ({ terminal }: CommandPorts, { file }: KeySource) => file === undefined && terminal.canAsk;

// ---- Belonging together -------------------------------------------------------------------------------------------

/** @returns the address that was given if it is dual, so that its features stay; otherwise the wallet's one-sided one. */
function fittingAddress(wallet: ViewWallet, given: TariAddress | undefined): TariAddress {
  if (given === undefined) return oneSidedAddress(wallet);
  if (!bytesEqual(given.spendKey, wallet.spendKey)) {
    throw new CommandError('The keys are of another wallet than the address.', EXIT_CODES.wrongUse);
  }
  if (given.viewKey === null) return oneSidedAddress(wallet);
  if (!bytesEqual(given.viewKey, wallet.publicViewKey)) {
    throw new CommandError('The view key does not belong to the address.', EXIT_CODES.wrongUse);
  }
  return withoutPaymentId(given);
}
