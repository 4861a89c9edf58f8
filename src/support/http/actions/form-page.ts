import * as z from 'zod';
import { keptText } from '#platform/http/fields.ts';
import { type Html, type HtmlValue, html } from '#platform/http/html.ts';
import type { FormState } from '#support/http/page.ts';
import { AmountError, type MicroTari, parseTari, TARI_SUPPLY } from '#tari/micro-tari.ts';

/** Forms on pages of their own: what they are about, what will happen, what must be filled in, and one button. */

export interface ActionPage {
  heading: string;
  /** What the form is about, as it is now. */
  about?: HtmlValue;
  /** Says what the button does, and what it does not. */
  sentence: HtmlValue;
  fields: readonly HtmlValue[];
  /** On the button; it names the action, and the amount if there is one. */
  button: string;
  /** Whether it takes something away. */
  isDanger?: boolean;
  /** The page to return to without doing anything. */
  back: string;
}

export function actionPage(form: FormState, page: ActionPage): Html {
  const { heading, about, sentence, fields, button, isDanger = false, back } = page;
  return html`<h1>${heading}</h1>
${about}
<form class="card tall" method="post">
${form.problem !== undefined && html`<p class="problem" role="alert">${form.problem}</p>`}
<p>${sentence}</p>
${fields}
${form.hidden}
<p><button class="${isDanger ? 'danger' : 'main'}">${button}</button> <a class="button" href="${back}">Back without changing anything</a></p>
</form>`;
}

export interface Field {
  name: string;
  label: string;
  hint?: string;
  /** Until something was typed. */
  value?: string | undefined;
  maxLength: number;
  isRequired?: boolean;
  kind?: 'line' | 'text' | 'amount';
}

/** A field with its label, its hint, and what is wrong with what was typed. */
export function field(form: FormState, { name, label, hint, value = '', maxLength, isRequired, kind = 'line' }: Field) {
  const typed = form.values[name] ?? value;
  const problem = form.problems[name];
  const notes = [hint !== undefined && `${name}-hint`, problem !== undefined && `${name}-problem`].filter(Boolean);
  const describedBy = notes.length > 0 && html` aria-describedby="${notes.join(' ')}"`;
  const state = html`${isRequired && html` required`}${problem !== undefined && html` aria-invalid="true"`}${describedBy}`;
  const control =
    kind === 'text'
      ? html`<textarea id="${name}" name="${name}" rows="3" maxlength="${maxLength}"${state}>${typed}</textarea>`
      : html`<input id="${name}" name="${name}" maxlength="${maxLength}" value="${typed}" autocomplete="off"${kind === 'amount' && html` inputmode="decimal"`}${state}>`;
  return html`<div class="field"><label for="${name}">${label}</label>
${hint !== undefined && html`<small class="soft" id="${name}-hint">${hint}</small>`}
${control}
${problem !== undefined && html`<small class="problem" id="${name}-problem">${problem}</small>`}</div>`;
}

const MAX_REASON_LENGTH = 1000;

/** A text of several lines; browsers send each end of a line as two characters. */
export function typedText(maxLength: number) {
  return z
    .string()
    .transform((text) => text.replaceAll('\r\n', '\n'))
    .pipe(keptText(maxLength));
}

/** The reason of a change, for the audit log. */
export const requiredReason = typedText(MAX_REASON_LENGTH)
  .transform((text) => text.trim())
  .refine((text) => text !== '', 'Say why: the audit log keeps it');

export function reasonField(form: FormState, hint = 'For the audit log. The customer does not see it.'): Html {
  return field(form, {
    name: 'reason',
    label: 'Reason',
    hint,
    maxLength: MAX_REASON_LENGTH,
    isRequired: true,
    kind: 'text',
  });
}

export const MAX_AMOUNT_LENGTH = 40;

export const AMOUNT_HINT = 'In XTM, such as 1.5 or 477.';

/** An amount as people write it, between two bounds in µT. An empty field is no amount, and never 0. */
export function typedAmount(smallest: bigint, largest: bigint = TARI_SUPPLY) {
  return z.string().transform((text, context): MicroTari => {
    try {
      if (text.trim() === '') throw new AmountError('Write an amount.');
      const value = parseTari(text);
      if (value < smallest) throw new AmountError('That is less than is possible here.');
      if (value > largest) throw new AmountError('That is more than is possible here.');
      return value;
    } catch (error) {
      if (!(error instanceof AmountError)) throw error;
      context.issues.push({ code: 'custom', message: error.message, input: text });
      return z.NEVER;
    }
  });
}

/** A text of one choice among a few. */
export function choice(form: FormState, name: string, legend: string, options: readonly Choice[]): Html {
  const chosen = form.values[name] ?? options[0]?.value;
  const problem = form.problems[name];
  return html`<fieldset><legend>${legend}</legend>
${problem !== undefined && html`<p class="problem">${problem}</p>`}
${options.map(
  ({ value, label }) =>
    html`<label class="line"><input type="radio" name="${name}" value="${value}"${value === chosen && html` checked`}> <span>${label}</span></label>`,
)}</fieldset>`;
}

export interface Choice {
  value: string;
  label: HtmlValue;
}
