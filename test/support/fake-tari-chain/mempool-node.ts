import {
  status as GrpcStatus,
  Server,
  ServerCredentials,
  type ServerWritableStream,
  type ServiceDefinition,
} from '@grpc/grpc-js';
import type { PlayTransaction } from './play-chain.ts';
import type { MadeOutput } from './play-wallet.ts';

/** A base node's gRPC of which only `tari.rpc.BaseNode/GetMempoolTransactions` is allowed (chain.md 6), on 127.0.0.1. */

export type MempoolFault =
  /** Takes the call and never answers. */
  | 'hang'
  /** The method is not in `grpc_server_allow_methods`. */
  | 'not_allowed'
  | 'unavailable'
  /** Bytes that are no message. */
  | 'garbage'
  /** The stream never ends: the same transactions over and over. */
  | 'endless'
  /** Messages without any of the fields that are asked for, and with others. */
  | 'other_fields'
  /** Half of the transactions, and then an error. */
  | 'breaks_off';

export interface MempoolNode {
  /** `127.0.0.1:port`. */
  readonly target: string;
  readonly calls: number;
  fail(fault: MempoolFault): void;
  heal(): void;
  close(): void;
}

const PATH = '/tari.rpc.BaseNode/GetMempoolTransactions';
type Call = ServerWritableStream<Buffer, Buffer>;

/** @param pool whose mempool it shows: a play chain. */
export async function startMempoolNode(
  pool: { readonly mempool: readonly PlayTransaction[] },
  port = 0,
): Promise<MempoolNode> {
  let fault: MempoolFault | undefined;
  let calls = 0;
  const server = new Server();
  server.addService(DEFINITION, {
    GetMempoolTransactions: (call: Call) => {
      calls += 1;
      const messages = pool.mempool.map(transactionMessage);
      if (fault === undefined) sendAll(call, messages);
      else misbehave(call, messages, fault);
    },
  });
  const listening = await bind(server, port);
  return {
    target: `127.0.0.1:${listening}`,
    get calls() {
      return calls;
    },
    fail: (next) => {
      fault = next;
    },
    heal: () => {
      fault = undefined;
    },
    close: () => server.forceShutdown(),
  };
}

const asIs = (bytes: Buffer): Buffer => bytes;

const DEFINITION: ServiceDefinition = {
  GetMempoolTransactions: {
    path: PATH,
    requestStream: false,
    responseStream: true,
    requestSerialize: asIs,
    requestDeserialize: asIs,
    responseSerialize: asIs,
    responseDeserialize: asIs,
  },
};

function bind(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error, bound) => {
      if (error) reject(error);
      else resolve(bound);
    });
  });
}

function sendAll(call: Call, messages: readonly Buffer[]): void {
  for (const message of messages) call.write(message);
  call.end();
}

function misbehave(call: Call, messages: readonly Buffer[], fault: MempoolFault): void {
  switch (fault) {
    case 'hang':
      return;
    case 'not_allowed':
      call.emit('error', {
        code: GrpcStatus.PERMISSION_DENIED,
        details: '`GetMempoolTransactions` method not made available',
      });
      return;
    case 'unavailable':
      call.emit('error', { code: GrpcStatus.UNAVAILABLE, details: 'The node is starting' });
      return;
    case 'garbage':
      sendAll(call, [Buffer.alloc(1000, 0xff), Buffer.from('this is no message')]);
      return;
    case 'other_fields':
      sendAll(call, [message(field(15, Buffer.from('new')), varintField(14, 7n)), message()]);
      return;
    case 'breaks_off':
      for (const each of messages.slice(0, messages.length / 2)) call.write(each);
      call.emit('error', { code: GrpcStatus.INTERNAL, details: 'Mempool service error' });
      return;
    case 'endless':
      pour(call, messages[0] ?? message(field(15, Buffer.alloc(1024))));
  }
}

function pour(call: Call, each: Buffer): void {
  const more = () => {
    while (!call.cancelled && !call.destroyed && call.write(each));
  };
  call.on('drain', more);
  more();
}

// ---- Messages -----------------------------------------------------------------------------------------------------

/** `{1 transaction {1 offset, 2 body {1 inputs, 2 outputs, 3 kernels}}}`. */
function transactionMessage({ outputs, inputs }: PlayTransaction): Buffer {
  const body = message(
    ...inputs.map((hash) => field(1, field(9, Buffer.from(hash, 'hex')))),
    ...outputs.map((output) => field(2, outputMessage(output))),
    field(3, varintField(2, 740n)),
  );
  return field(1, message(field(1, Buffer.alloc(32, 1)), field(2, body)));
}

/**
 * `{1 features, 2 commitment, 4 hash, 5 script, 6 sender_offset_public_key, 8 covenant, 10 encrypted_data}`. The covenant is
 * behind its length, so that an empty one is a zero byte.
 */
function outputMessage(output: MadeOutput): Buffer {
  return message(
    field(1, message(varintField(2, BigInt(output.outputType)), varintField(3, output.maturity))),
    field(2, output.commitment),
    field(3, field(1, Buffer.alloc(577, 1))),
    field(4, output.outputHash),
    field(5, output.script),
    field(6, output.senderOffsetPublicKey),
    field(8, Buffer.concat([varint(BigInt(output.covenant.length)), output.covenant])),
    field(10, output.encryptedData),
  );
}

const message = (...fields: readonly Buffer[]): Buffer => Buffer.concat(fields);

/** Bytes or a message. As everywhere in proto3, what is empty or 0 is left out. */
function field(number: number, bytes: Uint8Array): Buffer {
  if (bytes.length === 0) return Buffer.alloc(0);
  return Buffer.concat([varint((BigInt(number) << 3n) | 2n), varint(BigInt(bytes.length)), bytes]);
}

function varintField(number: number, value: bigint): Buffer {
  return value === 0n ? Buffer.alloc(0) : Buffer.concat([varint(BigInt(number) << 3n), varint(value)]);
}

function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest === 0n ? low : low | 0x80);
  } while (rest !== 0n);
  return Buffer.from(bytes);
}
