import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { MAX_FRAME_BYTES, writeFrame } from '#interledger/btp/frame.ts';
import { NOTHING } from '#interledger/bytes.ts';
import { writePrepare } from '#interledger/ilp/packet.ts';
import { NotSentError } from '#interledger/stream/driver.ts';
import { BtpUplink } from '#pull-payments/http/uplinks/btp-uplink.ts';
import type { UplinkLimits } from '#pull-payments/http/uplinks/limits.ts';
import type { OwnNode } from '#pull-payments/http/uplinks/uplink.ts';
import { eventually } from '#test/eventually.ts';
import { anyBtpFrame, broken } from '#test/interledger/arbitraries.ts';
import { BtpParent } from '#test/pull-payments/btp-parent.ts';
import { Connector } from '#test/pull-payments/parent.ts';
import { recordingLog } from '#test/recording-log.ts';

/** BTP over real WebSockets: authentication, answers by their id, what strangers send, and coming back. */

const TOKEN = 'a-token-that-nobody-logs';
const QUICK: Partial<UplinkLimits> = { firstPauseMs: 5, maxPauseMs: 40, connectMs: 500, checkMs: 10_000 };

const open: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.stop();
});

async function start(
  limits: Partial<UplinkLimits> = {},
  prepareParent: (parent: BtpParent) => void = () => undefined,
  url?: string,
) {
  const connector = new Connector();
  connector.attach('private.parent.other', async (prepare) => Buffer.concat([Buffer.from('reply to '), prepare]));
  const parent = await BtpParent.open(connector);
  prepareParent(parent);
  const told: (OwnNode | string)[] = [];
  const log = recordingLog();
  const received: Uint8Array[] = [];
  const ports = {
    nowMs: Date.now,
    random: () => 0.99,
    log,
    fetch: globalThis.fetch,
    receive: async (prepare: Uint8Array) => {
      received.push(prepare);
      return Buffer.from('our answer');
    },
    isUp: (node: OwnNode) => void told.push(node),
    isDown: (problem: string) => void told.push(problem),
  };
  const settings = { kind: 'btp', url: url ?? parent.url, username: 'shop', token: null } as const;
  const uplink = new BtpUplink(settings, TOKEN, ports, { ...QUICK, ...limits });
  open.push(uplink, { stop: () => parent.close() });
  uplink.start();
  const whenUp = () => eventually(() => expect(told.at(-1)).toBeTypeOf('object'));
  return { connector, parent, told, uplink, log, received, whenUp };
}

const packet = (destination = 'private.parent.other') =>
  writePrepare({
    amount: 1n,
    expiresAtMs: Date.now() + 30_000,
    condition: new Uint8Array(32),
    destination,
    data: new Uint8Array(),
  });
