import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemRandomBytes } from '#platform/random.ts';
import { signToken } from '#tari/ristretto-jwt.ts';
import { newFolder } from '#test/database/database.ts';
import { type PreparedChainStage, prepareChainStage } from '#test/demo/demo-environment.ts';
import { walkthrough } from '#test/demo/walkthrough.ts';
import { type ServerProcess, startServer } from '#test/processes/server-process.ts';
import { leavesOutBrowser, startChromium } from '../checkout/chromium.ts';

/**
 * A refund from the wish to the end, in the built server and a real browser: the super admin comes by a link of the wallet
 * and invites two people, who sign in with passkeys; one asks for the refund, and the other approves it.
 */

const ORDER = '8997470732594';
/** The steps of the walkthrough after which the first order is paid, and the shop knows it. */
const UNTIL_PAID = 8;

describe.skipIf(leavesOutBrowser())('a refund by two people in the console', { timeout: 240_000 }, () => {
  const folder = newFolder();
  let browser: Browser;
  let stage: PreparedChainStage;
  let server: ServerProcess;
  let base: string;

  beforeAll(async () => {
    stage = await prepareChainStage(folder, { unclaimedTimeoutMs: 600_000 });
    const url = `http://localhost:${stage.settings.TPG_PORT}`;
    base = `${url}/console`;
    const settings = { ...stage.settings, TPG_PUBLIC_URL: url, TPG_CONSOLE: 'true' };
    [browser, server] = await Promise.all([startChromium(), startServer(settings, join(folder, 'server.log'))]);
    const steps = walkthrough({ ...stage, serverUrl: () => server.url });
    for (const step of steps.slice(0, UNTIL_PAID)) await step.run();
  }, 180_000);

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    await stage?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** A browser of a person, with a device that makes passkeys and checks who holds it. */
  async function device() {
    const context = await browser.newContext({ locale: 'en-GB', timezoneId: 'UTC' });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    const session = await context.newCDPSession(page);
    await session.send('WebAuthn.enable');
    await session.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
    return { page, complaints };
  }

  async function loginLink(): Promise<string> {
    const { operator } = stage;
    const claims = { address: operator.name, nonce: BigInt(Date.now()) * 1000n + 7n, desired_roles: ['super_admin'] };
    const answer = await fetch(`${server.url}/auth/link`, {
      method: 'POST',
      headers: { tpg_auth_token: signToken(claims, operator.secretKey, systemRandomBytes) },
    });
    const text = await answer.text();
    expect(answer.status, text).toBe(200);
    return (JSON.parse(text) as { url: string }).url;
  }

  async function invite(boss: Page, name: string, role: string): Promise<string> {
    await boss.goto(`${base}/people/invite`);
    await boss.getByLabel('Name').fill(name);
    await boss.locator(`input[name=roles][value=${role}]`).check();
    await boss.getByRole('button', { name: 'Make the invitation' }).click();
    await boss.getByText('/invitation/').first().waitFor();
    const [link] = /http:\/\/localhost:\d+\/console\/invitation\/[\w-]+/.exec(await boss.content()) ?? [];
    expect(link, `the invitation of ${name}`).toBeDefined();
    return link ?? '';
  }

  async function accept(page: Page, link: string): Promise<void> {
    await page.goto(link);
    await page.getByRole('button', { name: 'Make a passkey and sign in' }).click();
    await page.getByText('from now on your passkey is all you need').waitFor();
  }

  it('is asked for by one, approved by the other with a passkey, and waits for the wallet', async () => {
    const boss = await device();
    await boss.page.goto(await loginLink());
    await boss.page.getByRole('button', { name: 'Sign in' }).click();
    await boss.page.getByRole('button', { name: 'Make a passkey' }).click();
    await boss.page.waitForURL(`${base}/me`);

    const [ana, ben] = [await device(), await device()];
    await accept(ana.page, await invite(boss.page, 'Ana', 'support'));
    await accept(ben.page, await invite(boss.page, 'Ben', 'finance'));

    await ana.page.goto(`${base}/orders/${ORDER}`);
    await ana.page.getByRole('link', { name: 'Give money back' }).click();
    await ana.page.getByLabel('a part of it, in XTM').check();
    await ana.page.getByLabel('Part in XTM').fill('150');
    await ana.page.getByLabel('the wallet that paid').check();
    await ana.page.getByLabel('Reason', { exact: true }).fill('one item was out of stock');
    await ana.page.getByRole('button', { name: 'Show what it comes to' }).click();
    await ana.page.getByRole('button', { name: 'Ask for 150.000000 XTM' }).click();
    await ana.page.getByText('A second person must approve the refund').waitFor();
    const refundPage = ana.page.url();
    await ana.page.goto(`${refundPage}/approve`);
    await ana.page.getByText('You may not see this page').waitFor();

    await ben.page.goto(base);
    await ben.page.getByText('Refund waits').waitFor();
    await ben.page.goto(refundPage);
    await ben.page.getByRole('link', { name: 'Approve' }).click();
    await ben.page.getByRole('button', { name: 'Approve 150.000000 XTM with my passkey' }).click();
    await ben.page.getByText('The wallet sends them next').waitFor();
    expect(await ben.page.content()).toContain('approved, waiting for the wallet');

    // The passkey is the everyday way in, and signing out ends it at once.
    await ben.page.goto(`${base}/me/sign-out`);
    await ben.page.getByRole('button', { name: 'Sign out' }).click();
    await ben.page.goto(`${base}/payouts`);
    await ben.page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await ben.page.getByRole('heading', { name: 'Payouts' }).waitFor();

    expect([...boss.complaints, ...ana.complaints, ...ben.complaints]).toEqual([
      'Failed to load resource: the server responded with a status of 403 (Forbidden)',
    ]);
  });
});
