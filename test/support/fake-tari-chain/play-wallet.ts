import { hex } from '@scure/base';
import sodium from 'libsodium-wrappers-sumo';
import { dualAddress, type Network, ONE_SIDED, type TariAddress } from '#tari/address.ts';
import { lengthPrefixed, utf8 } from '#tari/bytes.ts';
import type { WholeOutput } from '#tari/chain/outputs.ts';
import { type ViewWallet, viewWallet } from '#tari/chain/view-wallet.ts';
import { addPoints, multiplyBase, multiplyPublicKey, reduceToScalar } from '#tari/ristretto.ts';
import { generateSecretKey, publicKeyOf, type RandomBytes } from '#tari/schnorr.ts';
import { joined, type MemoText, memoWithSender, outgoingMemo, textMemo } from './play-memos.ts';

await sodium.ready;

/**
 * A wallet to play with: it makes the outputs that a payer's wallet makes (the mirror of chain.md 2), honest ones and
 * every lie that a payer can tell. It has no money and needs none: what it makes is worth what it says.
 */

export interface PlayWallet {
  /** Dual and one-sided, as wallets of today show it. */
  address: TariAddress;
  viewKey: Uint8Array;
  spendKey: Uint8Array;
  /** What may watch this wallet. */
  view: ViewWallet;
}

/** What a payer can do so that an output which opens for the receiver is no payment to him. */
export const LIES = {
  more_than_committed: 'the amount in the encrypted data is above the one in the commitment',
  less_than_committed: 'the amount in the encrypted data is below the one in the commitment',
  wrong_mask: 'the mask in the encrypted data is not the one of the commitment',
  mask_is_no_scalar: 'the mask in the encrypted data is not below the group order',
  any_commitment: 'the commitment is a point that has nothing to do with the amount',
  commitment_is_no_point: 'the commitment is no point at all',
  script_of_payer: 'the payer can spend it',
  script_of_another_mask: 'the key in the script was made for another mask',
  script_of_view_key: "the script names the receiver's view key",
  script_of_nobody: 'the script names no point',
  script_empty: 'there is no script: everybody can spend it',
  script_longer: 'the right script and more behind it',
  script_shorter: 'the right script without its last byte',
  script_other_opcode: 'the right key behind another opcode',
  covenant: 'it can be spent only as the payer wants it',
  coinbase: 'it says that it is a mining reward',
  burn: 'it says that it is burnt',
  type_of_tomorrow: 'its type is not known',
  locked: 'it cannot be spent for years',
} as const;
export type Lie = keyof typeof LIES;

export interface PaymentOptions {
  amount: bigint;
  /** What the payer types. The payment id of an address with one wins over it. */
  text?: MemoText;
  /** What the payer says is his address: null for a memo without one. By default this wallet's own. */
  sender?: TariAddress | Uint8Array | null;
  /** The whole memo, in place of what would be made of text and sender. */
  memo?: Uint8Array;
  /** `plain` names the spend key itself, as older wallets and coinbases do. */
  script?: 'stealth' | 'plain';
  maturity?: bigint;
  outputType?: number;
  /** The sender offset's secret, in place of a new one. With 0, everybody can read the payment. */
  offset?: Uint8Array;
  lie?: Lie;
}

/** A whole output, and what its maker knows of it. */
export interface MadeOutput extends WholeOutput {
  amount: bigint;
  mask: Uint8Array;
}

const VALUE_GENERATOR = hex.decode('ce389841c0c8698ab95b70242aeea64840b1eac5f644b7d008ac0587cf471d70');
const ENCRYPTION_KEY = 'com.tari.base_layer.wallet.output_encryption_keys.v1';
const VALUE_AND_MASK_KEY = 'com.tari.base_layer.core.transactions.secure_nonce_kdf.v0.encrypted_value_and_mask';
const SCRIPT_KEY = 'com.tari.base_layer.core.transactions.key_manager.v1.script key';
const ADDITIONAL_DATA = utf8('TARI_AAD_VALUE_AND_MASK_EXTEND_NONCE_VARIANT');
const PUSH_PUBLIC_KEY = 0x7e;
const BURN_TYPE = 2;
const TYPE_OF_TOMORROW = 9;
const YEARS_AWAY = 10_000_000n;
const COINBASE_LOCK = 720n;

export function playWallet(network: Network, random: RandomBytes): PlayWallet {
  const viewKey = generateSecretKey(random);
  const spendKey = generateSecretKey(random);
  return playWalletOf(network, viewKey, spendKey);
}

