import { hex } from '@scure/base';
import { bytesEqual, utf8 } from '#tari/bytes.ts';
import { TARI_SUPPLY } from '#tari/micro-tari.ts';
import {
  addPoints,
  isCanonicalScalar,
  multiplyBase,
  multiplyPoint,
  multiplyPublicKey,
  openSealed,
  POINT_LENGTH,
  reduceToScalar,
  SCALAR_LENGTH,
} from '#tari/ristretto.ts';
import { hashTag, taggedHash256, taggedHash512 } from './tagged-hash.ts';
import type { ViewWallet } from './view-wallet.ts';

/**
 * Outputs of the chain as a wallet's view key sees them (chain.md 2 and 4): which were encrypted for the wallet, which
 * of those are payments to it, and the ids by which its owner and the payer know them. Nothing here spends.
 */

/** An output as a block's list shows it, enough to determine whether it was encrypted for the wallet. */
export interface ListedOutput {
  outputHash: Uint8Array;
  commitment: Uint8Array;
  encryptedData: Uint8Array;
  senderOffsetPublicKey: Uint8Array;
}

/** An output with everything that determines who can spend it, and when. */
export interface WholeOutput extends ListedOutput {
  outputType: number;
  /** The first height at which the output can be spent. */
  maturity: bigint;
  script: Uint8Array;
  covenant: Uint8Array;
}

/** The content of the encrypted data. The output's creator could write anything there; see refusalOf. */
export interface OpenedOutput {
  /** `own`: the wallet created the output itself, as change. It is not a payment. */
  kind: 'for_us' | 'own';
  /** In µT, as claimed. */
  amount: bigint;
  /** 32 bytes, as claimed: the commitment's blinding factor. */
  mask: Uint8Array;
  memo: Uint8Array;
}

/** Why an output that was encrypted for the wallet is not a payment to it. */
export const OUTPUT_REFUSALS = [
  'wrong_value',
  'foreign_script',
  'covenant',
  'coinbase',
  'unknown_type',
  'locked',
] as const;
export type OutputRefusal = (typeof OUTPUT_REFUSALS)[number];

const ENCRYPTION_KEY = hashTag('com.tari.base_layer.wallet.output_encryption_keys.v1');
const VALUE_AND_MASK_KEY = hashTag(
  'com.tari.base_layer.core.transactions.secure_nonce_kdf.v0.encrypted_value_and_mask',
);
const ADDITIONAL_DATA = utf8('TARI_AAD_VALUE_AND_MASK_EXTEND_NONCE_VARIANT');
const SCRIPT_KEY = hashTag('com.tari.base_layer.core.transactions.key_manager.v1.script key');
const TRANSACTION_ID = hashTag('com.tari.mac.v1.tari/tx_id_64');
const PAYMENT_REFERENCE = hashTag('com.tari.base_layer.wallet.payment_reference.v1.payment_reference');

/** The generator of the committed value. */
const VALUE_GENERATOR = hex.decode('ce389841c0c8698ab95b70242aeea64840b1eac5f644b7d008ac0587cf471d70');

const HASH_LENGTH = 32;
const COMMITMENT_LENGTH = POINT_LENGTH;
const TAG_LENGTH = 16;
const NONCE_LENGTH = 24;
const CIPHERTEXT_START = TAG_LENGTH + NONCE_LENGTH;
const VALUE_LENGTH = 8;
const MEMO_START = VALUE_LENGTH + SCALAR_LENGTH;
export const MAX_MEMO_LENGTH = 257;
const MIN_ENCRYPTED_LENGTH = CIPHERTEXT_START + MEMO_START;
/** The chain accepts no longer encrypted data, so longer data from a node need not be decrypted. */
const MAX_ENCRYPTED_LENGTH = MIN_ENCRYPTED_LENGTH + MAX_MEMO_LENGTH;

const STANDARD_TYPE = 0;
const COINBASE_TYPE = 1;
/** PushPubKey: a script of this and a key can be spent with that key. */
const PUSH_PUBLIC_KEY = 0x7e;

/**
 * Decrypts the output's data if it was encrypted for the wallet, by a payer or by the wallet itself (chain.md 2, steps 1
 * to 4 and 6). Undefined for an output of others and for any other bytes; it never throws.
 * An output of others costs about 0.15 ms, nearly all of it the multiplication of step 1.
 */
export function openOutput(
  wallet: ViewWallet,
  output: Pick<ListedOutput, 'commitment' | 'encryptedData' | 'senderOffsetPublicKey'>,
): OpenedOutput | undefined {
  const { commitment, encryptedData, senderOffsetPublicKey } = output;
  if (commitment.length !== COMMITMENT_LENGTH || senderOffsetPublicKey.length !== POINT_LENGTH) return undefined;
  if (encryptedData.length < MIN_ENCRYPTED_LENGTH || encryptedData.length > MAX_ENCRYPTED_LENGTH) return undefined;

  const shared = multiplyPoint(wallet.viewKey, senderOffsetPublicKey);
  if (shared !== undefined) {
    const key = reduceToScalar(taggedHash512(ENCRYPTION_KEY, shared));
    const plain = decrypt(key, commitment, encryptedData);
    if (plain !== undefined) return opened('for_us', plain);
  }
  const plain = decrypt(wallet.viewKey, commitment, encryptedData);
  return plain === undefined ? undefined : opened('own', plain);
}

