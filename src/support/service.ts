import type { Opened, ServiceContext } from '#platform/module.ts';
import { newsOf } from './news.ts';
import { savedViews } from './saved-views.ts';

declare module '#platform/module.ts' {
  interface Services {
    support: SupportService;
  }
}

export type SupportService = ReturnType<typeof service>;

function service(context: ServiceContext) {
  return { news: newsOf(context.store), views: savedViews(context) };
}

export function open(platform: ServiceContext): Opened<SupportService> {
  return { service: service(platform) };
}
