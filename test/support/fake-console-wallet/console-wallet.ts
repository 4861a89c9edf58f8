import { createHash } from 'node:crypto';
import {
  type Metadata,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServerWritableStream,
  type ServiceDefinition,
  type sendUnaryData,
} from '@grpc/grpc-js';
import { addressToBase58 } from '#tari/address.ts';
import { bytesEqual, utf8 } from '#tari/bytes.ts';
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
import { Abandoned, type FakeTransaction, Refused, type WalletBook } from './wallet-book.ts';

/** The gRPC interface of a console wallet (docs/reference/wallet.md 3), on 127.0.0.1. */

export type TransferFault =
  /** It pays, and the answer is lost. */
  | 'answer lost'
  /** It ends before it does anything. */
  | 'ends before'
  /** It pays, and its list shows it only when it is asked again. */
  | 'shows it later'
  /** Its base node is slow: it pays, and says so in its way. */
  | 'broadcast pending'
  /** It answers with bytes that are no message, and pays. */
  | 'garbage'
  /** It pays another amount than it was asked for. */
  | 'other amount';

export interface FakeWalletOptions {
  /** `grpc_authentication`. */
  login?: { user: string; password: string };
  port?: number;
}

export interface FakeConsoleWallet {
  /** `127.0.0.1:port`. */
  readonly target: string;
  readonly calls: string[];
  /** The next transfer has this fault. */
  failNext(fault: TransferFault): void;
  /** Called when a transfer arrives: before anything is done, and after it is done and before it is answered. */
  onTransfer(when: 'before' | 'after', act: () => Promise<void> | void): void;
  close(): Promise<void>;
}

const UNAVAILABLE = 14;
const UNAUTHENTICATED = 16;
const NOT_FOUND_STATUS = 11n;

type Unary = ServerUnaryCall<Buffer, Buffer>;

export async function startConsoleWallet(
  book: WalletBook,
  options: FakeWalletOptions = {},
): Promise<FakeConsoleWallet> {
  const state: State = { book, calls: [], fault: undefined, acts: new Map() };
  const server = new Server();
  server.addService(DEFINITION, {
    ...Object.fromEntries(Object.entries(ANSWERS).map(([name, answer]) => [name, unary(state, options, name, answer)])),
    Transfer: unary(state, options, 'Transfer', transfer),
    GetCompletedTransactions: stream(state, options),
  });
  const port = await bind(server, options.port ?? 0);
  return {
    target: `127.0.0.1:${port}`,
    calls: state.calls,
    failNext: (fault) => {
      state.fault = fault;
    },
    onTransfer: (when, act) => void state.acts.set(when, act),
    close: async () => server.forceShutdown(),
  };
}

interface State {
  book: WalletBook;
  calls: string[];
  fault: TransferFault | undefined;
  acts: Map<'before' | 'after', () => Promise<void> | void>;
}

type Answer = (state: State, request: readonly Field[]) => Uint8Array | Promise<Uint8Array>;

const ANSWERS: Readonly<Record<string, Answer>> = {
  GetVersion: () => bytesFieldOf(1, utf8('6.2.0')),
  GetState: ({ book }) =>
    messageOf(numberFieldOf(1, book.height), bytesFieldOf(2, balance(book)), messageFieldOf(3, messageOf())),
  GetBalance: ({ book }) => balance(book),
  GetCompleteAddress: ({ book: { address } }) =>
    messageOf(bytesFieldOf(2, address.bytes), bytesFieldOf(4, utf8(addressToBase58(address)))),
  GetTransactionInfo: ({ book }, request) =>
    messageOf(
      ...request
        .filter(({ number, value }) => number === 1 && typeof value === 'bigint')
        .map(({ value }) => messageFieldOf(1, infoOf(book, value as bigint))),
    ),
  GetFeeEstimate: ({ book }, request) =>
    messageOf(numberFieldOf(1, book.feeOf(numberField(request, 2), 1, 2)), numberFieldOf(2, 1n)),
  GetAllCompletedTransactions: ({ book }, request) => {
    const [offset, limit] = [Number(numberField(request, 1)), Number(numberField(request, 2))];
    const all = book.listed(() => true).toReversed();
    return messageOf(...all.slice(offset, offset + Math.min(limit, 50)).map((one) => messageFieldOf(1, info(one))));
  },
  CancelTransaction: ({ book }, request) => {
    book.cancel(numberField(request, 1));
    return numberFieldOf(1, 1n);
  },
};

async function transfer(state: State, request: readonly Field[]): Promise<Uint8Array> {
  const { book } = state;
  const { fault } = state;
  state.fault = undefined;
  await state.acts.get('before')?.();
  if (fault === 'ends before') throw new Refused(UNAVAILABLE, 'Connection dropped');
  const recipients = bytesFields(request, 1);
  if (recipients.length === 0) throw new Refused(3, 'At least one recipient is required');
  const results: Uint8Array[] = [];
  for (const recipient of recipients) results.push(pay(book, [...fieldsOf(recipient)], fault));
  await state.acts.get('after')?.();
  if (fault === 'answer lost') throw new Refused(UNAVAILABLE, 'Connection dropped');
  if (fault === 'garbage') return Buffer.alloc(20, 0xff);
  return messageOf(...results.map((result) => messageFieldOf(1, result)));
}

