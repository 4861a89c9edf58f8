import { join } from 'node:path';
import { startChromium } from '../../test/checkout/chromium.ts';
import { ORDER_NAMES, type OrderName } from '../../test/checkout/orders.ts';
import { startPageServer } from '../../test/checkout/page-server.ts';

/** One picture of each state, as a phone shows it: the light and the dark by turns. */

const FOLDER = join(process.cwd(), 'docs/images');
const PHONE = { width: 360, height: 640 };
/** States that look as another one does, but for a word. */
const LEFT_OUT: readonly OrderName[] = ['waiting_with_credit', 'seen_0', 'seen_3', 'seen_unknown', 'late_guest'];

const names = [...ORDER_NAMES.filter((name) => !LEFT_OUT.includes(name)), 'unknown'];
const [browser, server] = await Promise.all([startChromium(), startPageServer()]);
for (const [index, name] of names.entries()) {
  const colorScheme = index % 2 === 0 ? 'light' : 'dark';
  const context = await browser.newContext({ viewport: PHONE, colorScheme, locale: 'en-GB', timezoneId: 'UTC' });
  const page = await context.newPage();
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.goto(server.url + server.pathOf(name));
  const path = join(FOLDER, `pay-page-${name.replace(/_\d$/, '').replaceAll('_', '-')}.png`);
  await page.locator('main').screenshot({ path });
  console.log(path);
  await context.close();
}
await browser.close();
await server.close();
