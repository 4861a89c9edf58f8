import type { Language } from '#checkout/languages/language.ts';
import { chooseLanguage } from '#checkout/languages/texts.ts';
import type { PayerOrders } from '#checkout/payer-orders.ts';
import type { PayPageSettings } from '#checkout/settings.ts';
import { type ShownOrder, stateOf } from '#checkout/state.ts';
import type { Assets } from './assets.ts';
import { pageTag } from './page-tag.ts';
import { entryPage, problemPage } from './templates/messages.ts';
import { type Fragment, orderFragment, unknownFragment } from './templates/order.ts';
import { type ClaimOutcome, orderPage } from './templates/order-page.ts';
import type { RefundOutcome } from './templates/refund.ts';
import type { Refresh, View } from './view.ts';

/** What a visitor asks for, as far as it changes what is shown. */
export interface Visit {
  lang: string | undefined;
  embed: boolean;
  acceptLanguage: string | undefined;
  refresh: Refresh;
}

/** The order that a visitor names, and what shows that it is theirs. */
export interface Named {
  order: string;
  number: string;
}

/** An order as it is shown now, with the tag of its page. */
export interface Rendered {
  fragment: Fragment;
  tag: string;
  /** Undefined for an order that is not known. */
  order: (ShownOrder & { customerId: string }) | undefined;
  language: Language;
}

/** What became of the forms that were sent. */
export interface Outcomes {
  claim: ClaimOutcome | undefined;
  refund: RefundOutcome | undefined;
}

export type FoundOrder = Awaited<ReturnType<PayerOrders['find']>>;

export interface PagesPorts {
  settings: PayPageSettings;
  assets: Assets;
  now: () => Date;
  /** What stands before all paths outside, such as `/pay`; mostly nothing. */
  base: string;
}

export type Pages = ReturnType<typeof createPages>;

/** Makes the pages from orders, without asking anything. */
export function createPages({ settings, assets, now, base }: PagesPorts) {
  const viewOf = (visit: Visit, path: string, locale: string | null): View => ({
    language: chooseLanguage(visit.lang, visit.acceptLanguage, locale),
    shop: settings,
    assets,
    path: base + path,
    entryPath: `${base}/o`,
    kept: { ...(visit.lang !== undefined && { lang: visit.lang }), ...(visit.embed && { embed: '1' }) },
    isEmbedded: visit.embed,
    refresh: visit.refresh,
  });

  const render = (visit: Visit, named: Named, found: FoundOrder): Rendered & { view: View } => {
    const view = viewOf(visit, pathOf(named), found?.locale ?? null);
    const fragment = found === undefined ? unknownFragment(view) : orderFragment(view, found, stateOf(found, now()));
    const tag = pageTag(found, fragment.state, fragment.html.text);
    return { view, fragment, tag, order: found, language: view.language };
  };

  return {
    render,

    order(visit: Visit, named: Named, found: FoundOrder, outcomes: Outcomes): string {
      const { view, fragment, tag, order } = render(visit, named, found);
      const query = new URLSearchParams({ ...view.kept, lang: view.language.code, since: tag });
      return orderPage({ view, fragment, order, events: `${view.path}/events?${query}`, ...outcomes });
    },

    entry: (visit: Visit): string => entryPage(viewOf({ ...visit, refresh: 'off' }, '/o', null)),

    problem: (visit: Visit, problem: 'busy' | 'failed'): string =>
      problemPage(viewOf({ ...visit, refresh: 'off' }, '/o', null), problem),
  };
}

export function pathOf({ order, number }: Named): string {
  return `/o/${encodeURIComponent(order)}/${encodeURIComponent(number)}`;
}
