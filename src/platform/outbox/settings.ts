import type { SettingsPart, ValuesOf } from '#platform/config/read-settings.ts';
import { optional } from '#platform/config/setting.ts';
import { listValue } from '#platform/config/values.ts';

const shape = {
  TPG_PLUGINS: optional('Plugins', 'paths of modules with commas between them', listValue, {
    description: 'Paths of JavaScript modules, with commas between them, that register event handlers at the start.',
    example: './plugins/mail.js, ./plugins/dashboard.js',
  }),
};

type Values = ValuesOf<typeof shape>;

function read(values: Values) {
  return {
    /** Paths of modules, as they were given. */
    plugins: values.TPG_PLUGINS ?? [],
  };
}

declare module '#platform/config/read-settings.ts' {
  interface Settings extends ReturnType<typeof read> {}
}

export const settings: SettingsPart<Values> = { shape, read };
