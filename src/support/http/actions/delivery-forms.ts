import * as z from 'zod';
import { rowId } from '#platform/http/fields.ts';
import { type AnyPage, type ConsolePorts, defineForm, type MakePages } from '#support/http/page.ts';
import { actionPage, reasonField, requiredReason } from './form-page.ts';

/** What the shop, a program or a webhook endpoint could not be told: sent again, or given up. */

const MAX_SUBSCRIBER_LENGTH = 200;

const letter = z.object({ event: rowId, subscriber: z.string().max(MAX_SUBSCRIBER_LENGTH) });
const inbox = z.object({ id: rowId });
const onlyReason = z.object({ reason: requiredReason });
const nothing = z.object({});

const WRITERS = ['write'] as const;
const BACK = '/deliveries';

export const deliveryForms: MakePages = (ports) => [...letterForms(ports), ...inboxForms(ports), resendForm(ports)];

type Letter = z.output<typeof letter>;

function letterForms({ services: { outbox } }: ConsolePorts): AnyPage[] {
  return [
    defineForm<Letter, unknown>({
      path: '/deliveries/dead/:event/:subscriber/retry',
      title: 'Send again',
      roles: WRITERS,
      params: letter,
      body: nothing,
      show: ({ params: { event, subscriber }, link }, form) =>
        actionPage(form, {
          heading: `Send event ${event} to ${subscriber} again`,
          sentence: 'It is tried as if for the first time, before everything else that waits for the same order.',
          fields: [],
          button: 'Send again',
          back: link(BACK),
        }),
      async submit({ params: { event, subscriber }, change }) {
        await outbox.deadLetters.retry(change, event, subscriber);
        return { to: BACK, notice: `Event ${event} is being sent to ${subscriber} again.` };
      },
    }),
    defineForm<Letter, { reason: string }>({
      path: '/deliveries/dead/:event/:subscriber/dismiss',
      title: 'Give up',
      roles: WRITERS,
      params: letter,
      body: onlyReason,
      show: ({ params: { event, subscriber }, link }, form) =>
        actionPage(form, {
          heading: `Give up event ${event} for ${subscriber}`,
          sentence: `${subscriber} is never told of it. Do this once you have told it by hand, or if it no longer matters.`,
          fields: [reasonField(form)],
          button: 'Give up this delivery',
          isDanger: true,
          back: link(BACK),
        }),
      async submit({ params: { event, subscriber }, change }, { reason }) {
        await outbox.deadLetters.dismiss(change, event, subscriber, reason);
        return { to: BACK, notice: `Event ${event} is given up for ${subscriber}.` };
      },
    }),
  ];
}

function inboxForms({ services: { shops } }: ConsolePorts): AnyPage[] {
  return [
    defineForm<{ id: bigint }, unknown>({
      path: '/deliveries/set-aside/:id/retry',
      title: 'Take in again',
      roles: WRITERS,
      params: inbox,
      body: nothing,
      show: ({ params: { id }, link }, form) =>
        actionPage(form, {
          heading: `Take in webhook ${id} again`,
          sentence: 'It is read as if the shop had just sent it. If what was wrong is mended, its order comes in.',
          fields: [],
          button: 'Take in again',
          back: link(BACK),
        }),
      async submit({ params: { id }, change }) {
        const { message } = await shops.webhooks.retry(change, id);
        return { to: BACK, notice: message };
      },
    }),
    defineForm<{ id: bigint }, { reason: string }>({
      path: '/deliveries/set-aside/:id/dismiss',
      title: 'Give up',
      roles: WRITERS,
      params: inbox,
      body: onlyReason,
      show: ({ params: { id }, link }, form) =>
        actionPage(form, {
          heading: `Give up webhook ${id}`,
          sentence:
            'Its order does not come in. Do this if the order was taken in by other means, or if it is not to be paid in Tari.',
          fields: [reasonField(form)],
          button: 'Give up this webhook',
          isDanger: true,
          back: link(BACK),
        }),
      async submit({ params: { id }, change }, { reason }) {
        const { message } = await shops.webhooks.dismiss(change, id, reason);
        return { to: BACK, notice: message };
      },
    }),
  ];
}

function resendForm({ services: { webhookEndpoints } }: ConsolePorts): AnyPage {
  return defineForm<{ endpoint: bigint; event: bigint }, unknown>({
    path: '/deliveries/webhooks/:endpoint/:event/resend',
    title: 'Send again',
    roles: WRITERS,
    params: z.object({ endpoint: rowId, event: rowId }),
    body: nothing,
    show: ({ params: { endpoint, event }, link }, form) =>
      actionPage(form, {
        heading: `Send event ${event} to webhook endpoint ${endpoint} again`,
        sentence: 'It has the id of the first time, so that a receiver that took it in already can tell.',
        fields: [],
        button: 'Send again',
        back: link(BACK),
      }),
    async submit({ params: { endpoint, event }, change }) {
      await webhookEndpoints.resend(change, endpoint, event);
      return { to: BACK, notice: `Event ${event} is being sent to webhook endpoint ${endpoint} again.` };
    },
  });
}
