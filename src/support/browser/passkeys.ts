import { browserSupportsWebAuthn, startAuthentication, startRegistration } from '@simplewebauthn/browser';

/** Passkeys: a button that asks the device, puts what it answers into the form, and sends it. Only on pages that need it. */

type RequestOptions = Parameters<typeof startAuthentication>[0]['optionsJSON'];
type CreationOptions = Parameters<typeof startRegistration>[0]['optionsJSON'];

async function ask({ passkey, options = '' }: DOMStringMap): Promise<unknown> {
  return passkey === 'create'
    ? startRegistration({ optionsJSON: JSON.parse(options) as CreationOptions })
    : startAuthentication({ optionsJSON: JSON.parse(options) as RequestOptions });
}

/** What went wrong, for a person. Browsers do not tell a refusal from a device that has no key. */
function sentenceOf(error: unknown): string {
  const name = error instanceof Error ? error.name : '';
  if (name === 'InvalidStateError') return 'This device has a passkey for you already.';
  if (name === 'SecurityError') return 'Passkeys only work at the address of this console, and over https.';
  return 'No passkey was used: it was cancelled, took too long, or this device has none.';
}

function attend(button: HTMLButtonElement): void {
  const { form } = button;
  const field = form?.elements.namedItem('response');
  const problem = form?.querySelector<HTMLElement>('[data-passkey-problem]');
  if (!form || !(field instanceof HTMLInputElement)) return;
  if (!browserSupportsWebAuthn()) {
    if (problem) problem.textContent = 'This browser has no passkeys. Use a newer one.';
    return;
  }
  button.disabled = false;
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    button.disabled = true;
    if (problem) problem.textContent = '';
    ask(button.dataset)
      .then((answer) => {
        field.value = JSON.stringify(answer);
        form.submit();
      })
      .catch((error: unknown) => {
        if (problem) problem.textContent = sentenceOf(error);
        button.disabled = false;
        button.focus();
      });
  });
}

for (const button of document.querySelectorAll<HTMLButtonElement>('button[data-passkey]')) attend(button);
