import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { clientWithLogin } from '#auth/cli/login.ts';
import type { Profile } from '#auth/cli/profile-file.ts';
import { signerOfProfile } from '#auth/cli/profiles.ts';
import { CommandError } from '#platform/cli/exit.ts';
import { type Finding, failed, ok, skipped } from '#platform/cli/findings.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { plainText } from '#platform/cli/terminal/output.ts';
import { PROBE_TOPIC } from '#shops/store/webhooks.ts';
import { askOutside, fetchInTime, type OutsideAnswer, OutsideError } from './ask-outside.ts';

/** The server as the shop and customers reach it: from the outside in, through whatever stands before it. */

export interface PublicPatient {
  ports: CommandPorts;
  /** Without a slash at its end. */
  url: string;
  shop: string;
  secret: string | null;
  /** Whether the server takes this secret where this machine reaches it; undefined where that is not known. */
  isSecretTaken: boolean | undefined;
  /** Who logs in; undefined if no profile was named. */
  profile: Profile | undefined;
}

const UNKNOWN_ADDRESS = 'Say where the shop reaches the server: set TPG_PUBLIC_URL, or give --url.';
const PROXY_PAGE = 'docs/operator.md has the settings of a proxy.';

/** All checks of the public address; what depends on one that failed is left out. */
export async function checkPublicSide(patient: Omit<PublicPatient, 'url'> & { url: string | undefined }) {
  const { url } = patient;
  if (url === undefined) return [skipped('public address', UNKNOWN_ADDRESS)];
  const known = { ...patient, url };
  const health = await checkHealth(known);
  if (health.state === 'failed') {
    const advice = 'Mend the public address first.';
    return [health, skipped('public signature', advice), skipped('public login', advice)];
  }
  const signatures = await checkSignatures(known);
  const isTheServer = signatures.every(({ state }) => state === 'ok');
  return [health, ...signatures, isTheServer ? await checkLogin(known) : skipped('public login', MEND_SIGNATURE)];
}

const MEND_SIGNATURE = 'Mend the public signature first: no token is sent to what may be another server.';

async function checkHealth({ ports, url }: PublicPatient): Promise<Finding> {
  const check = 'public address';
  if (!url.startsWith('https:')) {
    return failed(check, `${plainText(url)} is not https`, 'Put a proxy with a certificate before the server.');
  }
  try {
    const answer = await askOutside(ports, `${url}/health`, { method: 'GET' });
    if (answer.status === 200 && answer.text.includes('👍'))
      return ok(check, `the server answers at ${plainText(url)}`);
    return failed(check, otherAnswer(url, answer), adviceOnAnswer(answer));
  } catch (error) {
    if (!(error instanceof OutsideError)) throw error;
    const advice = `Look at the name, the certificate, the firewall and the proxy before the server. ${PROXY_PAGE}`;
    return failed(check, `${plainText(url)} ${error.message}`, advice);
  }
}

function otherAnswer(url: string, { status, location }: OutsideAnswer): string {
  if (location !== null && status < 400) return `${plainText(url)} redirects to ${plainText(location.slice(0, 200))}`;
  return `${plainText(url)} answers ${status}, and not as this server does`;
}

function adviceOnAnswer({ status }: OutsideAnswer): string {
  if (status >= 300 && status < 400) return 'Shopify follows no redirection: name the address that answers by itself.';
  if (status === 502 || status === 503 || status === 504) return 'The proxy does not reach the server: is it running?';
  return `Another program answers there: have the proxy pass everything on to the server. ${PROXY_PAGE}`;
}

/** A wrong signature must be refused, and a right one taken; nothing is done for either. */
async function checkSignatures(patient: PublicPatient): Promise<Finding[]> {
  const check = 'public signature';
  const { secret, url } = patient;
  if (secret === null) return [skipped(check, 'Set TPG_SHOPIFY_HMAC_SECRET to the client secret of the app.')];
  try {
    const wrong = await sendProbe(patient, randomBytes(32).toString('hex'));
    if (wrong.status === 200) {
      const advice = 'Set TPG_SHOPIFY_HMAC_CHECKS=true and restart: anyone can send orders.';
      return [failed(check, `${plainText(url)} accepts webhooks with any signature`, advice)];
    }
    if (codeIn(wrong) !== 'hmac_invalid') return [failed(check, ...refusal(wrong, patient))];
    const right = await sendProbe(patient, secret);
    if (right.status === 200) return [ok(check, 'a wrong signature is refused, and a right one taken')];
    return [failed(check, ...refusal(right, patient))];
  } catch (error) {
    if (!(error instanceof OutsideError)) throw error;
    return [failed(check, `a webhook to ${plainText(url)} ${error.message}`, PROXY_PAGE)];
  }
}

/** What a proxy would change if it serialized the JSON again: a space, a line end and a letter that can be escaped. */
const probeBody = () => `{"doctor":"${randomUUID()}", "text":"ç/<>"}\n`;

function sendProbe({ ports, url, shop }: PublicPatient, secret: string): Promise<OutsideAnswer> {
  const body = probeBody();
  return askOutside(ports, `${url}/shopify/webhook/no_op`, {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/json',
      'x-shopify-topic': PROBE_TOPIC,
      'x-shopify-shop-domain': shop,
      'x-shopify-webhook-id': randomUUID(),
      'x-shopify-hmac-sha256': createHmac('sha256', secret).update(body).digest('base64'),
    },
  });
}

function codeIn({ text }: OutsideAnswer): string {
  try {
    const found: unknown = JSON.parse(text);
    return typeof found === 'object' && found !== null && 'code' in found ? String(found.code) : '';
  } catch {
    return '';
  }
}

function refusal(answer: OutsideAnswer, { url, isSecretTaken }: PublicPatient): [detail: string, advice: string] {
  switch (codeIn(answer)) {
    case 'hmac_invalid':
      return isSecretTaken === true
        ? ['a body is changed on its way to the server', `Let the proxy pass bodies as they are. ${PROXY_PAGE}`]
        : ['the server takes another secret than these settings hold', 'Restart it after the settings were changed.'];
    case 'hmac_missing':
      return ['X-Shopify-Hmac-Sha256 is lost on its way', `Let the proxy pass all headers. ${PROXY_PAGE}`];
    case 'forbidden_peer':
      return [
        'TPG_SHOPIFY_IP_WHITELIST keeps this machine out',
        'Shopify sends from changing addresses: switch the list off, unless something of yours with a fixed address stands between. Else run this there.',
      ];
    case 'rate_limited':
      return ['too many requests came from this address', 'Wait a minute, and run this again.'];
    default:
      return [otherAnswer(url, answer), adviceOnAnswer(answer)];
  }
}

async function checkLogin({ ports, url, profile }: PublicPatient): Promise<Finding> {
  const check = 'public login';
  if (profile === undefined) return skipped(check, 'Choose a profile, with -p.');
  try {
    const signer = signerOfProfile(ports, profile);
    await clientWithLogin(fetchInTime(ports), { server: url, roles: profile.roles, signer }).logIn();
    return ok(check, `${JSON.stringify(profile.name)} can log in at ${plainText(url)}`);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return failed(check, error.message, `Where it works without the proxy, the proxy drops a header. ${PROXY_PAGE}`);
  }
}