function pay(book: WalletBook, recipient: readonly Field[], fault: TransferFault | undefined): Uint8Array {
  const id = [...fieldsOf(bytesField(recipient, 7))];
  const address = new TextDecoder().decode(bytesField(recipient, 1));
  const amount = numberField(recipient, 2);
  try {
    const made = book.transfer({
      address,
      amount: fault === 'other amount' ? amount + 1n : amount,
      feePerGram: numberField(recipient, 3),
      paymentType: Number(numberField(recipient, 5)),
      paymentId: bytesField(id, 2).length > 0 ? bytesField(id, 2) : bytesField(id, 3),
    });
    if (fault === 'shows it later') made.hiddenFor = 1;
    const says = fault === 'broadcast pending' ? 'broadcast is still pending' : '';
    return messageOf(
      ...[bytesFieldOf(1, utf8(address)), numberFieldOf(2, made.txid), numberFieldOf(3, 1n)],
      ...[bytesFieldOf(4, utf8(says)), bytesFieldOf(5, info(made))],
    );
  } catch (error) {
    if (!(error instanceof Abandoned)) throw error;
    return messageOf(bytesFieldOf(1, utf8(address)), bytesFieldOf(4, utf8(error.message)));
  }
}

function unary(state: State, { login }: FakeWalletOptions, name: string, answer: Answer) {
  return (call: Unary, callback: sendUnaryData<Buffer>): void => {
    state.calls.push(name);
    const work = async () => {
      requireLogin(login, call.metadata);
      return Buffer.from(await answer(state, [...fieldsOf(call.request)]));
    };
    work().then(
      (message) => callback(null, message),
      (error: unknown) => callback(grpcError(error)),
    );
  };
}

/** Matches on the whole id, whichever way the payment went. */
function stream(state: State, { login }: FakeWalletOptions) {
  return (call: ServerWritableStream<Buffer, Buffer>): void => {
    state.calls.push('GetCompletedTransactions');
    try {
      requireLogin(login, call.metadata);
      const given = [...fieldsOf(bytesField([...fieldsOf(call.request)], 1))];
      const id = bytesField(given, 2).length > 0 ? bytesField(given, 2) : bytesField(given, 3);
      for (const one of state.book.listed(({ paymentId }) => id.length === 0 || bytesEqual(paymentId, id))) {
        call.write(Buffer.from(messageFieldOf(1, info(one))));
      }
      call.end();
    } catch (error) {
      call.emit('error', grpcError(error));
    }
  };
}

function requireLogin(login: FakeWalletOptions['login'], metadata: Metadata): void {
  if (login === undefined) return;
  const expected = `Basic ${Buffer.from(`${login.user}:${login.password}`).toString('base64')}`;
  if (metadata.get('authorization')[0] !== expected) throw new Refused(UNAUTHENTICATED, 'Invalid authorization');
}

function grpcError(error: unknown): { code: number; details: string } {
  return error instanceof Refused
    ? { code: error.status, details: error.message }
    : { code: 13, details: String(error) };
}

// ---- Messages -----------------------------------------------------------------------------------------------------

function balance({ available, transactions }: WalletBook): Uint8Array {
  const underWay = transactions.filter(({ status, isCancelled }) => status !== 6 && !isCancelled);
  const sumOf = (values: readonly bigint[]) => values.reduce((total, value) => total + value, 0n);
  return messageOf(
    numberFieldOf(1, available),
    numberFieldOf(2, sumOf(underWay.map(({ change }) => change))),
    numberFieldOf(3, sumOf(underWay.map(({ amount, fee }) => amount + fee))),
  );
}

function infoOf(book: WalletBook, txid: bigint): Uint8Array {
  const found = book.transactions.find((one) => one.txid === txid);
  return found ? info(found) : messageOf(numberFieldOf(1, txid), numberFieldOf(4, NOT_FOUND_STATUS));
}

function info(one: FakeTransaction): Uint8Array {
  const reference = createHash('sha256').update(one.txid.toString()).digest();
  return messageOf(
    ...[numberFieldOf(1, one.txid), bytesFieldOf(2, one.source), bytesFieldOf(3, one.destination)],
    ...[numberFieldOf(4, BigInt(one.status)), numberFieldOf(5, BigInt(one.direction))],
    ...[numberFieldOf(6, one.amount), numberFieldOf(7, one.fee), numberFieldOf(8, one.isCancelled ? 1n : 0n)],
    ...[numberFieldOf(10, one.timestamp), numberFieldOf(13, one.minedHeight), bytesFieldOf(14, one.paymentId)],
    ...(one.status === 6 ? [bytesFieldOf(17, reference)] : []),
    bytesFieldOf(20, utf8(one.rejectedReason)),
    // A field that no reader of today knows.
    bytesFieldOf(99, utf8('new')),
  );
}

const asIs = (bytes: Buffer): Buffer => bytes;

const method = (name: string, responseStream: boolean) => ({
  path: `/tari.rpc.Wallet/${name}`,
  requestStream: false,
  responseStream,
  requestSerialize: asIs,
  requestDeserialize: asIs,
  responseSerialize: asIs,
  responseDeserialize: asIs,
});

const DEFINITION: ServiceDefinition = Object.fromEntries([
  ...[...Object.keys(ANSWERS), 'Transfer'].map((name) => [name, method(name, false)]),
  ['GetCompletedTransactions', method('GetCompletedTransactions', true)],
]);

function bind(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error, bound) => {
      if (error) reject(error);
      else resolve(bound);
    });
  });
}
