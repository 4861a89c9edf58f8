import { randomBytes } from 'node:crypto';
import { changes } from '#platform/audit-log/operator-actions.ts';
import type { Resolve } from '#platform/outgoing-post/public-lookup.ts';
import { recordingLog, type TestEngine, type TestEngineOptions, testEngine } from '#test/engine.ts';
import { endpointTests } from '#webhooks/endpoint-test.ts';
import { endpointsService } from '#webhooks/endpoints.ts';
import { webhookSender } from '#webhooks/sender.ts';

/** The endpoints of an engine with their sender, which tests drive by hand. */
export type WebhookStage = Awaited<ReturnType<typeof webhookStage>>;

export interface StageOptions extends TestEngineOptions {
  /** Unless told, receivers on loopback are allowed. */
  allowPrivate?: boolean;
  resolveName?: Resolve;
  /** Another instance over the store of this one. */
  beside?: TestEngine;
}

export async function webhookStage({ allowPrivate = true, resolveName, beside, ...options }: StageOptions = {}) {
  const test = beside ?? (await testEngine(options));
  const { store, clock, bus } = test;
  const log = recordingLog();
  const context = {
    store,
    clock,
    log,
    subscriptions: bus,
    settings: { webhooksAllowPrivate: allowPrivate },
    random: () => 0,
    randomBytes: (length: number) => new Uint8Array(randomBytes(length)),
    ports: resolveName === undefined ? {} : { resolveName },
  };
  const sender = webhookSender(context);
  const endpoints = endpointsService(context, changes(context), sender.wake);
  const by = { actor: 'boss' };

  return {
    test,
    sender,
    log,
    by,
    endpoints: { ...endpoints, ...endpointTests(context) },
    /** Adds an endpoint for some types of events, or for all. */
    async add(url: string, ...types: string[]) {
      const eventTypes = types.length === 0 ? null : (types as never[]);
      const { id, secret } = await endpoints.add(by, { url, description: '', eventTypes });
      return { id, secret: secret ?? '' };
    },
    /** Delivers all that is due now. */
    async carryAll() {
      do {
        while ((await sender.processNext()) !== undefined);
      } while (await sender.fill());
    },
  };
}
