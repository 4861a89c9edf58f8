import type { SettingsPart, ValuesOf } from '#platform/config/read-settings.ts';
import { withDefault } from '#platform/config/setting.ts';
import { A_BOOLEAN, booleanValue } from '#platform/config/values.ts';

const shape = {
  TPG_WEBHOOKS_ALLOW_PRIVATE: withDefault('Webhooks', 'false', A_BOOLEAN, booleanValue, {
    description:
      'Allows webhook endpoints at addresses that are not public, such as 127.0.0.1 and 10.0.0.5, and without encryption. For receivers in your own network only: anyone who may add an endpoint can then reach everything that this server can reach.',
    example: 'false',
  }),
};

type Values = ValuesOf<typeof shape>;

function read(values: Values) {
  return { webhooksAllowPrivate: values.TPG_WEBHOOKS_ALLOW_PRIVATE };
}

declare module '#platform/config/read-settings.ts' {
  interface Settings extends ReturnType<typeof read> {}
}

export const settings: SettingsPart<Values> = {
  shape,
  read,
  warnings: ({ webhooksAllowPrivate }) => [
    [
      webhooksAllowPrivate,
      'TPG_WEBHOOKS_ALLOW_PRIVATE is on: webhook endpoints may be at any address that this server can reach.',
    ],
  ],
};
