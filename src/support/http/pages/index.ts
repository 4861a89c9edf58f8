import { actionForms } from '#support/http/actions/index.ts';
import type { AnyPage, ConsolePorts, MakePages } from '#support/http/page.ts';
import { orderPages } from './orders.ts';
import { payoutPages } from './payouts.ts';
import { accountPages } from './people/index.ts';
import { refundPages } from './refunds.ts';
import { todayPages } from './today.ts';

/** The pages of all subjects: each has a file here, and a line. */
const SUBJECTS: readonly MakePages[] = [todayPages, orderPages, refundPages, payoutPages, accountPages, actionForms];

export function makeAllPages(ports: ConsolePorts): AnyPage[] {
  return SUBJECTS.flatMap((make) => make(ports));
}
