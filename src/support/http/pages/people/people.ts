import * as z from 'zod';
import { personRoles, shownName } from '#auth/people/fields.ts';
import { invitationUrl } from '#auth/people/urls.ts';
import type { PersonView } from '#auth/people/views.ts';
import { PERSON_ROLES, ROLE_DESCRIPTIONS } from '#auth/roles.ts';
import { rowId } from '#platform/http/fields.ts';
import { type Html, html } from '#platform/http/html.ts';
import { actionPage, field, reasonField, requiredReason } from '#support/http/actions/form-page.ts';
import { type AnyPage, type ConsolePorts, defineForm, definePage, type FormState } from '#support/http/page.ts';
import { badge, card, copyButton, facts, type Tone, time } from '#support/http/templates/parts.ts';
import { pager, table } from '#support/http/templates/table.ts';
import { addressToBase58 } from '#tari/address.ts';
import { mayList, rolesInWords, roleTitle } from './roles.ts';
import { sessionTable } from './session-table.ts';

/** The people who work for the shop: who may do what, invitations, and who is signed in. */

const KEEPERS = ['super_admin'] as const;
const PAGE_ROWS = 100;
const MAX_NAME_LENGTH = 100;
const MAX_ID_LENGTH = 64;
const TONES: Readonly<Record<PersonView['state'], Tone>> = { invited: 'warn', registered: 'good', revoked: 'plain' };
const byId = z.object({ id: rowId });
const nothing = z.object({});
/** One checkbox or several. */
const chosenRoles = z
  .union([z.string().transform((role) => [role]), z.array(z.string())], 'Choose at least one')
  .pipe(personRoles);

export function peoplePages(ports: ConsolePorts): AnyPage[] {
  return [
    listPage(ports),
    rolesPage(),
    inviteForm(ports),
    personPage(ports),
    inviteAgainForm(ports),
    rolesForm(ports),
    revokeForm(ports),
    endSessionForm(ports),
    endSessionsForm(ports),
  ];
}

function listPage({ services: { auth } }: ConsolePorts): AnyPage {
  return definePage<unknown, { after?: bigint | undefined }>({
    path: '/people',
    title: 'People',
    roles: KEEPERS,
    query: z.object({ after: rowId.optional() }),
    async show({ link, query: { after } }) {
      const { rows, next } = await auth.people.list({ limit: PAGE_ROWS, after });
      const people = table(
        rows,
        [
          { name: 'Person', cell: ({ id, name }) => html`<a href="${link(`/people/${id}`)}">${name}</a>` },
          { name: 'Roles', cell: ({ roles }) => roles.map(roleTitle).join(', ') },
          { name: 'State', cell: (person) => stateBadge(person) },
          { name: 'Since', cell: (person) => time(person.registeredAt ?? person.invitedAt) },
        ],
        { caption: 'People', none: 'Nobody has been invited yet.' },
      );
      const wallets = after === undefined ? await auth.allRoles() : [];
      return html`<div class="head"><h1>People</h1><a class="button end" href="${link('/people/invite')}">Invite somebody</a></div>
${card('Staff', html`${people}${pager({ first: after === undefined ? undefined : link('/people'), next: next === undefined ? undefined : link('/people', { after: next }) })}`)}
${
  wallets.length > 0 &&
  card(
    'Wallets with roles',
    table(
      wallets,
      [
        { name: 'Address', cell: ({ address }) => html`<code>${addressToBase58(address)}</code>` },
        { name: 'Roles', cell: ({ roles }) => roles.join(', ') },
      ],
      {
        caption: 'Wallets with roles',
        none: '',
        foot: html`<p class="soft">They sign in with <code>taritools login --browser</code>. Change their roles with <code>taritools admin roles</code>.</p>`,
      },
    ),
  )
}
<p><a href="${link('/people/roles')}">What each role may do</a></p>`;
    },
  });
}

function stateBadge({ state }: { state: PersonView['state'] }): Html {
  return badge(state, TONES[state]);
}

function rolesPage(): AnyPage {
  return definePage({
    path: '/people/roles',
    title: 'Roles',
    roles: [],
    show: ({ visitor }) =>
      html`<h1>What each role may do</h1>${PERSON_ROLES.map((role) => {
        const { title } = ROLE_DESCRIPTIONS[role];
        const own = visitor.roles.has(role) && html` ${badge('yours', 'good')}`;
        return card(title, html`<p><code>${role}</code>${own}</p>${mayList(role)}`);
      })}<p class="soft">A super admin gives roles, under People.</p>`,
  });
}

