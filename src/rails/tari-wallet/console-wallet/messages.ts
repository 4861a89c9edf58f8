import { utf8 } from '#tari/bytes.ts';
import {
  bytesField,
  bytesFieldOf,
  bytesFields,
  type Field,
  fieldsOf,
  messageFieldOf,
  messageOf,
  numberField,
  numberFieldOf,
} from '#tari/protobuf.ts';

/** The messages of the console wallet's gRPC interface that payouts need, by field number (docs/reference/wallet.md 3). */

/** TransactionStatus: those that tell something of a payment that went out. */
export const STATUS = {
  completed: 0,
  broadcast: 1,
  minedUnconfirmed: 2,
  pending: 4,
  minedConfirmed: 6,
  rejected: 7,
  queued: 10,
  notFound: 11,
} as const;

const OUTBOUND = 2;

/** PaymentType: the only one that is left. */
const ONE_SIDED_TO_STEALTH_ADDRESS = 2n;

/** A transaction of the wallet. */
export interface WalletTransaction {
  /** Of this wallet alone: that of the recipient's is another. */
  txid: string;
  destination: Uint8Array;
  status: number;
  isOutbound: boolean;
  amount: bigint;
  fee: bigint;
  isCancelled: boolean;
  /** When the wallet made it. */
  at: Date;
  /** 0 if it stands in no block (any more). */
  minedHeight: bigint;
  /** The text that goes with it. */
  paymentId: Uint8Array;
  /** What both sides see and explorers find; there once it is confirmed. */
  referencesSent: Uint8Array[];
  rejectedReason: string;
}

export interface TransferOrder {
  /** In base58. */
  address: string;
  /** µT. */
  amount: bigint;
  feePerGram: bigint;
  /** At most 256 bytes with all that the wallet adds. */
  paymentId: string;
}

export interface TransferResult {
  isSuccess: boolean;
  txid: string;
  failure: string;
}

/** Transfer {1 repeated PaymentRecipient}, with one recipient. */
export function transferRequest({ address, amount, feePerGram, paymentId }: TransferOrder): Uint8Array {
  const recipient = messageOf(
    bytesFieldOf(1, utf8(address)),
    numberFieldOf(2, amount),
    numberFieldOf(3, feePerGram),
    numberFieldOf(5, ONE_SIDED_TO_STEALTH_ADDRESS),
    bytesFieldOf(7, userPaymentId(utf8(paymentId))),
  );
  return messageFieldOf(1, recipient);
}

/** UserPaymentId {2 utf8_string, 3 user_bytes}. */
function userPaymentId(id: Uint8Array): Uint8Array {
  return isUtf8(id) ? messageFieldOf(2, id) : messageFieldOf(3, id);
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** @throws {ProtobufError} also if it is not the result of one transfer. */
export function transferResult(answer: Uint8Array): TransferResult {
  const fields = [...fieldsOf(bytesField([...fieldsOf(answer)], 1))];
  return {
    txid: numberField(fields, 2).toString(),
    isSuccess: numberField(fields, 3) === 1n,
    failure: textOf(bytesField(fields, 4)),
  };
}

/** GetCompletedTransactions {1 payment_id}. */
export function byPaymentIdRequest(paymentId: Uint8Array): Uint8Array {
  return messageFieldOf(1, userPaymentId(paymentId));
}

/** GetTransactionInfo {1 repeated transaction_ids}: not packed, which every reader takes. */
export function transactionInfoRequest(txids: readonly string[]): Uint8Array {
  return messageOf(...txids.map((txid) => numberFieldOf(1, BigInt(txid))));
}

/** GetFeeEstimate {1 amount, 2 fee_per_gram, 3 output_count}. */
export function feeEstimateRequest(amount: bigint, feePerGram: bigint): Uint8Array {
  return messageOf(numberFieldOf(1, amount), numberFieldOf(2, feePerGram), numberFieldOf(3, 1n));
}

export function feeEstimate(answer: Uint8Array): bigint {
  return numberField([...fieldsOf(answer)], 1);
}

/** A list of transactions in an answer, and each message of the stream: `1 TransactionInfo`. @throws {ProtobufError} */
export function transactionsOf(answer: Uint8Array): WalletTransaction[] {
  return bytesFields([...fieldsOf(answer)], 1).map((message) => transactionOf([...fieldsOf(message)]));
}

function transactionOf(fields: readonly Field[]): WalletTransaction {
  return {
    txid: numberField(fields, 1).toString(),
    destination: bytesField(fields, 3),
    status: Number(numberField(fields, 4)),
    isOutbound: Number(numberField(fields, 5)) === OUTBOUND,
    amount: numberField(fields, 6),
    fee: numberField(fields, 7),
    isCancelled: numberField(fields, 8) === 1n,
    at: new Date(Number(numberField(fields, 10)) * 1000),
    minedHeight: numberField(fields, 13),
    paymentId: bytesField(fields, 14),
    referencesSent: bytesFields(fields, 17),
    rejectedReason: textOf(bytesField(fields, 20)),
  };
}

/** GetBalance {1 available_balance, 2 pending_incoming_balance, 3 pending_outgoing_balance, 4 timelocked_balance}. */
export function availableBalance(answer: Uint8Array): bigint {
  return numberField([...fieldsOf(answer)], 1);
}

/** GetState {1 scanned_height}. */
export function scannedHeight(answer: Uint8Array): bigint {
  return numberField([...fieldsOf(answer)], 1);
}

/** GetCompleteAddress {2 one_sided_address}. */
export function oneSidedAddress(answer: Uint8Array): Uint8Array {
  return bytesField([...fieldsOf(answer)], 2);
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
