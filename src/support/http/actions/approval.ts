import * as z from 'zod';
import { type Html, type HtmlValue, html } from '#platform/http/html.ts';
import type { Services } from '#platform/module.ts';
import type { FormState, Submission, Visit } from '#support/http/page.ts';
import { passkeyButton, passkeyResponse } from '#support/http/templates/passkey.ts';

/** Approvals by a second person: their passkey signs the hash of exactly what they were shown. */

const MAX_STATEMENT_LENGTH = 2_000;

export const approvalBody = z.object({
  hash: z.string().regex(/^[0-9a-f]{64}$/, 'is not the hash of what is approved. Load the page again'),
  statement: z.string().max(MAX_STATEMENT_LENGTH).default(''),
  response: passkeyResponse,
});

export type ApprovalBody = z.output<typeof approvalBody>;

/** What is approved, with the hash that the books keep of it. */
export interface Approved {
  id: string;
  /** In µT. */
  amount: bigint;
  /** Base58. */
  address: string;
  hash: string;
}

export interface ApprovalPage extends Approved {
  heading: string;
  about: HtmlValue;
  /** Says what the approval leads to. */
  sentence: string;
  button: string;
  back: string;
}

type People = Services['auth']['people'];

/** The page that asks for the passkey. Without a script, or without a passkey, it says what is missing. */
export async function approvalPage(people: People, visit: Visit, form: FormState, page: ApprovalPage): Promise<Html> {
  const { statement, options } = await people.challengeFor(visit.visitor.principal, textOf(page));
  const hasPasskey = (options.allowCredentials?.length ?? 0) > 0;
  const button = hasPasskey
    ? passkeyButton(visit.link, { kind: 'get', options, button: page.button }, form)
    : html`<p><a class="button main" href="${visit.link('/me/passkeys/add')}">Add a passkey first</a></p>`;
  return html`<h1>${page.heading}</h1>
${page.about}
<form class="card tall" method="post">
${form.problem !== undefined && html`<p class="problem" role="alert">${form.problem}</p>`}
<p>${page.sentence}</p>
<p>Your passkey signs the amount and the address, and the signature is kept with the payout.</p>
<input type="hidden" name="hash" value="${page.hash}"><input type="hidden" name="statement" value="${statement}">
${form.hidden}
${button}
<p><a class="button" href="${page.back}">Back without approving</a></p>
</form>`;
}

/** What is kept of the approval. @throws {DomainError} `passkey_refused` */
export async function evidenceOf(people: People, visit: Submission, approved: Approved, given: ApprovalBody) {
  const signed = await people.verify(visit.visitor.principal, textOf(approved), given);
  return { hash: given.hash, evidence: { kind: 'passkey', ...signed } };
}

/** One to a line, so that one who looks at the evidence later reads what was signed. */
function textOf({ id, amount, address, hash }: Approved): string {
  return ['Approve a payout', `id: ${id}`, `amount: ${amount} µT`, `to: ${address}`, `hash: ${hash}`].join('\n');
}