function roleChoice(form: FormState, chosen: readonly string[]): Html {
  const problem = form.problems.roles;
  return html`<fieldset><legend>Roles</legend>${problem !== undefined && html`<p class="problem">${problem}</p>`}
${PERSON_ROLES.map((role) => {
  const { title, may } = ROLE_DESCRIPTIONS[role];
  return html`<label class="line"><input type="checkbox" name="roles" value="${role}"${chosen.includes(role) && html` checked`}> <span><b>${title}</b> <small class="soft">${may.join(' ')}</small></span></label>`;
})}</fieldset>`;
}

function invitationOf(name: string, url: string | null, to: string): Html {
  const sent =
    url === null
      ? html`<p>The link of this invitation was shown before, and is not kept. If it is lost, invite ${name} again.</p>`
      : html`<p>Give this link to ${name}, and to nobody else: it is shown here only. It is good once, for 72 hours.</p><p class="written"><code>${url}</code> ${copyButton(url, 'the link')}</p>`;
  return html`<h1>${name} is invited</h1><div class="card">${sent}<p><a class="button" href="${to}">Back to ${name}</a></p></div>`;
}

function inviteForm({ services: { auth }, settings }: ConsolePorts): AnyPage {
  const body = z.object({ name: shownName, roles: chosenRoles });
  return defineForm<unknown, z.output<typeof body>>({
    path: '/people/invite',
    title: 'Invite somebody',
    roles: KEEPERS,
    body,
    isDangerous: true,
    show: ({ link }, form) =>
      actionPage(form, {
        heading: 'Invite somebody',
        sentence: 'You get a link that is good once, for 72 hours. Whoever opens it gets these roles.',
        fields: [
          field(form, { name: 'name', label: 'Name', maxLength: MAX_NAME_LENGTH, isRequired: true }),
          roleChoice(form, ['support']),
        ],
        button: 'Make the invitation',
        back: link('/people'),
      }),
    async submit({ change, link }, asked) {
      const { person, code } = await auth.people.invite(change, asked);
      return { content: invitationOf(person.name, invitationUrl(settings, code), link(`/people/${person.id}`)) };
    },
  });
}

function personPage({ services: { auth } }: ConsolePorts): AnyPage {
  return definePage<{ id: bigint }>({
    path: '/people/:id',
    title: 'Person',
    roles: KEEPERS,
    params: byId,
    async show({ params: { id }, link, visitor }) {
      const person = await auth.people.find(id);
      const sessions = await auth.people.sessions.list(person.principal);
      const passkeys = await auth.people.passkeys.list(person.principal);
      const at = (path: string) => link(`/people/${id}/${path}`);
      const isIn = person.state !== 'revoked';
      const open = person.invitation_until !== null && html`until ${time(person.invitation_until)}`;
      const known = facts([
        ['State', stateBadge(person)],
        ['In the audit log', html`<code>${person.principal}</code>`],
        ['Invited', html`${time(person.invited_at)} by <code>${person.invited_by}</code>`],
        ['Open invitation', open],
        ['Registered', person.registered_at !== null && time(person.registered_at)],
        ['Revoked', person.revoked_at !== null && time(person.revoked_at)],
        ['Passkeys', passkeys.map(({ name }) => name).join(', ') || 'none'],
      ]);
      return {
        title: person.name,
        content: html`<h1>${person.name}</h1>
${card('What is known', known)}
${card('May', html`${rolesInWords(person.roles)}${isIn && html`<p><a class="button" href="${at('roles')}">Change the roles</a></p>`}`)}
${card('Signed in on', html`${sessionTable(sessions, visitor.sessionId, (session) => at(`sessions/${session}/end`))}${sessions.length > 0 && html`<p><a class="button" href="${at('sessions/end')}">Sign out everywhere</a></p>`}`)}
${isIn && card('Do', html`<p><a class="button" href="${at('invite')}">${person.state === 'invited' ? 'Invite again' : 'Invite again, after a lost passkey'}</a> <a class="button" href="${at('revoke')}">Let them in no more</a></p>`)}`,
      };
    },
  });
}

