import { execFile } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BtpUplink } from '#pull-payments/http/uplinks/btp-uplink.ts';
import { certificateFile } from '#test/database/postgres-server.ts';
import { eventually } from '#test/eventually.ts';
import { aPlace } from '#test/faults/server.ts';
import { Payer, untilUplinkIs } from '#test/interop/payer.ts';
import { INTEROP_FOLDER } from '#test/interop/published.ts';
import { startTlsProxy } from '#test/interop/tls-proxy.ts';
import { startWebhookHost } from '#test/interop/webhook-host.ts';
import { freePort } from '#test/processes/server-process.ts';
import { recordingLog } from '#test/recording-log.ts';

/** What stands around a pull: the webhook after it, and TLS before it. */

const WEBHOOK_TOKEN = 'the-token-of-webhooks';

let payer: Payer;
beforeAll(async () => {
  payer = await Payer.start('btp', { settings: { SPSP_WEBHOOK_TOKEN: WEBHOOK_TOKEN } });
});
afterAll(() => payer?.stop());

describe('the webhook', () => {
  it('is called once for each pull, until it succeeds, with what the README says', async () => {
    const host = await startWebhookHost([500, 503]);
    try {
      const pointer = await payer.create({ webhook: host.url });
      expect(await payer.pull(pointer, 40_000n)).toBe(40_000n);
      await eventually(() => expect(host.calls).toHaveLength(3), 30_000);
      expect(await payer.pull(pointer, 30_000n)).toBe(30_000n);
      await eventually(() => expect(host.calls).toHaveLength(4), 30_000);
      await new Promise((resolve) => setTimeout(resolve, 500));
      expect(host.calls.map(({ status }) => status)).toEqual([500, 503, 200, 200]);
      const bodies = host.calls.map(({ body }) => JSON.parse(body));
      expect(bodies[0]).toEqual(bodies[2]);
      expect(Object.keys(bodies[2]).slice(0, 3)).toEqual(['balanceTotal', 'balanceInterval', 'pointer']);
      expect(bodies[2]).toMatchObject({ balanceTotal: '40', balanceInterval: '40' });
      expect(bodies[3]).toMatchObject({ balanceTotal: '70', balanceInterval: '70' });
      expect(bodies[3].pointer).toBe(`$localhost:${payer.network.ports.payer}/${pointer.split('/').at(-1)}`);
      for (const { headers, body } of host.calls) {
        expect(headers.authorization).toBe(`Bearer ${WEBHOOK_TOKEN}`);
        const signature = createHmac('sha256', WEBHOOK_TOKEN).update(body).digest('hex');
        expect(headers['webhook-signature']).toBe(`sha256=${signature}`);
      }
      const ids = host.calls.map(({ headers }) => headers['webhook-id']);
      expect([ids[0] === ids[2], ids[2] === ids[3]]).toEqual([true, false]);
    } finally {
      host.close();
    }
  });

  it('is not called if nothing was pulled', async () => {
    const host = await startWebhookHost();
    try {
      const pointer = await payer.create({ webhook: host.url, start: new Date(Date.now() + 3_600_000).toISOString() });
      expect(await payer.pull(pointer, 1_000n)).toBe(0n);
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      expect(host.calls).toEqual([]);
    } finally {
      host.close();
    }
  });
});

describe('a pointer with TLS', () => {
  it('is pulled from by a published client', async () => {
    const proxy = await startTlsProxy(payer.network.ports.payer);
    try {
      const pointer = (await payer.create()).replace(payer.url, `$localhost:${proxy.port}`);
      const server = `btp+ws://:client-over-tls@127.0.0.1:${payer.network.ports.btp}`;
      const given = JSON.stringify({ server, pointer, amount: '100000' });
      const { stdout } = await promisify(execFile)(process.execPath, [join(INTEROP_FOLDER, 'client.mjs'), given], {
        env: { ...process.env, NODE_EXTRA_CA_CERTS: certificateFile('authority') },
      });
      expect(JSON.parse(stdout)).toEqual({
        before: { total: '0', interval: '0', available: '100' },
        totalReceived: '100000',
      });
    } finally {
      proxy.close();
    }
  });
});

describe('an uplink with TLS', () => {
  it('is used if its certificate is good', async () => {
    const proxy = await startTlsProxy(payer.network.ports.btp);
    const server = `btp+wss://:payer-over-tls@localhost:${proxy.port}`;
    const settings = {
      ILP_CREDENTIALS: JSON.stringify({ server }),
      SPSP_PORT: String(await freePort()),
      NODE_EXTRA_CA_CERTS: certificateFile('authority'),
    };
    const other = aPlace();
    try {
      const { url } = await other.start(settings);
      await untilUplinkIs('up', url);
    } finally {
      await other.clear();
      proxy.close();
    }
  });

  it('is not used if its certificate is not trusted, and the token is not shown to it', async () => {
    const proxy = await startTlsProxy(payer.network.ports.btp);
    const token = 'payer-behind-an-untrusted-certificate';
    const told: string[] = [];
    const ports = {
      nowMs: Date.now,
      random: Math.random,
      log: recordingLog(),
      fetch: globalThis.fetch,
      receive: async () => new Uint8Array(),
      isUp: () => void told.push('up'),
      isDown: (problem: string) => void told.push(problem),
    };
    const url = `btp+wss://localhost:${proxy.port}`;
    const uplink = new BtpUplink({ kind: 'btp', url, username: '', token }, token, ports);
    uplink.start();
    await eventually(() => expect(told).not.toEqual([]));
    await uplink.stop();
    proxy.close();
    expect(told[0]).toMatch(/^The parent can't be reached: [A-Z_]*(?:CERT|VERIFY)[A-Z_]*\.$/);
  });
});
