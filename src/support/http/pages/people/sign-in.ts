import * as z from 'zod';
import { deviceName } from '#auth/people/device.ts';
import { shownName } from '#auth/people/fields.ts';
import { isLoopbackUrl } from '#platform/config/values.ts';
import { html } from '#platform/http/html.ts';
import { field } from '#support/http/actions/form-page.ts';
import { type AnyPage, type ConsolePorts, type Done, defineForm, defineOpenForm } from '#support/http/page.ts';
import { copyButton, facts, time } from '#support/http/templates/parts.ts';
import { passkeyButton, passkeyResponse } from '#support/http/templates/passkey.ts';
import { rolesInWords } from './roles.ts';

/** Signing in: by a passkey, by a link of a wallet, by an invitation; and proving again who one is. */

const code = z.object({ code: z.string().max(100) });
const MAX_NAME_LENGTH = 100;

export function signInPages(ports: ConsolePorts): AnyPage[] {
  return [signInPage(ports), linkPage(ports), invitationPage(ports), provePage(ports)];
}

function signInPage({ services: { auth }, settings: { publicUrl }, visitors }: ConsolePorts): AnyPage {
  const command = 'taritools login --browser';
  return defineOpenForm<unknown, { response: string }>({
    path: '/login',
    title: 'Sign in',
    body: z.object({ response: passkeyResponse }),
    async show({ link, visitor }, form) {
      if (visitor !== undefined) return { redirect: '/' };
      const options = await auth.people.passkeys.beginSignIn();
      return html`<h1>Sign in</h1>
${publicUrl !== null && isLoopbackUrl(publicUrl) && html`<p class="soft">Browsers take passkeys at <code>localhost</code>, not at an address such as 127.0.0.1.</p>`}
<form class="card tall" method="post">
${form.problem !== undefined && html`<p class="problem" role="alert">${form.problem}</p>`}
${passkeyButton(link, { kind: 'get', options, button: 'Sign in with a passkey' }, form)}
</form>
<section class="card" aria-labelledby="no-passkey"><h2 id="no-passkey">First time, or no passkey here?</h2>
<p>On the machine with your wallet’s key: <code>${command}</code> ${copyButton(command, 'the command')}</p>
<p>Staff: open the link of your invitation. If you have lost your passkey, ask a super admin for a new invitation.</p></section>`;
    },
    async submit({ request, reply, search }, { response }) {
      const { token } = await auth.people.passkeys.signIn(response, visitors.browserOf(request));
      visitors.signIn(reply, token);
      return signedIn(search.get('next'));
    },
  });
}

/** @param next from the address of the page, so anybody may have written it: only a path of the console is followed. */
function signedIn(next: string | null): Done {
  const isOwn = next !== null && /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(next) && !next.startsWith('/login');
  return { to: isOwn ? next : '/', notice: 'You are signed in.' };
}

function linkPage({ services: { auth }, visitors }: ConsolePorts): AnyPage {
  const body = z.object({ answer: z.enum(['sign-in', 'refuse']), add_passkey: z.string().optional() });
  return defineOpenForm<{ code: string }, z.output<typeof body>>({
    path: '/link/:code',
    title: 'Sign in on this device',
    params: code,
    body,
    async show({ params, request, now }, form) {
      const asked = await auth.people.loginLinks.look(params.code);
      const { address, userAgent } = visitors.browserOf(request);
      const age = Math.max(0, Math.round((now.getTime() - asked.createdAt.getTime()) / 1000));
      return html`<h1>Sign in on this device?</h1>
<form class="card tall" method="post">
${form.problem !== undefined && html`<p class="problem" role="alert">${form.problem}</p>`}
${facts([
  ['As', html`<code>${asked.principal}</code>`],
  ['Roles', asked.roles.join(', ')],
  ['Asked for', `by taritools from ${asked.address}, ${age} seconds ago`],
  ['This device', `${deviceName(userAgent)}, from ${address}`],
])}
<label class="line"><input type="checkbox" name="add_passkey" value="yes" checked> <span>Add a passkey next, so that you need no terminal tomorrow</span></label>
<p><button class="main" name="answer" value="sign-in">Sign in</button> <button name="answer" value="refuse">This was not me</button></p>
</form>`;
    },
    async submit({ params, request, reply }, { answer, add_passkey: adds }) {
      const browser = visitors.browserOf(request);
      if (answer === 'refuse') {
        await auth.people.loginLinks.refuse(params.code, browser);
        return {
          content: html`<h1>Nobody was signed in</h1><div class="card"><p>The link is used up, and the log says that it was refused. If you did not run <code>taritools login --browser</code>, someone else can use the key of this wallet: take its roles away, and give them to the address of a new one.</p></div>`,
        };
      }
      const { token } = await auth.people.loginLinks.use(params.code, browser);
      visitors.signIn(reply, token);
      return { to: adds === undefined ? '/' : '/me/passkeys/add', notice: 'You are signed in.' };
    },
  });
}

