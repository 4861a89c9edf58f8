/** What a browser adds to the pay page. Everything on it works without. */

const RETRY_MS = 15_000;
const TICK_MS = 1_000;
const COUNTDOWN_MS = 15 * 60_000;
/** A page is not loaded again sooner than this, whatever it is told: two servers may not agree while one is replaced. */
const MIN_STAY_MS = 2_000;

const main = document.querySelector('main');
const live = document.querySelector<HTMLElement>('#live');
const said = document.querySelector<HTMLElement>('#said');
const language = document.documentElement.lang;
let source: EventSource | undefined;
let retry: number | undefined;
/** What is shown as it came, before the script changed it. */
let shownHtml = live?.innerHTML;
/** Where news come from: what the page shows already is not sent again. */
let events = main?.dataset.events;

/** Times are written in UTC for those who have no script; here they become the visitor's own. */
function localTimes(): void {
  const format = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' });
  for (const time of document.querySelectorAll('time')) time.textContent = format.format(new Date(time.dateTime));
}

function countDown(): void {
  for (const left of document.querySelectorAll<HTMLElement>('[data-until]')) {
    const leftMs = Date.parse(left.dataset.until ?? '') - Date.now();
    left.hidden = leftMs > COUNTDOWN_MS || leftMs <= 0;
    const seconds = Math.ceil(leftMs / 1000);
    const text = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
    left.textContent = (left.dataset.text ?? '').replace('{time}', text);
  }
}

/** Shows what only works with a script. */
function enhance(): void {
  for (const button of document.querySelectorAll<HTMLElement>('button[hidden]')) button.hidden = false;
  localTimes();
  countDown();
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
  button.textContent = button.dataset.done ?? '';
  say(button.dataset.done ?? '');
  setTimeout(() => {
    button.textContent = label;
  }, 2_000);
}

function say(text: string): void {
  if (said) said.textContent = text;
}

/** The page that shows this one in its frame; which pages may, the server's policy says. */
function tellFrame(): void {
  const shown = live?.firstElementChild as HTMLElement | null;
  if (parent !== window && shown) {
    parent.postMessage({ type: 'tari-pay-page', order: main?.dataset.order, state: shown.dataset.state }, '*');
  }
}

/** Puts a new fragment into the place of the old one. It is HTML of our server, in which all values are escaped. */
function show(fragment: string): void {
  if (!live) return;
  const focused = live.contains(document.activeElement);
  live.innerHTML = fragment;
  shownHtml = live.innerHTML;
  enhance();
  const heading = live.querySelector<HTMLElement>('h1');
  if (focused) heading?.focus();
  const shown = live.firstElementChild as HTMLElement | null;
  if (shown?.dataset.title) document.title = shown.dataset.title;
  // The full address must not stay when there is nothing to pay any more.
  if (!shown?.hasAttribute('data-pays')) document.querySelector('#details')?.remove();
  say(live.querySelector('.head')?.textContent ?? '');
  tellFrame();
}

/** Where there is no stream, the page is asked for as a whole. */
async function ask(): Promise<void> {
  try {
    const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), 'text/html');
    const fresh = page.querySelector('#live');
    const { order, events: since } = page.querySelector('main')?.dataset ?? {};
    if (fresh && fresh.innerHTML !== shownHtml) {
      const details = page.querySelector('#details');
      // Those that are over, `show` takes away.
      const areOthers = details !== null && details.textContent !== document.querySelector('#details')?.textContent;
      if (order !== main?.dataset.order || areOthers) reload();
      else show(fresh.innerHTML);
      events = since;
    }
  } catch {
    // It is asked again.
  }
  listen();
}

function reload(): void {
  setTimeout(() => location.reload(), MIN_STAY_MS - performance.now());
}

function listen(): void {
  if (!events || document.hidden) return;
  clearTimeout(retry);
  source?.close();
  const stream = new EventSource(events);
  source = stream;
  stream.addEventListener('state', (event) => {
    show(event.data);
    const url = new URL(events ?? '', location.href);
    url.searchParams.set('since', event.lastEventId);
    events = url.pathname + url.search;
  });
  stream.addEventListener('reload', reload);
  stream.addEventListener('error', () => {
    if (stream.readyState !== EventSource.CLOSED) return;
    retry = setTimeout(ask, RETRY_MS);
  });
}

document.addEventListener('click', (event) => {
  const button = (event.target as Element).closest<HTMLElement>('button');
  if (button?.dataset.copy) void copy(button);
  else if (button?.dataset.print) print();
});
document.addEventListener('visibilitychange', () => {
  if (document.hidden) source?.close();
  else listen();
});

enhance();
setInterval(countDown, TICK_MS);
listen();
tellFrame();

export {};
