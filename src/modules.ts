import { auth } from './auth/module.ts';
import { checkout } from './checkout/module.ts';
import { engine } from './engine/module.ts';
import { notes } from './notes/module.ts';
import { payouts } from './payouts/module.ts';
import { auditLog } from './platform/audit-log/module.ts';
import type { Module } from './platform/module.ts';
import { monitoring } from './platform/monitoring/module.ts';
import { outbox } from './platform/outbox/module.ts';
import { pullPayments } from './pull-payments/module.ts';
import { tariChain } from './rails/tari-chain/module.ts';
import { tariWallet } from './rails/tari-wallet/module.ts';
import { rates } from './rates/module.ts';
import { shops } from './shops/module.ts';
import { shopify } from './shops/shopify/module.ts';
import { backEnd } from './support/back-end/module.ts';
import { directory } from './support/directory/module.ts';
import { support } from './support/module.ts';
import { reports } from './support/reports/module.ts';
import { webhooks } from './webhooks/module.ts';

/** The program's contexts in the order in which they are opened: each may use those before it. */
export const modules: readonly Module[] = [
  outbox,
  auditLog,
  auth,
  rates,
  engine,
  payouts,
  shopify,
  shops,
  tariWallet,
  tariChain,
  checkout,
  notes,
  pullPayments,
  webhooks,
  support,
  directory,
  reports,
  backEnd,
  monitoring,
];
