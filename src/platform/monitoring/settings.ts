import type { SettingsPart, ValuesOf } from '#platform/config/read-settings.ts';
import { withDefault } from '#platform/config/setting.ts';
import { A_BOOLEAN, booleanValue } from '#platform/config/values.ts';

const shape = {
  TPG_METRICS: withDefault('Logging', 'false', A_BOOLEAN, booleanValue, {
    description:
      'Whether /metrics answers Prometheus. Only clients with an address in TPG_TRUSTED_PROXIES may read it, so behind a proxy its forwarded header must be switched on as well.',
    example: 'true',
  }),
};

type Values = ValuesOf<typeof shape>;

function read(values: Values) {
  return {
    /** Whether /metrics is served. */
    metrics: values.TPG_METRICS,
  };
}

declare module '#platform/config/read-settings.ts' {
  interface Settings extends ReturnType<typeof read> {}
}

export const settings: SettingsPart<Values> = { shape, read };
