import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startChromium } from '../../test/checkout/chromium.ts';
import { pagesSeen } from '../../test/console/pages-seen.ts';
import { setStage } from '../../test/console/stage.ts';
import { visitorCookie } from '../../test/console/stand-in-visitors.ts';

/** One picture of each page of the console, of a shop in which something of everything has happened. */

const FOLDER = join(process.cwd(), 'docs/images/console');

mkdirSync(FOLDER, { recursive: true });
const [browser, stage] = await Promise.all([startChromium(), setStage()]);
const [name = '', value = ''] = visitorCookie('Ana', 'support', 'write', 'finance').split('=');
const context = await browser.newContext({
  viewport: { width: 1200, height: 760 },
  locale: 'en-GB',
  timezoneId: 'UTC',
});
await context.addCookies([{ name, value, url: stage.console.url }]);
const page = await context.newPage();
for (const [picture, path] of Object.entries(await pagesSeen(stage))) {
  await page.goto(stage.console.url + path);
  await page.screenshot({ path: join(FOLDER, `${picture}.png`) });
}
const phone = await browser.newContext({
  viewport: { width: 360, height: 740 },
  colorScheme: 'dark',
  locale: 'en-GB',
  timezoneId: 'UTC',
});
await phone.addCookies([{ name, value, url: stage.console.url }]);
const small = await phone.newPage();
await small.goto(stage.console.url);
await small.screenshot({ path: join(FOLDER, 'today-phone.png') });
await browser.close();
await stage.close();
