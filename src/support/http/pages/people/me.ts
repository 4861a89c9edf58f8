import * as z from 'zod';
import { deviceName } from '#auth/people/device.ts';
import { shownName } from '#auth/people/fields.ts';
import { rowId } from '#platform/http/fields.ts';
import { html } from '#platform/http/html.ts';
import { actionPage, field } from '#support/http/actions/form-page.ts';
import { type AnyPage, type ConsolePorts, defineForm, definePage } from '#support/http/page.ts';
import { card, facts, time } from '#support/http/templates/parts.ts';
import { passkeyButton, passkeyResponse } from '#support/http/templates/passkey.ts';
import { table } from '#support/http/templates/table.ts';
import { rolesInWords } from './roles.ts';
import { sessionTable } from './session-table.ts';

/** One's own account: passkeys, sessions, signing out. */

const MAX_NAME_LENGTH = 100;
const MAX_ID_LENGTH = 64;
const nothing = z.object({});
const byPasskey = z.object({ id: rowId });
const bySession = z.object({ id: z.string().max(MAX_ID_LENGTH) });

export function mePages(ports: ConsolePorts): AnyPage[] {
  return [
    mePage(ports),
    signOutForm(ports),
    addPasskeyForm(ports),
    renamePasskeyForm(ports),
    removePasskeyForm(ports),
    endSessionForm(ports),
    endOtherSessionsForm(ports),
  ];
}

function mePage({ services: { auth } }: ConsolePorts): AnyPage {
  return definePage({
    path: '/me',
    title: 'Your account',
    roles: [],
    async show({ visitor, link }) {
      const { principal, sessionId } = visitor;
      const [passkeys, sessions] = await Promise.all([
        auth.people.passkeys.list(principal),
        auth.people.sessions.list(principal),
      ]);
      const keys = table(
        passkeys,
        [
          { name: 'Passkey', cell: ({ name }) => name },
          { name: 'Made', cell: ({ created_at: at }) => time(at) },
          { name: 'Last used', cell: ({ used_at: at }) => (at === null ? 'never' : time(at)) },
          { name: 'Where', cell: (key) => (key.is_backed_up ? 'on all your devices' : 'on one device') },
          {
            name: 'Change',
            cell: ({ id, name }) =>
              html`<a href="${link(`/me/passkeys/${id}/rename`)}">Rename<span class="hidden"> ${name}</span></a> <a href="${link(`/me/passkeys/${id}/remove`)}">Remove<span class="hidden"> ${name}</span></a>`,
          },
        ],
        { caption: 'Your passkeys', none: 'You have no passkey. With one you can sign in without a terminal.' },
      );
      return html`<div class="head"><h1>${visitor.name}</h1><a class="button end" href="${link('/me/sign-out')}">Sign out</a></div>
${card('You', facts([['In the audit log', html`<code>${principal}</code>`]]))}
${card('What you may do', html`${rolesInWords(visitor.roles)}<p><a href="${link('/people/roles')}">All roles</a></p>`)}
${card('Passkeys', html`${passkeys.length === 1 && html`<p class="soft">You have one passkey. Add another one on a second device: if you lose this one, you are not locked out.</p>`}${keys}<p><a class="button" href="${link('/me/passkeys/add')}">Add a passkey</a></p>`)}
${card('Where you are signed in', html`${sessionTable(sessions, sessionId, (id) => link(`/me/sessions/${id}/end`))}${sessions.length > 1 && html`<p><a class="button" href="${link('/me/sessions/end-others')}">Sign out everywhere else</a></p>`}`)}`;
    },
  });
}

function signOutForm({ services: { auth }, visitors }: ConsolePorts): AnyPage {
  return defineForm<unknown, unknown>({
    path: '/me/sign-out',
    title: 'Sign out',
    roles: [],
    body: nothing,
    show: ({ link }, form) =>
      actionPage(form, {
        heading: 'Sign out',
        sentence: 'This browser is signed out. Other devices stay signed in.',
        fields: [],
        button: 'Sign out',
        back: link('/me'),
      }),
    async submit({ visitor: { principal, sessionId }, reply }) {
      await auth.people.sessions.end(principal, principal, sessionId);
      visitors.signOut(reply);
      return { to: '/login', notice: 'You are signed out.' };
    },
  });
}