const soon = () => Date.now() + 1_000;
const failure = (sending: Promise<unknown>) =>
  sending.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('an uplink over BTP', () => {
  it('authenticates, learns who we are, and carries packets both ways', async () => {
    const { parent, told, uplink, received, whenUp } = await start();
    await whenUp();
    expect(parent.accounts).toEqual([{ username: 'shop', token: TOKEN }]);
    expect(told).toEqual([{ address: 'private.parent.us', asset: { code: 'XRP', scale: 9 } }]);
    const sent = packet();
    expect(Buffer.from(await uplink.send(sent, soon())).subarray(9)).toEqual(sent);
    expect(Buffer.from(await parent.send(Buffer.from('a packet'))).toString()).toBe('our answer');
    expect(received.map((bytes) => Buffer.from(bytes).toString())).toEqual(['a packet']);
  });

  it('matches answers by their id, in whatever order they come', async () => {
    const { connector, uplink, whenUp } = await start();
    await whenUp();
    const held: (() => void)[] = [];
    connector.meddle = async (prepare) => {
      await new Promise<void>((resolve) => held.push(resolve));
      return prepare;
    };
    const packets = [1, 2, 3].map((one) => packet(`private.parent.other.n${one}`));
    const answers = packets.map((one) => uplink.send(one, soon()));
    await eventually(() => expect(held).toHaveLength(3));
    for (const goOn of held.reverse()) goOn();
    expect((await Promise.all(answers)).map((one) => Buffer.from(one))).toEqual(packets);
  });

  it('gives an answer that comes long after its packet has expired', async () => {
    const { parent, uplink, whenUp } = await start({ replyGraceMs: 1, lateReplyMs: 10_000 });
    await whenUp();
    let answer: () => void = () => undefined;
    parent.answersAfter = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const reply = uplink.send(packet(), Date.now() - 100);
    await new Promise((resolve) => setTimeout(resolve, 50));
    answer();
    expect(Buffer.from(await reply).toString('latin1')).toMatch(/^reply to /);
  });

  it('gives up answers that never come, and takes no more than its bound', async () => {
    const { parent, uplink, whenUp } = await start({ replyGraceMs: 20, lateReplyMs: 20, maxUnderWay: 2 });
    await whenUp();
    parent.answersAfter = new Promise(() => undefined);
    const two = [1, 2].map(() => failure(uplink.send(packet(), Date.now())));
    expect(await failure(uplink.send(packet(), soon()))).toBeInstanceOf(NotSentError);
    for (const error of await Promise.all(two)) {
      expect(error).toBeInstanceOf(Error);
      expect(error).not.toBeInstanceOf(NotSentError);
    }
  });

  it('does not know what became of packets when the line is cut, and comes back by itself', async () => {
    const { parent, connector, told, uplink, whenUp } = await start();
    await whenUp();
    parent.answersAfter = new Promise(() => undefined);
    const lost = failure(uplink.send(packet(), soon()));
    await eventually(() => expect(parent.frames).toHaveLength(2));
    connector.move('private.parent.moved');
    parent.answersAfter = Promise.resolve();
    parent.drop();
    expect(await lost).not.toBeInstanceOf(NotSentError);
    expect(await failure(uplink.send(packet(), soon()))).toBeInstanceOf(NotSentError);
    await eventually(() => expect(told).toHaveLength(3));
    expect(told[1]).toBe('The parent has closed the connection: 1006.');
    expect(told[2]).toMatchObject({ address: 'private.parent.moved' });
  });

  it('tries again, with pauses that grow, while it is refused; and never says with what token', async () => {
    const { parent, told, log } = await start({}, (one) => {
      one.refusesAccounts = true;
    });
    const startedAt = performance.now();
    await eventually(() => expect(parent.accounts.length).toBeGreaterThan(5));
    // 5, 10, 20, 40 and 40 ms, each at its longest.
    expect(performance.now() - startedAt).toBeGreaterThan(100);
    expect(told.every((one) => typeof one === 'string')).toBe(true);
    expect(JSON.stringify([told, log.lines])).not.toContain(TOKEN);
  });

  it('says why it cannot connect', async () => {
    const { parent, told } = await start({ steadyMs: 0 });
    await parent.close();
    await eventually(() => expect(told.at(-1)).toBe("The parent can't be reached: ECONNREFUSED."));
  });

  it('bears whatever else the parent sends', async () => {
    const { parent, received, whenUp, told } = await start();
    await whenUp();
    const error = (requestId: number) =>
      ({ type: 'error', requestId, code: 'F00', name: 'X', triggeredAtMs: 0, data: NOTHING, entries: [] }) as const;
    for (const bytes of [
      Buffer.from([]),
      Buffer.from('no frame'),
      writeFrame({ type: 'response', requestId: 77, entries: [] }),
      writeFrame(error(78)),
    ]) {
      parent.sendRaw(bytes);
    }
    parent.sendRaw('a text');
    // What has no packet is refused, not left without an answer.
    for (const frame of [
      { type: 'message', entries: [] } as const,
      { type: 'transfer', amount: 5n, entries: [] } as const,
    ]) {
      const answer = await parent.request((requestId) => writeFrame({ ...frame, requestId }));
      expect(answer).toMatchObject({ type: 'error', code: 'F00' });
    }
    expect(Buffer.from(await parent.send(Buffer.from('after all'))).toString()).toBe('our answer');
    expect([received.length, told.length]).toEqual([1, 1]);
  });

  it('bears frames at random, whole and broken', { timeout: 60_000 }, async () => {
    const { parent, uplink, whenUp, told } = await start();
    await whenUp();
    const frames = anyBtpFrame.map((frame) => new Uint8Array(writeFrame(frame)));
    for (const bytes of fc.sample(fc.oneof(frames, broken(frames)), 1_000)) parent.sendRaw(bytes);
    expect(Buffer.from(await uplink.send(packet(), soon())).toString('latin1')).toMatch(/^reply to /);
    expect(told).toHaveLength(1);
  });

  it('ends a connection over which too large a frame comes, and opens another', async () => {
    const { parent, told, whenUp } = await start();
    await whenUp();
    parent.sendRaw(Buffer.alloc(MAX_FRAME_BYTES + 1));
    await eventually(() => expect(told).toHaveLength(3));
    expect(told[2]).toBeTypeOf('object');
  });

  it('notices that the other end is gone', async () => {
    const { parent, told, whenUp } = await start({ checkMs: 30 });
    await whenUp();
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(told).toHaveLength(1);
    parent.answersPings = false;
    await eventually(() => expect(told).toContain('The parent gives no sign of life.'));
  });

  it('stops while it pauses, and while it waits for a parent that says nothing', async () => {
    const { uplink, told } = await start({ firstPauseMs: 60_000, maxPauseMs: 60_000 }, (one) => {
      one.refusesAccounts = true;
    });
    await eventually(() => expect(told).toHaveLength(1));
    await uplink.stop();

    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const isReached = once(silent, 'connection');
    const other = await start({ connectMs: 60_000 }, () => undefined, `btp+ws://127.0.0.1:${port}`);
    await isReached;
    await other.uplink.stop();
    silent.close();
  });
});