function invitationPage({ services: { auth }, settings: { payPage }, visitors }: ConsolePorts): AnyPage {
  const body = z.object({ name: shownName, passkey_name: shownName, response: passkeyResponse });
  const shopName = payPage?.shopName ?? 'Tari payments';
  return defineOpenForm<{ code: string }, z.output<typeof body>>({
    path: '/invitation/:code',
    title: 'Invitation',
    params: code,
    body,
    async show({ params, link, request }, form) {
      const person = await auth.people.invitations.look(params.code);
      const options = await auth.people.invitations.begin(params.code, shopName);
      const { userAgent } = visitors.browserOf(request);
      return html`<h1>Welcome, ${person.name}</h1>
<p>You are invited to the console of ${shopName}. This link is good once, until ${time(person.invitation_until ?? '')}.</p>
<section class="card" aria-labelledby="may"><h2 id="may">What you may do</h2>${rolesInWords(person.roles)}</section>
<form class="card tall" method="post">
${form.problem !== undefined && html`<p class="problem" role="alert">${form.problem}</p>`}
${field(form, { name: 'name', label: 'Your name', hint: 'As others see it, and as the audit log keeps it.', value: person.name, maxLength: MAX_NAME_LENGTH, isRequired: true })}
${field(form, { name: 'passkey_name', label: 'Name of this passkey', hint: 'So that you know it among others.', value: deviceName(userAgent), maxLength: MAX_NAME_LENGTH, isRequired: true })}
<p>Your device makes a passkey, and asks for your finger, your face or its code. There is no password.</p>
${passkeyButton(link, { kind: 'create', options, button: 'Make a passkey and sign in' }, form)}
</form>`;
    },
    async submit({ params, request, reply }, { name, passkey_name: passkeyName, response }) {
      const given = { name, passkeyName, response };
      const { token } = await auth.people.invitations.accept(params.code, given, visitors.browserOf(request));
      visitors.signIn(reply, token);
      return { to: '/', notice: `Welcome, ${name}. You are signed in; from now on your passkey is all you need.` };
    },
  });
}

function provePage({ services: { auth } }: ConsolePorts): AnyPage {
  return defineForm<unknown, { response: string }>({
    path: '/prove',
    title: 'Is it you?',
    roles: [],
    body: z.object({ response: passkeyResponse }),
    async show({ visitor, link }, form) {
      const options = await auth.people.passkeys.beginProof(visitor);
      const hasPasskey = options.allowCredentials.length > 0;
      return html`<h1>Is it you?</h1>
<p>What you are about to do can’t be taken back, so the console asks for your passkey again.</p>
<form class="card tall" method="post">
${form.problem !== undefined && html`<p class="problem" role="alert">${form.problem}</p>`}
${form.hidden}
${hasPasskey ? passkeyButton(link, { kind: 'get', options, button: 'Confirm with your passkey' }, form) : html`<p>You have no passkey yet. <a href="${link('/me/passkeys/add')}">Add one</a>, or sign in again with <code>taritools login --browser</code>.</p>`}
</form>`;
    },
    async submit({ visitor, search }, { response }) {
      await auth.people.passkeys.prove(visitor, response);
      return { ...signedIn(search.get('next')), notice: 'Thank you. Now repeat what you were about to do.' };
    },
  });
}
