/** What a browser adds to the console. Everything works without. */

const main = document.querySelector<HTMLElement>('main');
const said = document.querySelector<HTMLElement>('#said');
const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

/** Times are written in UTC for those who have no script. */
function localTimes(): void {
  for (const time of document.querySelectorAll('time')) {
    time.title = time.dateTime;
    time.textContent = day.format(new Date(time.dateTime));
  }
}

function say(text: string): void {
  if (said) said.textContent = text;
}

async function copy(button: HTMLElement): Promise<void> {
  const text = button.dataset.copy ?? '';
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Without https there is no clipboard but this one.
    const field = document.createElement('textarea');
    field.value = text;
    document.body.append(field);
    field.select();
    document.execCommand('copy');
    field.remove();
    button.focus();
  }
  const label = button.textContent;
  button.textContent = 'Copied';
  say('Copied');
  setTimeout(() => {
    button.textContent = label;
  }, 2_000);
}

/** Rows never move by themselves: a link says how much is new, and loads the page. */
function listen(): void {
  const address = main?.dataset.events;
  if (!address || document.hidden) return;
  const source = new EventSource(address);
  const stop = () => source.close();
  let before = 0;
  source.addEventListener('news', ({ data }: MessageEvent<string>) => showNews(before + Number(data)));
  // A stream that was opened again counts from nothing.
  source.addEventListener('open', () => {
    before = Number(document.querySelector<HTMLElement>('#news')?.dataset.count ?? 0);
  });
  source.addEventListener('over', stop);
  document.addEventListener(
    'visibilitychange',
    () => {
      stop();
      if (!document.hidden) listen();
    },
    { once: true },
  );
}

function showNews(count: number): void {
  let link = document.querySelector<HTMLAnchorElement>('#news');
  if (!link) {
    link = document.createElement('a');
    link.id = 'news';
    link.href = location.href;
    link.addEventListener('click', (event) => {
      event.preventDefault();
      location.reload();
    });
    said?.after(link);
  }
  link.dataset.count = String(count);
  link.textContent = `${count} new · show`;
  say(`${count} new`);
}

/** A button that changes something asks first, in a dialog that repeats what the form says. */
function confirmFirst(form: HTMLFormElement, event: SubmitEvent): void {
  const question = form.dataset.confirm;
  if (!question || form.dataset.confirmed) return;
  event.preventDefault();
  const dialog = document.createElement('dialog');
  const text = document.createElement('p');
  text.textContent = question;
  const buttons = document.createElement('form');
  buttons.method = 'dialog';
  for (const [value, label] of [
    ['', 'Cancel'],
    ['yes', event.submitter?.textContent ?? 'Yes'],
  ] as const) {
    const button = document.createElement('button');
    button.value = value;
    button.textContent = label;
    if (value) button.className = 'main';
    buttons.append(button);
  }
  dialog.append(text, buttons);
  document.body.append(dialog);
  dialog.addEventListener('close', () => {
    dialog.remove();
    if (dialog.returnValue !== 'yes') return;
    form.dataset.confirmed = 'yes';
    form.requestSubmit(event.submitter);
  });
  dialog.showModal();
}

document.addEventListener('click', ({ target }) => {
  const button = (target as Element).closest<HTMLElement>('button[data-copy]');
  if (button) void copy(button);
});
document.addEventListener('submit', (event) => confirmFirst(event.target as HTMLFormElement, event));
document.addEventListener('change', ({ target }) => {
  // Filters that are chosen from a list take effect at once.
  const form = (target as Element).closest<HTMLFormElement>('form[data-auto]');
  if (form && (target as Element).matches('select')) form.requestSubmit();
});
document.addEventListener('keydown', (event) => {
  const isTyping = (event.target as Element).matches('input, textarea, select, [contenteditable]');
  if (event.key !== '/' || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  document.querySelector<HTMLInputElement>('#find')?.focus();
});

for (const button of document.querySelectorAll<HTMLElement>('button[data-copy]')) button.hidden = false;
localTimes();
listen();
// After a form the result is what should be read first.
if (said?.textContent?.trim()) main?.focus({ preventScroll: true });

export {};
