import { request } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { type FakeNode, startFakeNode } from '#test/fake-tari-chain/node.ts';
import type { NodeFault } from '#test/fake-tari-chain/node-faults.ts';
import { PlayChain } from '#test/fake-tari-chain/play-chain.ts';
import { seededRandom } from '#test/tari/arbitraries.ts';

const chain = new PlayChain(seededRandom('faults'));
chain.mineBlocks(5);
const HEADER = '/get_header_by_height?height=5';
const PATIENCE_MS = 1000;

let node: FakeNode | undefined;
afterEach(async () => {
  await node?.close();
  node = undefined;
});

interface Heard {
  status: number | undefined;
  headers: Record<string, unknown>;
  bytes: number;
  text: string;
  /** `ended`: whole. `broken`: the other side closed it. `open`: it was still open when patience was over. */
  how: 'ended' | 'broken' | 'open';
}

/** Reads an answer without any of a client's protections: up to 8 MB, and for a moment. */
function listen(path: string): Promise<Heard> {
  return new Promise((resolve) => {
    const heard: Heard = { status: undefined, headers: {}, bytes: 0, text: '', how: 'open' };
    const call = request(node!.url + path, (response) => {
      Object.assign(heard, { status: response.statusCode, headers: response.headers });
      response.on('data', (chunk: Buffer) => {
        heard.bytes += chunk.length;
        if (heard.text.length < 1e6) heard.text += chunk.toString('latin1');
        if (heard.bytes > 8e6) done('open');
      });
      response.on('end', () => done('ended'));
      response.on('error', () => done('broken'));
    });
    const timer = setTimeout(() => done('open'), PATIENCE_MS);
    const done = (how: Heard['how']) => {
      clearTimeout(timer);
      resolve({ ...heard, how });
      call.destroy();
    };
    call.on('error', () => done('broken'));
    call.end();
  });
}

async function withFault(fault: NodeFault): Promise<Heard> {
  node = await startFakeNode(chain);
  node.fail(fault);
  return listen(HEADER);
}

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

describe('what a node does in place of answering', () => {
  it.each<[NodeFault, Partial<Heard>]>([
    ['hang', { how: 'open', status: undefined, bytes: 0 }],
    ['hang_in_body', { how: 'open', status: 200 }],
    ['drop', { how: 'broken', status: undefined }],
    ['truncated', { how: 'broken', status: 200 }],
    ['empty', { how: 'ended', status: 200, bytes: 0 }],
    ['status_500', { how: 'ended', status: 500 }],
    ['redirect', { how: 'ended', status: 302 }],
    ['drip', { how: 'open', status: 200 }],
    ['endless_space', { how: 'open', status: 200 }],
    ['endless_blocks', { how: 'open', status: 200 }],
  ])('%s', async (fault, expected) => {
    expect(await withFault(fault)).toMatchObject(expected);
  });

  it.each<NodeFault>(['endless_space', 'endless_blocks'])('%s pours for as long as it is read', async (fault) => {
    expect((await withFault(fault)).bytes).toBeGreaterThan(8e6);
  });

  it.each<NodeFault>(['html', 'garbage', 'truncated_whole'])('%s is a whole answer that is no JSON', async (fault) => {
    const { status, how, text } = await withFault(fault);
    expect({ status, how, json: isJson(text) }).toEqual({ status: 200, how: 'ended', json: false });
  });

  it.each<[NodeFault, RegExp]>([
    ['wrong_types', /^\[/],
    ['nulls', /"hash":\[null,null/],
    ['absurd_numbers', /9223372036854775808|1e\+308|-1/],
    ['deep', /^\[{1000}/],
  ])('%s is JSON that is no header', async (fault, shape) => {
    const { status, text } = await withFault(fault);
    expect(status).toBe(200);
    expect(text).toMatch(shape);
  });

  it('gzip_bomb is small on the wire', async () => {
    const { headers, bytes } = await withFault('gzip_bomb');
    expect(headers['content-encoding']).toBe('gzip');
    expect(bytes).toBeLessThan(1e6);
    const whole = await fetch(node!.url + HEADER);
    let unpacked = 0;
    for await (const chunk of whole.body!) {
      unpacked += chunk.length;
      if (unpacked > 2e7) break;
    }
    expect(unpacked).toBeGreaterThan(2e7);
  });

  it('asks for a day of patience', async () => {
    expect((await withFault('status_429')).headers['retry-after']).toBe('86400');
  });

  it('is of one path or of all, for a number of times or until it is healed', async () => {
    node = await startFakeNode(chain);
    node.fail('status_503', '/get_tip_info');
    node.failNext(2, 'status_500', '/get_header_by_height');
    const statuses = async (path: string, count: number) => {
      const heard: (number | undefined)[] = [];
      for (let index = 0; index < count; index += 1) heard.push((await listen(path)).status);
      return heard;
    };
    expect(await statuses(HEADER, 3)).toEqual([500, 500, 200]);
    expect(await statuses('/get_tip_info', 2)).toEqual([503, 503]);
    node.heal();
    expect(await statuses('/get_tip_info', 1)).toEqual([200]);
    expect(node.requests.map((each) => each.path)).toHaveLength(6);
    expect(node.requests[0]).toEqual({ path: '/get_header_by_height', query: { height: '5' } });
  });
});
