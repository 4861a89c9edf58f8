import type { Opened, ServiceContext } from '#platform/module.ts';
import { newsOf } from './news.ts';

declare module '#platform/module.ts' {
  interface Services {
    support: SupportService;
  }
}

export type SupportService = ReturnType<typeof service>;

function service({ store }: ServiceContext) {
  return { news: newsOf(store) };
}

export function open(platform: ServiceContext): Opened<SupportService> {
  return { service: service(platform) };
}
