import type { MakePages } from '#support/http/page.ts';
import { customerForms } from './customer-forms.ts';
import { deliveryForms } from './delivery-forms.ts';
import { heldForms } from './held-forms.ts';
import { noteForms } from './note-forms.ts';
import { orderForms } from './order-forms.ts';
import { payoutForms } from './payout-forms.ts';
import { refundForms } from './refund-forms.ts';

/** All forms that change orders, money, notes and deliveries. */
export const actionForms: MakePages = (ports) =>
  [orderForms, customerForms, heldForms, noteForms, deliveryForms, refundForms, payoutForms].flatMap((make) =>
    make(ports),
  );