export function playWalletOf(network: Network, viewKey: Uint8Array, spendKey: Uint8Array): PlayWallet {
  const publicSpendKey = publicKeyOf(spendKey);
  const address = dualAddress(network, publicKeyOf(viewKey), publicSpendKey, ONE_SIDED);
  return { address, viewKey, spendKey, view: viewWallet(network, viewKey, publicSpendKey) };
}

/** The output of a payment to any dual address, with or without a payment id. */
export function payTo(
  receiver: TariAddress,
  payer: PlayWallet,
  options: PaymentOptions,
  random: RandomBytes,
): MadeOutput {
  if (receiver.viewKey === null) throw new TypeError('The play wallet pays to dual addresses only.');
  const { offset = generateSecretKey(random) } = options;
  const shared = multiplyPublicKey(offset, receiver.viewKey);
  if (shared === undefined) throw new TypeError('The view key of the address is no point.');
  const secrets = { key: reduceToScalar(hash(64, ENCRYPTION_KEY, shared)), mask: generateSecretKey(random) };
  const script = scriptOf(receiver, payer, secrets.mask, options, random);
  return sealed(offset, secrets, script, memoOf(receiver, payer, options), options, random);
}

/** Change: what the wallet sends to itself when it has paid. It opens with the view key as it is. */
export function changeOf(
  wallet: PlayWallet,
  options: PaymentOptions & { paid?: { to: TariAddress; amount: bigint; outputs: readonly MadeOutput[] } },
  random: RandomBytes,
): MadeOutput {
  const secrets = { key: wallet.viewKey, mask: generateSecretKey(random) };
  const { to = wallet.address, amount = 0n, outputs = [] } = options.paid ?? {};
  const hashes = outputs.map((output) => output.outputHash);
  const memo = options.memo ?? outgoingMemo(to, amount, options.text ?? '', hashes);
  const script = scriptOf(wallet.address, wallet, secrets.mask, options, random);
  return sealed(generateSecretKey(random), secrets, script, memo, options, random);
}

/** A miner's reward to the address: plain, locked, and without sender. */
export function coinbaseTo(receiver: TariAddress, amount: bigint, height: bigint, random: RandomBytes): MadeOutput {
  const maturity = height + COINBASE_LOCK;
  const miner = playWallet(receiver.network, random);
  const options = { amount, maturity, outputType: 1, memo: textMemo('', 0), script: 'plain' as const };
  return payTo(receiver, miner, options, random);
}

/** An output of others: points, and bytes that nobody here can open. As cheap to make as it can be. */
export function outputOfOthers(random: RandomBytes): MadeOutput {
  const [commitment, offset, key] = [0, 1, 2].map(() => somePoint(random)) as [Uint8Array, Uint8Array, Uint8Array];
  return withHash({
    commitment,
    encryptedData: random(80 + 130),
    senderOffsetPublicKey: offset,
    outputType: 0,
    maturity: 0n,
    script: joined(PUSH_PUBLIC_KEY, key),
    covenant: new Uint8Array(),
    amount: 0n,
    mask: new Uint8Array(32),
  });
}

/** The output with some of its bytes changed, and the hash that belongs to them: for a node that lies. */
export function altered(output: MadeOutput, changes: Partial<Omit<MadeOutput, 'outputHash'>>): MadeOutput {
  return withHash({ ...output, ...changes });
}

/** The payment id of the address goes in front of what the payer types: wallets lock the field. */
function memoOf(receiver: TariAddress, payer: PlayWallet, options: PaymentOptions): Uint8Array {
  if (options.memo !== undefined) return options.memo;
  const text = receiver.paymentId ?? options.text ?? '';
  const { sender = payer.address } = options;
  return sender === null ? textMemo(text) : memoWithSender(sender, text);
}

function sealed(
  offset: Uint8Array,
  { key, mask }: { key: Uint8Array; mask: Uint8Array },
  script: Uint8Array,
  memo: Uint8Array,
  options: PaymentOptions,
  random: RandomBytes,
): MadeOutput {
  const { amount, lie } = options;
  const commitment = commitmentOf(amount, mask, lie, random);
  const told = { amount: amountTold(amount, lie), mask: maskTold(mask, lie, random) };
  const plain = joined(scalarOf(told.amount).subarray(0, 8), told.mask, memo);
  return withHash({
    commitment,
    encryptedData: encrypt(key, commitment, plain, random),
    senderOffsetPublicKey: multiplyBase(offset),
    outputType: typeTold(options),
    maturity: lie === 'locked' ? YEARS_AWAY : (options.maturity ?? 0n),
    script,
    covenant: lie === 'covenant' ? random(5) : new Uint8Array(),
    amount,
    mask,
  });
}