function inviteAgainForm({ services: { auth }, settings }: ConsolePorts): AnyPage {
  return defineForm<{ id: bigint }, unknown>({
    path: '/people/:id/invite',
    title: 'Invite again',
    roles: KEEPERS,
    params: byId,
    body: nothing,
    isDangerous: true,
    async show({ params: { id }, link }, form) {
      const { name } = await auth.people.find(id);
      return actionPage(form, {
        heading: `Invite ${name} again`,
        sentence:
          'You get a new link that is good once, for 72 hours. An earlier one is not good any more. When it is used, all other devices of the person are signed out; passkeys stay until they are removed.',
        fields: [],
        button: 'Make the invitation',
        back: link(`/people/${id}`),
      });
    },
    async submit({ change, params: { id }, link }) {
      const { person, code } = await auth.people.inviteAgain(change, id);
      return { content: invitationOf(person.name, invitationUrl(settings, code), link(`/people/${person.id}`)) };
    },
  });
}

function rolesForm({ services: { auth } }: ConsolePorts): AnyPage {
  const body = z.object({ roles: chosenRoles, reason: requiredReason });
  return defineForm<{ id: bigint }, z.output<typeof body>>({
    path: '/people/:id/roles',
    title: 'Change the roles',
    roles: KEEPERS,
    params: byId,
    body,
    isDangerous: true,
    async show({ params: { id }, link }, form) {
      const { name, roles } = await auth.people.find(id);
      return actionPage(form, {
        heading: `Roles of ${name}`,
        sentence: 'They change at once. Who loses a role is signed out everywhere.',
        fields: [roleChoice(form, roles), reasonField(form, 'For the audit log.')],
        button: 'Change the roles',
        back: link(`/people/${id}`),
      });
    },
    async submit({ change, params: { id } }, { roles, reason }) {
      const { name } = await auth.people.setRoles(change, id, roles, reason);
      return { to: `/people/${id}`, notice: `${name} has these roles now: ${roles.map(roleTitle).join(', ')}.` };
    },
  });
}

function revokeForm({ services: { auth } }: ConsolePorts): AnyPage {
  return defineForm<{ id: bigint }, { reason: string }>({
    path: '/people/:id/revoke',
    title: 'Let them in no more',
    roles: KEEPERS,
    params: byId,
    body: z.object({ reason: requiredReason }),
    isDangerous: true,
    async show({ params: { id }, link }, form) {
      const { name } = await auth.people.find(id);
      return actionPage(form, {
        heading: `Let ${name} in no more`,
        sentence:
          'They are signed out everywhere at once, and their passkeys are forgotten. What they did stays in the audit log. This can’t be taken back: to let them in again, invite them as a new person.',
        fields: [reasonField(form, 'For the audit log.')],
        button: `Let ${name} in no more`,
        isDanger: true,
        back: link(`/people/${id}`),
      });
    },
    async submit({ change, params: { id } }, { reason }) {
      const { name } = await auth.people.revoke(change, id, reason);
      return { to: `/people/${id}`, notice: `${name} is signed out, and is let in no more.` };
    },
  });
}

function endSessionForm({ services: { auth } }: ConsolePorts): AnyPage {
  return defineForm<{ id: bigint; session: string }, unknown>({
    path: '/people/:id/sessions/:session/end',
    title: 'Sign out a device',
    roles: KEEPERS,
    params: byId.extend({ session: z.string().max(MAX_ID_LENGTH) }),
    body: nothing,
    async show({ params: { id }, link }, form) {
      const { name } = await auth.people.find(id);
      return actionPage(form, {
        heading: `Sign out a device of ${name}`,
        sentence: 'It is signed out at once. They can sign in again.',
        fields: [],
        button: 'Sign it out',
        back: link(`/people/${id}`),
      });
    },
    async submit({ change, params: { id, session } }) {
      const { principal, name } = await auth.people.find(id);
      await auth.people.sessions.end(change.actor, principal, session);
      return { to: `/people/${id}`, notice: `A device of ${name} is signed out.` };
    },
  });
}

function endSessionsForm({ services: { auth } }: ConsolePorts): AnyPage {
  return defineForm<{ id: bigint }, unknown>({
    path: '/people/:id/sessions/end',
    title: 'Sign out everywhere',
    roles: KEEPERS,
    params: byId,
    body: nothing,
    async show({ params: { id }, link }, form) {
      const { name } = await auth.people.find(id);
      return actionPage(form, {
        heading: `Sign out ${name} everywhere`,
        sentence: 'All their devices are signed out at once. They can sign in again.',
        fields: [],
        button: 'Sign out everywhere',
        back: link(`/people/${id}`),
      });
    },
    async submit({ change, params: { id } }) {
      const { principal, name } = await auth.people.find(id);
      const ended = await auth.people.sessions.endAll(change.actor, principal);
      return {
        to: `/people/${id}`,
        notice: `${name} is signed out on ${ended} ${ended === 1 ? 'device' : 'devices'}.`,
      };
    },
  });
}
