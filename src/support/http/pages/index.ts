import { actionForms } from '#support/http/actions/index.ts';
import type { AnyPage, ConsolePorts, MakePages } from '#support/http/page.ts';
import { auditLogPages } from './audit-log.ts';
import { customerPages } from './customers.ts';
import { deliveryPages } from './deliveries.ts';
import { heldPages } from './held.ts';
import { orderPage } from './order.ts';
import { orderPages } from './orders.ts';
import { paymentPages } from './payments.ts';
import { payoutPages } from './payouts.ts';
import { accountPages } from './people/index.ts';
import { pullPointerPages } from './pull-pointers.ts';
import { ratePages } from './rates.ts';
import { refundPages } from './refunds.ts';
import { savedViewPages } from './saved-views.ts';
import { searchPages } from './search.ts';
import { settingsPages } from './settings.ts';
import { todayPages } from './today.ts';
import { walletPages } from './wallets.ts';

/** The pages of all subjects: each has a file here, and a line. */
const SUBJECTS: readonly MakePages[] = [
  todayPages,
  searchPages,
  orderPages,
  orderPage,
  customerPages,
  paymentPages,
  heldPages,
  refundPages,
  payoutPages,
  deliveryPages,
  ratePages,
  walletPages,
  pullPointerPages,
  auditLogPages,
  settingsPages,
  savedViewPages,
  accountPages,
  actionForms,
];

export function makeAllPages(ports: ConsolePorts): AnyPage[] {
  return SUBJECTS.flatMap((make) => make(ports));
}