function encrypt(key: Uint8Array, commitment: Uint8Array, plain: Uint8Array, random: RandomBytes): Uint8Array {
  const nonce = random(24);
  const { mac, ciphertext } = sodium.crypto_aead_xchacha20poly1305_ietf_encrypt_detached(
    plain,
    ADDITIONAL_DATA,
    null,
    nonce,
    hash(32, VALUE_AND_MASK_KEY, key, commitment),
  );
  return joined(mac, nonce, ciphertext);
}

/** C = mask·G + value·B. */
function commitmentOf(amount: bigint, mask: Uint8Array, lie: Lie | undefined, random: RandomBytes): Uint8Array {
  if (lie === 'any_commitment') return somePoint(random);
  if (lie === 'commitment_is_no_point') return new Uint8Array(32).fill(0xff);
  const value = multiplyPublicKey(scalarOf(amount), VALUE_GENERATOR);
  const sum = value && addPoints(multiplyBase(mask), value);
  if (sum === undefined) throw new TypeError('The commitment could not be made.');
  return sum;
}

function amountTold(amount: bigint, lie: Lie | undefined): bigint {
  if (lie === 'more_than_committed') return amount + 1n;
  return lie === 'less_than_committed' ? amount - 1n : amount;
}

function maskTold(mask: Uint8Array, lie: Lie | undefined, random: RandomBytes): Uint8Array {
  if (lie === 'mask_is_no_scalar') return new Uint8Array(32).fill(0xff);
  return lie === 'wrong_mask' ? generateSecretKey(random) : mask;
}

function typeTold({ lie, outputType = 0 }: PaymentOptions): number {
  if (lie === 'coinbase') return 1;
  if (lie === 'burn') return BURN_TYPE;
  return lie === 'type_of_tomorrow' ? TYPE_OF_TOMORROW : outputType;
}

function scriptOf(
  receiver: TariAddress,
  payer: PlayWallet,
  mask: Uint8Array,
  { lie, script = 'stealth' }: PaymentOptions,
  random: RandomBytes,
): Uint8Array {
  const right = script === 'plain' ? receiver.spendKey : stealthKey(receiver.spendKey, mask);
  switch (lie) {
    case 'script_of_payer':
      return joined(PUSH_PUBLIC_KEY, stealthKey(publicKeyOf(payer.spendKey), mask));
    case 'script_of_another_mask':
      return joined(PUSH_PUBLIC_KEY, stealthKey(receiver.spendKey, generateSecretKey(random)));
    case 'script_of_view_key':
      return joined(PUSH_PUBLIC_KEY, receiver.viewKey ?? right);
    case 'script_of_nobody':
      return joined(PUSH_PUBLIC_KEY, new Uint8Array(32).fill(0xff));
    case 'script_empty':
      return new Uint8Array();
    case 'script_longer':
      return joined(PUSH_PUBLIC_KEY, right, 0x73);
    case 'script_shorter':
      return joined(PUSH_PUBLIC_KEY, right).subarray(0, 32);
    case 'script_other_opcode':
      return joined(0x73, right);
    default:
      return joined(PUSH_PUBLIC_KEY, right);
  }
}

/** K = S + H(64, …, mask)·G. */
function stealthKey(spendKey: Uint8Array, mask: Uint8Array): Uint8Array {
  const key = addPoints(spendKey, multiplyBase(reduceToScalar(hash(64, SCRIPT_KEY, mask))));
  if (key === undefined) throw new TypeError('The spend key is no point.');
  return key;
}

/** The real hash covers proofs that are not made here; this one, as that, is another for every change of the output. */
function withHash(output: Omit<MadeOutput, 'outputHash'>): MadeOutput {
  const numbers = utf8(`${output.outputType} ${output.maturity}`);
  const { commitment, encryptedData, senderOffsetPublicKey, script, covenant } = output;
  const parts = [commitment, encryptedData, senderOffsetPublicKey, script, covenant, numbers];
  return { ...output, outputHash: hash(32, 'play.output', ...parts) };
}

function somePoint(random: RandomBytes): Uint8Array {
  return sodium.crypto_core_ristretto255_from_hash(random(64));
}

function scalarOf(value: bigint): Uint8Array {
  const scalar = new Uint8Array(32);
  new DataView(scalar.buffer).setBigUint64(0, value, true);
  return scalar;
}

function hash(length: 32 | 64, tag: string, ...parts: Uint8Array[]): Uint8Array {
  return sodium.crypto_generichash(length, lengthPrefixed(utf8(tag), ...parts), null);
}
