import type { MenuCase } from '#test/cli/menus.ts';

/** A name that means an address that is not public, so that nothing is sent. */
const NOWHERE = 'https://localhost:9/tari';

/** The entries of webhooks in the admin menu: they are chosen in this order. */
export const admin: readonly MenuCase[] = [
  {
    label: 'Add a webhook',
    answers: [NOWHERE, 'OrderPaid', 'Books'],
    shows: /Number: +1\nURL: +https:\/\/localhost[\s\S]*Secret, shown once: +whsec_/,
  },
  { label: 'List webhooks', shows: /1 +active +https:\/\/localhost/ },
  { label: 'Change URL of a webhook', answers: ['1', `${NOWHERE}/2`], shows: /URL: +\S+tari\/2\n/ },
  { label: 'Change events of a webhook', answers: ['1', 'all'], shows: /Events: +all\n/ },
  { label: 'Rotate secret of a webhook', answers: ['1'], shows: /Secret, shown once: +whsec_/ },
  { label: 'Test a webhook', answers: ['1'], shows: /Error: +It is at an address that is not public/ },
  { label: 'Attempts of a webhook', answers: ['1'], shows: /webhook\.test/ },
  {
    label: 'Resend an event by webhook',
    answers: ['1', '1'],
    shows: /failed: There is no delivery of event 1 to the webhook endpoint 1\./,
  },
  { label: 'Pause a webhook', answers: ['1', 'moving'], shows: /State: +paused\nBecause: +moving/ },
  { label: 'Resume a webhook', answers: ['1'], shows: /State: +active/ },
  {
    label: 'Resume webhook, skip missed',
    answers: ['1'],
    shows: /failed: The webhook endpoint 1 is not paused\./,
  },
  { label: 'Show a webhook', answers: ['1'], shows: /Waiting: +\d+\n/ },
  { label: 'Remove a webhook', answers: ['1', 'gone'], shows: /State: +removed/ },
];
