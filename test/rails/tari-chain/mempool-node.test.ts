import { Client, credentials, type ServiceError, status } from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from 'vitest';
import { type MempoolFault, type MempoolNode, startMempoolNode } from '#test/fake-tari-chain/mempool-node.ts';
import { PlayChain } from '#test/fake-tari-chain/play-chain.ts';
import { payTo, playWallet } from '#test/fake-tari-chain/play-wallet.ts';
import { seededRandom } from '#test/tari/arbitraries.ts';

const random = seededRandom('mempool');
const SHOP = playWallet('localnet', random);
const PAYER = playWallet('localnet', random);
const pay = (amount: bigint) => payTo(SHOP.address, PAYER, { amount, maturity: 300n }, random);

let node: MempoolNode | undefined;
afterEach(() => {
  node?.close();
  node = undefined;
});

interface Heard {
  messages: Buffer[];
  error: ServiceError | undefined;
}

/** Calls the method, and gives up after a moment or a thousand messages. */
function ask(deadlineMs = 2000): Promise<Heard> {
  const client = new Client(node!.target, credentials.createInsecure());
  const asIs = (bytes: Buffer) => bytes;
  const stream = client.makeServerStreamRequest(
    '/tari.rpc.BaseNode/GetMempoolTransactions',
    asIs,
    asIs,
    Buffer.alloc(0),
    {
      deadline: Date.now() + deadlineMs,
    },
  );
  return new Promise((resolve) => {
    const messages: Buffer[] = [];
    const done = (error: ServiceError | undefined) => {
      resolve({ messages, error });
      client.close();
    };
    stream.on('data', (message: Buffer) => {
      messages.push(message);
      if (messages.length === 1000) stream.cancel();
    });
    stream.on('error', done);
    stream.on('end', () => done(undefined));
  });
}

/** The fields of a message of lengths and numbers, each with its contents. */
function fieldsOf(message: Uint8Array): Map<number, (Buffer | bigint)[]> {
  const fields = new Map<number, (Buffer | bigint)[]>();
  let at = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = message[at++]!;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < message.length) {
    const key = varint();
    const value = varint();
    const isBytes = (key & 7n) === 2n;
    const content = isBytes ? Buffer.from(message.subarray(at, at + Number(value))) : value;
    if (isBytes) at += Number(value);
    const number = Number(key >> 3n);
    fields.set(number, [...(fields.get(number) ?? []), content]);
  }
  return fields;
}

const within = (message: Buffer, ...path: number[]): Buffer =>
  path.reduce((inner, number) => fieldsOf(inner).get(number)![0] as Buffer, message);

describe('a node that shows its mempool', () => {
  it('streams what waits, with all that a payment is known by, until it is mined', async () => {
    const chain = new PlayChain(random);
    const [first, second] = [pay(5n), pay(6n)];
    chain.send([first, second]);
    chain.send([pay(7n)], ['ab'.repeat(32)]);
    node = await startMempoolNode(chain);
    const { messages, error } = await ask();
    expect(error).toBeUndefined();
    expect(messages).toHaveLength(2);
    const outputs = fieldsOf(within(messages[0]!, 1, 2)).get(2) as Buffer[];
    expect(outputs).toHaveLength(2);
    const fields = fieldsOf(outputs[1]!);
    const bytesIn = (number: number) => Uint8Array.from(fields.get(number)![0] as Buffer);
    expect(bytesIn(2)).toEqual(second.commitment);
    expect(bytesIn(4)).toEqual(second.outputHash);
    expect(bytesIn(5)).toEqual(second.script);
    expect(bytesIn(6)).toEqual(second.senderOffsetPublicKey);
    expect(bytesIn(8)).toEqual(Uint8Array.of(0));
    expect(bytesIn(10)).toEqual(second.encryptedData);
    expect(fieldsOf(bytesIn(1)).get(3)).toEqual([300n]);
    chain.mine();
    expect((await ask()).messages).toEqual([]);
    expect(node.calls).toBe(2);
  });

  it.each<[MempoolFault, number]>([
    ['hang', status.DEADLINE_EXCEEDED],
    ['not_allowed', status.PERMISSION_DENIED],
    ['unavailable', status.UNAVAILABLE],
    ['breaks_off', status.INTERNAL],
    ['endless', status.CANCELLED],
  ])('%s', async (fault, code) => {
    const chain = new PlayChain(random);
    for (const amount of [1n, 2n, 3n, 4n]) chain.send([pay(amount)]);
    node = await startMempoolNode(chain);
    node.fail(fault);
    const { error, messages } = await ask(fault === 'hang' ? 200 : 2000);
    expect(error?.code).toBe(code);
    if (fault === 'breaks_off') expect(messages).toHaveLength(2);
    if (fault === 'endless') expect(messages.length).toBeGreaterThanOrEqual(1000);
    node.heal();
    expect((await ask()).messages).toHaveLength(4);
  });

  it.each<MempoolFault>(['garbage', 'other_fields'])('%s comes as messages', async (fault) => {
    node = await startMempoolNode({ mempool: [] });
    node.fail(fault);
    expect((await ask()).messages).toHaveLength(2);
  });
});
