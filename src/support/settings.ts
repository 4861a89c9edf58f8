import type { SettingsPart, ValuesOf } from '#platform/config/read-settings.ts';
import type { ServerValues } from '#platform/config/server-settings.ts';
import { withDefault } from '#platform/config/setting.ts';
import { A_BOOLEAN, booleanValue, isLoopbackUrl } from '#platform/config/values.ts';

/** The settings of the support console. */
export interface ConsoleSettings {
  shopName: string;
  /** The server's public URL, which the console's pages are below. */
  url: string;
}

const shape = {
  TPG_CONSOLE: withDefault('Console', 'false', A_BOOLEAN, booleanValue, {
    description:
      'Whether staff can log in to the support console at TPG_PUBLIC_URL/console. TPG_PUBLIC_URL must then be https, except on the machine itself.',
    example: 'true',
  }),
};

type Tls = 'TPG_TLS_CERTIFICATE' | 'TPG_HOST' | 'TPG_USE_X_FORWARDED_FOR' | 'TPG_USE_FORWARDED';
type Values = ValuesOf<typeof shape> & Pick<ServerValues, 'TPG_PUBLIC_URL' | Tls> & { TPG_SHOP_NAME: string };

const read = (values: Values) => ({
  /** Null if there is no console. */
  console: consoleSettings(values),
});

function consoleSettings({ TPG_CONSOLE: isOn, TPG_PUBLIC_URL: url, TPG_SHOP_NAME: shopName }: Values) {
  return isOn && url !== undefined ? ({ shopName, url } satisfies ConsoleSettings) : null;
}

declare module '#platform/config/read-settings.ts' {
  interface Settings extends ReturnType<typeof read> {}
}

export const settings: SettingsPart<Values> = {
  shape,
  read,
  rules: [
    { settings: ['TPG_CONSOLE', 'TPG_PUBLIC_URL'], problem: publicUrlProblem },
    { settings: ['TPG_CONSOLE', 'TPG_PUBLIC_URL', 'TPG_HOST', 'TPG_TLS_CERTIFICATE'], problem: connectionProblem },
  ],
};

/** Sessions and passkeys belong to one https origin, and links to pages begin with it. */
function publicUrlProblem({ TPG_CONSOLE: isOn, TPG_PUBLIC_URL: url }: Values): string | undefined {
  if (!isOn) return undefined;
  if (url === undefined) return 'TPG_CONSOLE is on, so TPG_PUBLIC_URL must be set: staff log in there.';
  if (url.startsWith('https:') || isLoopbackUrl(url)) return undefined;
  return 'TPG_CONSOLE is on, so TPG_PUBLIC_URL must begin with https: staff would log in unprotected otherwise.';
}

/** What staff send is protected on its whole way: by TLS of our own, by a proxy that is trusted, or because it stays on the machine. */
function connectionProblem(values: Values): string | undefined {
  const { TPG_CONSOLE: isOn, TPG_PUBLIC_URL: url, TPG_HOST: host, TPG_TLS_CERTIFICATE: certificate } = values;
  if (!isOn || url === undefined || certificate !== undefined) return undefined;
  const hostUrl = `http://${host.includes(':') ? `[${host}]` : host}`;
  const isHere = URL.canParse(hostUrl) && isLoopbackUrl(hostUrl);
  if (isHere || values.TPG_USE_X_FORWARDED_FOR || values.TPG_USE_FORWARDED) return undefined;
  return 'TPG_CONSOLE is on, and TPG_HOST is not this machine alone: set TPG_TLS_CERTIFICATE and TPG_TLS_PRIVATE_KEY, or put a proxy with https before the server and switch on TPG_USE_X_FORWARDED_FOR or TPG_USE_FORWARDED.';
}
