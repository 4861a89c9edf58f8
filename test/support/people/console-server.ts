import { type Answer, startServer, type TestServer } from '#test/server.ts';
import type { Person } from '#test/test-wallets.ts';
import { Authenticator } from './authenticator.ts';
import { ConsoleBrowser, type Page } from './console-visits.ts';

/** A server with its console, and the ways in. */

export const startConsoleServer = (settings: Record<string, string> = {}): Promise<TestServer> =>
  startServer({ settings: { TPG_CONSOLE: 'true', TPG_PUBLIC_URL: 'http://localhost', ...settings } });

/** Asks for a link with which the person signs in in a browser; the path is below the console. */
export async function askForLink(
  server: TestServer,
  person: Person,
  ...roles: string[]
): Promise<Answer & { path: string }> {
  const headers = { tpg_auth_token: server.loginToken(person, roles) };
  const answer = await server.post('/auth/link', undefined, { headers });
  const { url = '' } = answer.status === 200 ? (answer.json as { url: string }) : {};
  return { ...answer, path: url.replace('http://localhost/console', '') };
}

/** A browser in which the person's wallet is signed in. */
export async function signedInByWallet(
  server: TestServer,
  person: Person,
  ...roles: string[]
): Promise<ConsoleBrowser> {
  const browser = new ConsoleBrowser(server);
  const { path } = await askForLink(server, person, ...roles);
  const page = await browser.send(path, { answer: 'sign-in' });
  if (page.status !== 303) throw new Error(`The link was refused: ${page.text}`);
  return browser;
}

/** Invites somebody, and answers the path of the invitation. */
export async function invitation(admin: ConsoleBrowser, name: string, ...roles: string[]): Promise<string> {
  const page = await sendRoles(admin, '/people/invite', { name }, roles);
  const found = /\/console(\/invitation\/[\w-]{43})</.exec(page.text)?.[1];
  if (found === undefined) throw new Error(`Nobody was invited: ${page.status} ${page.location} ${page.text}`);
  return found;
}

/** Sends a form whose field `roles` may be there several times. */
export function sendRoles(
  browser: ConsoleBrowser,
  path: string,
  fields: Record<string, string>,
  roles: readonly string[],
): Promise<Page> {
  return browser.send(path, fields, { more: roles.map((role) => ['roles', role] as const) });
}

export interface Registered {
  browser: ConsoleBrowser;
  device: Authenticator;
}

/** A person who was invited, has accepted, and is signed in. */
export async function registered(server: TestServer, path: string, name: string): Promise<Registered> {
  const browser = new ConsoleBrowser(server);
  const device = new Authenticator(browser.origin);
  const response = device.create(await browser.optionsOf(path));
  const page = await browser.send(path, { name, passkey_name: 'phone', response });
  if (page.status !== 303) throw new Error(`The invitation was refused: ${page.text}`);
  return { browser, device };
}

/** Signs in with a passkey in a new browser. */
export async function signInWith(
  server: TestServer,
  device: Authenticator,
): Promise<Page & { browser: ConsoleBrowser }> {
  const browser = new ConsoleBrowser(server);
  const response = device.get(await browser.optionsOf('/login'));
  return { ...(await browser.send('/login', { response })), browser };
}
