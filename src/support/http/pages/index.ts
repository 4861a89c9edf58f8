import { actionForms } from '#support/http/actions/index.ts';
import type { AnyPage, ConsolePorts, MakePages } from '#support/http/page.ts';
import { orderPages } from './orders.ts';
import { todayPages } from './today.ts';

/** The pages of all subjects: each has a file here, and a line. */
const SUBJECTS: readonly MakePages[] = [todayPages, orderPages, actionForms];

export function makeAllPages(ports: ConsolePorts): AnyPage[] {
  return SUBJECTS.flatMap((make) => make(ports));
}