/**
 * Why the output is not a payment to the wallet; undefined if it is one (chain.md 2, step 5). `opened` is the result of
 * openOutput, of kind `for_us`: for change, which is not a payment either, it throws RangeError.
 */
export function refusalOf(
  wallet: ViewWallet,
  opened: OpenedOutput,
  whole: WholeOutput,
  blockHeight: bigint,
): OutputRefusal | undefined {
  if (opened.kind !== 'for_us') throw new RangeError('Change of the wallet itself is no payment to it.');
  if (!opensCommitment(opened, whole.commitment)) return 'wrong_value';
  if (!isScriptOf(wallet, opened.mask, whole.script)) return 'foreign_script';
  if (whole.covenant.length > 0) return 'covenant';
  if (whole.outputType === COINBASE_TYPE) return 'coinbase';
  if (whole.outputType !== STANDARD_TYPE) return 'unknown_type';
  if (whole.maturity > blockHeight) return 'locked';
  return undefined;
}

/** The wallet's own id of the payment, a decimal u64: the console wallet calls it tx_id (chain.md 4). */
export function transactionIdOf(publicViewKey: Uint8Array, outputHash: Uint8Array): string {
  requireHash(outputHash);
  return littleEndianNumber(taggedHash256(TRANSACTION_ID, publicViewKey, outputHash)).toString();
}

/** The payment reference, which payer and shop both see, in lower-case hex (chain.md 4). It changes with the block. */
export function paymentReferenceOf(blockHash: Uint8Array, outputHash: Uint8Array): string {
  requireHash(blockHash);
  requireHash(outputHash);
  return hex.encode(taggedHash256(PAYMENT_REFERENCE, blockHash, outputHash));
}

/** Encrypted data is tag (16), nonce (24), ciphertext. Its key is bound to the commitment. */
function decrypt(key: Uint8Array, commitment: Uint8Array, encryptedData: Uint8Array): Uint8Array | undefined {
  const sealed = {
    tag: encryptedData.subarray(0, TAG_LENGTH),
    nonce: encryptedData.subarray(TAG_LENGTH, CIPHERTEXT_START),
    ciphertext: encryptedData.subarray(CIPHERTEXT_START),
  };
  return openSealed(sealed, taggedHash256(VALUE_AND_MASK_KEY, key, commitment), ADDITIONAL_DATA);
}

function opened(kind: OpenedOutput['kind'], plain: Uint8Array): OpenedOutput {
  return {
    kind,
    amount: littleEndianNumber(plain),
    mask: plain.slice(VALUE_LENGTH, MEMO_START),
    memo: plain.slice(MEMO_START),
  };
}

/** Whether C = mask·G + value·B. An amount above the supply of Tari is a lie, whatever the commitment says. */
function opensCommitment({ amount, mask }: OpenedOutput, commitment: Uint8Array): boolean {
  if (amount > TARI_SUPPLY || !isCanonicalScalar(mask)) return false;
  const value = multiplyPublicKey(scalarOf(amount), VALUE_GENERATOR);
  const sum = value === undefined ? undefined : addPoints(multiplyBase(mask), value);
  return sum !== undefined && bytesEqual(sum, commitment);
}

/** Whether only the wallet's spend key can spend it: by a key derived for this mask, or, in plain payments, by the key itself. */
function isScriptOf(wallet: ViewWallet, mask: Uint8Array, script: Uint8Array): boolean {
  if (script.length !== 1 + POINT_LENGTH || script[0] !== PUSH_PUBLIC_KEY) return false;
  const key = script.subarray(1);
  if (bytesEqual(key, wallet.spendKey)) return true;
  const offset = multiplyBase(reduceToScalar(taggedHash512(SCRIPT_KEY, mask)));
  const stealthKey = addPoints(wallet.spendKey, offset);
  return stealthKey !== undefined && bytesEqual(key, stealthKey);
}

function scalarOf(value: bigint): Uint8Array {
  const scalar = new Uint8Array(SCALAR_LENGTH);
  new DataView(scalar.buffer).setBigUint64(0, value, true);
  return scalar;
}

/** The first 8 bytes as a u64. */
function littleEndianNumber(bytes: Uint8Array): bigint {
  return new DataView(bytes.buffer, bytes.byteOffset, VALUE_LENGTH).getBigUint64(0, true);
}

function requireHash(bytes: Uint8Array): void {
  if (bytes.length !== HASH_LENGTH) throw new RangeError(`A hash has ${HASH_LENGTH} bytes, not ${bytes.length}.`);
}
