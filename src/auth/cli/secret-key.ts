import { hex } from '@scure/base';
import { Option } from 'commander';
import type { Signer } from '#platform/cli/api-client.ts';
import { CommandError, EXIT_CODES } from '#platform/cli/exit.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { addressToBase58, addressToEmoji, type Network, singleAddress } from '#tari/address.ts';
import { publicKeyOf } from '#tari/schnorr.ts';

/** Where commands that sign find the key when no option names one. */
export const SECRET_KEY_VARIABLE = 'TARITOOLS_SECRET_KEY';

/** The longest line that can be a key with spaces around it. */
const LONGEST_KEY_TEXT = 200;

const SAFE_WAYS = `Set ${SECRET_KEY_VARIABLE}, or give it on standard input with -s -`;

/** `-s`, as the Rust tool had it: scripts that were made for that one give the key itself. */
export function secretKeyOption(): Option {
  return new Option(
    '-s, --seckey <key>',
    `- reads the secret key, in hex, from standard input; without this option it is taken from ${SECRET_KEY_VARIABLE}, or asked for. The key itself is taken here too, but others can see it then`,
  );
}

/** @throws {CommandError} where there is no key, or it is none. */
export async function secretKeyFrom(ports: CommandPorts, given: string | undefined): Promise<Uint8Array> {
  if (given === '-') return parseSecretKey((await ports.readInput()).split('\n')[0] ?? '');
  if (given !== undefined) {
    // The list of processes shows it until this process has hidden its arguments, and the shell's history for good.
    ports.note(`A secret key among the arguments can be read by others on this machine. ${SAFE_WAYS} instead.`);
    return parseSecretKey(given);
  }
  const text = ports.environment[SECRET_KEY_VARIABLE] ?? '';
  if (text !== '') return parseSecretKey(text);
  if (ports.terminal.canAsk) return parseSecretKey(await ports.ask.hidden('Secret key (64 hex characters)'));
  throw new CommandError(`There is no secret key. ${SAFE_WAYS}.`, EXIT_CODES.wrongUse);
}

/** Reads a key of 64 hex characters. What was given is never repeated. @throws {CommandError} */
export function parseSecretKey(text: string): Uint8Array {
  const trimmed = text.length <= LONGEST_KEY_TEXT ? text.trim().toLowerCase() : '';
  if (/^[0-9a-f]{64}$/.test(trimmed)) {
    const key = hex.decode(trimmed);
    if (isUsable(key)) return key;
  }
  throw new CommandError('The secret key is not 64 hex characters that stand for a key.', EXIT_CODES.wrongUse);
}

function isUsable(key: Uint8Array): boolean {
  try {
    publicKeyOf(key);
    return true;
  } catch {
    return false;
  }
}

export function signerOf(secretKey: Uint8Array, network: Network): Signer {
  return { secretKey, address: singleAddress(network, publicKeyOf(secretKey)) };
}

/** What may be told of a signer, by the names of the Rust tool's output. Never the key. */
export function signerFields({ address }: Signer): [string, string][] {
  return [
    ['Wallet address', addressToBase58(address)],
    ['Public key', hex.encode(address.spendKey)],
    ['Emoji id', addressToEmoji(address)],
    ['Network', address.network],
  ];
}
