import * as z from 'zod';
import { type Html, html } from '#platform/http/html.ts';
import { makeAsset } from '#platform/http/pages/asset.ts';
import type { FormState, Link } from '#support/http/page.ts';
import { text as script } from '../../browser/passkeys.ts?browser';

/** The part of a form that asks for a passkey. It needs a script, which only pages with such a form load. */

export const passkeyScript = makeAsset('passkeys', 'js', 'text/javascript; charset=utf-8', Buffer.from(script));

/** What the device answers is some kilobytes of JSON. */
const MAX_RESPONSE_LENGTH = 32 * 1024;

/** The field that the script fills in; without a script it stays empty. */
export const passkeyResponse = z
  .string('Use the button: it asks for your passkey')
  .min(1, 'Use the button: it asks for your passkey')
  .max(MAX_RESPONSE_LENGTH);

export interface PasskeyRequest {
  /** Whether a passkey is asked for, or a new one made. */
  kind: 'get' | 'create';
  /** The options of `navigator.credentials` as the service made them. */
  options: object;
  button: string;
}

/** The button with its hidden field, below the form's other fields. */
export function passkeyButton(link: Link, { kind, options, button }: PasskeyRequest, form?: FormState): Html {
  const problem = form?.problems.response;
  return html`<input type="hidden" name="response" value="">
<p><button class="main" data-passkey="${kind}" data-options="${JSON.stringify(options)}" disabled>${button}</button></p>
<p class="problem" role="alert" data-passkey-problem>${problem}</p>
<noscript><p class="problem">Passkeys need JavaScript. Switch it on for this page; everything else works without.</p></noscript>
<script src="${link(`/assets/${passkeyScript.name}`)}" defer></script>`;
}
