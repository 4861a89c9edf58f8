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

type Values = ValuesOf<typeof shape> & Pick<ServerValues, 'TPG_PUBLIC_URL'> & { TPG_SHOP_NAME: string };

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
  rules: [{ settings: ['TPG_CONSOLE', 'TPG_PUBLIC_URL'], problem: publicUrlProblem }],
};

/** Sessions and passkeys belong to one https origin, and links to pages begin with it. */
function publicUrlProblem({ TPG_CONSOLE: isOn, TPG_PUBLIC_URL: url }: Values): string | undefined {
  if (!isOn) return undefined;
  if (url === undefined) return 'TPG_CONSOLE is on, so TPG_PUBLIC_URL must be set: staff log in there.';
  if (url.startsWith('https:') || isLoopbackUrl(url)) return undefined;
  return 'TPG_CONSOLE is on, so TPG_PUBLIC_URL must begin with https: staff would log in unprotected otherwise.';
}
