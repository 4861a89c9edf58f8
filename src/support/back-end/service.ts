import type { Opened } from '#platform/module.ts';

declare module '#platform/module.ts' {
  interface Services {
    // biome-ignore lint/complexity/noBannedTypes: its routes use the services of others only.
    backEnd: {};
  }
}

export function open(): Opened<object> {
  return { service: {} };
}
