import { Buffer } from 'node:buffer';
import type { ChannelCredentials, Client, Metadata, ServiceError } from '@grpc/grpc-js';
import { addressFromBytes, type TariAddress } from '#tari/address.ts';
import { ProtobufError } from '#tari/protobuf.ts';
import {
  availableBalance,
  byPaymentIdRequest,
  feeEstimate,
  feeEstimateRequest,
  oneSidedAddress,
  STATUS,
  scannedHeight,
  type TransferOrder,
  type TransferResult,
  transactionInfoRequest,
  transactionsOf,
  transferRequest,
  transferResult,
  type WalletTransaction,
} from './messages.ts';
import { WalletError } from './wallet-error.ts';

/** The console wallet that holds the spend key, asked by its gRPC interface (docs/reference/wallet.md 3). */
export interface ConsoleWallet {
  /** Its address for one-sided payments. @throws {WalletError} as each of them */
  address(): Promise<TariAddress>;
  /** µT that it can spend now. */
  available(): Promise<bigint>;
  scannedHeight(): Promise<bigint>;
  feeOf(amount: bigint, feePerGram: bigint): Promise<bigint>;
  /** Pays. An error of the kind `unknown` does not say whether it did. */
  transfer(order: TransferOrder): Promise<TransferResult>;
  /** All transactions that carry this payment id, whatever became of them. */
  withPaymentId(paymentId: Uint8Array): Promise<WalletTransaction[]>;
  /** Undefined if it has none of that id. */
  transaction(txid: string): Promise<WalletTransaction | undefined>;
  close(): void;
}

export interface WalletConnection {
  /** `host:port`. */
  target: string;
  /** Of `grpc_authentication`. */
  login?: { user: string; password: string };
  /** The certificate that it must show, PEM: `grpc_tls_enabled`. */
  certificate?: string;
}

const SERVICE = '/tari.rpc.Wallet';

/** Everything but a payment is read from the wallet's own database. */
const READ_TIMEOUT_MS = 20_000;
/** It chooses inputs, makes proofs, and waits for its base node. */
const TRANSFER_TIMEOUT_MS = 120_000;
/** A transaction has under 4 KB; no payout has a thousand of them. */
const MAX_MESSAGE_BYTES = 4 * 1024 * 1024;
const MAX_STREAMED = 1_000;

/** gRPC's status codes with which nothing was done: the request itself was refused. */
const REFUSALS: ReadonlySet<number> = new Set([3 /* invalid argument */, 7 /* permission denied */, 12, 16]);
/** The memo is too long, refused before anything else; the same status stands for other things too. */
const MEMO_TOO_LONG = /^Memo exceeds \d+-byte limit/;

export async function openConsoleWallet(connection: WalletConnection): Promise<ConsoleWallet> {
  const grpc = await import('@grpc/grpc-js');
  const client = new grpc.Client(connection.target, credentialsOf(grpc, connection), {
    'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
    // Nothing is sent twice by the library itself.
    'grpc.enable_retries': 0,
  });
  const metadata = new grpc.Metadata();
  if (connection.login !== undefined) metadata.set('authorization', basic(connection.login));
  return walletOver({ client, metadata });
}

function credentialsOf(grpc: typeof import('@grpc/grpc-js'), { certificate }: WalletConnection): ChannelCredentials {
  if (certificate === undefined) return grpc.credentials.createInsecure();
  return grpc.credentials.createSsl(Buffer.from(certificate));
}

function basic({ user, password }: { user: string; password: string }): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

interface Channel {
  client: Client;
  metadata: Metadata;
}

function walletOver(channel: Channel): ConsoleWallet {
  const ask = <Answer>(method: string, request: Uint8Array, read: (answer: Uint8Array) => Answer) =>
    call(channel, method, request, READ_TIMEOUT_MS).then(reading(read));
  return {
    address: async () => ask('GetCompleteAddress', NOTHING, (answer) => addressFromBytes(oneSidedAddress(answer))),
    available: () => ask('GetBalance', NOTHING, availableBalance),
    scannedHeight: () => ask('GetState', NOTHING, scannedHeight),
    feeOf: (amount, feePerGram) => ask('GetFeeEstimate', feeEstimateRequest(amount, feePerGram), feeEstimate),
    transfer: (order) =>
      call(channel, 'Transfer', transferRequest(order), TRANSFER_TIMEOUT_MS).then(reading(transferResult)),
    withPaymentId: (paymentId) => streamed(channel, 'GetCompletedTransactions', byPaymentIdRequest(paymentId)),
    async transaction(txid) {
      const found = await ask('GetTransactionInfo', transactionInfoRequest([txid]), transactionsOf);
      return found.find((one) => one.txid === txid && one.status !== STATUS.notFound);
    },
    close: () => channel.client.close(),
  };
}

const NOTHING = new Uint8Array();
const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes);
const asIs = (bytes: Buffer): Uint8Array => bytes;

function call({ client, metadata }: Channel, method: string, request: Uint8Array, timeoutMs: number) {
  return new Promise<Uint8Array>((resolve, reject) => {
    const options = { deadline: Date.now() + timeoutMs };
    const path = `${SERVICE}/${method}`;
    client.makeUnaryRequest(path, asBuffer, asIs, request, metadata, options, (error, answer) => {
      if (error) reject(errorOf(error));
      else resolve(answer ?? NOTHING);
    });
  });
}

function streamed({ client, metadata }: Channel, method: string, request: Uint8Array): Promise<WalletTransaction[]> {
  return new Promise((resolve, reject) => {
    const options = { deadline: Date.now() + READ_TIMEOUT_MS };
    const stream = client.makeServerStreamRequest(`${SERVICE}/${method}`, asBuffer, asIs, request, metadata, options);
    const found: WalletTransaction[] = [];
    const fail = (error: WalletError) => {
      reject(error);
      stream.cancel();
    };
    stream.on('data', (message: Uint8Array) => {
      try {
        found.push(...transactionsOf(message));
      } catch (error) {
        fail(unreadable(error));
      }
      if (found.length > MAX_STREAMED) fail(new WalletError('unknown', 'The wallet lists too many transactions.'));
    });
    stream.on('end', () => resolve(found));
    stream.on('error', (error: ServiceError) => reject(errorOf(error)));
  });
}

function reading<Answer>(read: (answer: Uint8Array) => Answer): (answer: Uint8Array) => Answer {
  return (answer) => {
    try {
      return read(answer);
    } catch (error) {
      throw unreadable(error);
    }
  };
}

function unreadable(error: unknown): WalletError {
  const why = error instanceof ProtobufError ? 'cannot be parsed' : 'is not what was expected';
  return new WalletError('unknown', `The wallet’s answer ${why}.`);
}

function errorOf({ code, details }: ServiceError): WalletError {
  if (REFUSALS.has(code) || MEMO_TOO_LONG.test(details)) {
    return new WalletError('refused', `The wallet refuses: ${sentence(details, code)}`);
  }
  return new WalletError('unknown', `The wallet does not answer: ${sentence(details, code)}`);
}

const MAX_DETAILS = 300;

function sentence(details: string, code: number): string {
  const text = details.trim().slice(0, MAX_DETAILS) || 'it says nothing more';
  return `${text} (gRPC status ${code}).`;
}