function addPasskeyForm({ services: { auth }, settings: { payPage }, visitors }: ConsolePorts): AnyPage {
  const body = z.object({ name: shownName, response: passkeyResponse });
  return defineForm<unknown, z.output<typeof body>>({
    path: '/me/passkeys/add',
    title: 'Add a passkey',
    roles: [],
    body,
    isDangerous: true,
    async show({ visitor, link, request }, form) {
      const options = await auth.people.passkeys.beginAdding(visitor, payPage?.shopName ?? 'Tari payments');
      const { userAgent } = visitors.browserOf(request);
      return html`<h1>Add a passkey</h1>
<form class="card tall" method="post">
${form.problem !== undefined && html`<p class="problem" role="alert">${form.problem}</p>`}
<p>Your device makes a key that it keeps, and asks for your finger, your face or its code. You sign in with it from then on.</p>
${field(form, { name: 'name', label: 'Name of this passkey', hint: 'So that you know it among others.', value: deviceName(userAgent), maxLength: MAX_NAME_LENGTH, isRequired: true })}
${form.hidden}
${passkeyButton(link, { kind: 'create', options, button: 'Make a passkey' }, form)}
<p><a class="button" href="${link('/me')}">Back without changing anything</a></p>
</form>`;
    },
    async submit({ visitor }, { name, response }) {
      await auth.people.passkeys.addOwn(visitor, name, response);
      return { to: '/me', notice: `The passkey ${name} was added.` };
    },
  });
}

function renamePasskeyForm({ services: { auth } }: ConsolePorts): AnyPage {
  return defineForm<{ id: bigint }, { name: string }>({
    path: '/me/passkeys/:id/rename',
    title: 'Rename a passkey',
    roles: [],
    params: byPasskey,
    body: z.object({ name: shownName }),
    async show({ visitor, params, link }, form) {
      const passkeys = await auth.people.passkeys.list(visitor.principal);
      const value = passkeys.find(({ id }) => id === params.id)?.name;
      return actionPage(form, {
        heading: 'Rename a passkey',
        sentence: 'The name is only for you.',
        fields: [field(form, { name: 'name', label: 'Name', value, maxLength: MAX_NAME_LENGTH, isRequired: true })],
        button: 'Rename it',
        back: link('/me'),
      });
    },
    async submit({ visitor: { principal }, params: { id } }, { name }) {
      await auth.people.passkeys.rename(principal, principal, id, name);
      return { to: '/me', notice: `The passkey is called ${name} now.` };
    },
  });
}

function removePasskeyForm({ services: { auth } }: ConsolePorts): AnyPage {
  const body = z.object({ last_too: z.string().optional() });
  return defineForm<{ id: bigint }, z.output<typeof body>>({
    path: '/me/passkeys/:id/remove',
    title: 'Remove a passkey',
    roles: [],
    params: byPasskey,
    body,
    isDangerous: true,
    async show({ visitor, params, link }, form) {
      const passkeys = await auth.people.passkeys.list(visitor.principal);
      const name = passkeys.find(({ id }) => id === params.id)?.name ?? String(params.id);
      const isLast = passkeys.length === 1;
      return actionPage(form, {
        heading: `Remove the passkey ${name}`,
        sentence: isLast
          ? 'It is your only one. Without it you can’t sign in any more, unless a super admin invites you again or your wallet makes a link.'
          : 'Nobody can sign in with it any more. Delete it on the device as well.',
        fields: isLast
          ? [
              html`<label class="line"><input type="checkbox" name="last_too" value="yes"> <span>Remove it although it is my only one</span></label>`,
            ]
          : [],
        button: `Remove ${name}`,
        isDanger: true,
        back: link('/me'),
      });
    },
    async submit({ visitor: { principal }, params: { id } }, { last_too: lastToo }) {
      await auth.people.passkeys.remove(principal, principal, id, lastToo !== undefined);
      return { to: '/me', notice: 'The passkey was removed.' };
    },
  });
}

function endSessionForm({ services: { auth } }: ConsolePorts): AnyPage {
  return defineForm<{ id: string }, unknown>({
    path: '/me/sessions/:id/end',
    title: 'Sign out a device',
    roles: [],
    params: bySession,
    body: nothing,
    async show({ visitor, params, link }, form) {
      const session = (await auth.people.sessions.list(visitor.principal)).find(({ id }) => id === params.id);
      return actionPage(form, {
        heading: 'Sign out a device',
        about:
          session &&
          facts([
            ['Device', session.device],
            ['Signed in', time(session.created_at)],
          ]),
        sentence: 'It is signed out at once, and has to sign in again.',
        fields: [],
        button: 'Sign it out',
        back: link('/me'),
      });
    },
    async submit({ visitor: { principal }, params: { id } }) {
      await auth.people.sessions.end(principal, principal, id);
      return { to: '/me', notice: 'The device is signed out.' };
    },
  });
}

function endOtherSessionsForm({ services: { auth } }: ConsolePorts): AnyPage {
  return defineForm<unknown, unknown>({
    path: '/me/sessions/end-others',
    title: 'Sign out everywhere else',
    roles: [],
    body: nothing,
    show: ({ link }, form) =>
      actionPage(form, {
        heading: 'Sign out everywhere else',
        sentence: 'All devices but this one are signed out at once.',
        fields: [],
        button: 'Sign out everywhere else',
        back: link('/me'),
      }),
    async submit({ visitor: { principal, sessionId } }) {
      const ended = await auth.people.sessions.endAll(principal, principal, sessionId);
      return { to: '/me', notice: `${ended} other ${ended === 1 ? 'device is' : 'devices are'} signed out.` };
    },
  });
}
