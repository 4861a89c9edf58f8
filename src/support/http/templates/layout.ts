import { type Html, html } from '#platform/http/html.ts';
import type { Visitor } from '#platform/http/pages/visitors.ts';
import type { ConsoleAssets } from '#support/http/assets.ts';
import type { ConsoleSettings } from '#support/settings.ts';
import type { Network } from '#tari/address.ts';
import { navigationOf } from './navigation.ts';

/** The whole of a page around what is its own. */
export interface PageFrame {
  /** The path of the console. */
  base: string;
  assets: ConsoleAssets;
  console: ConsoleSettings;
  /** Null if no address of the shop says it. */
  network: Network | null;
  visitor: Visitor | undefined;
  /** Below the console. */
  path: string;
  title: string;
  notice: string | undefined;
  /** The token of the session's forms, for scripts. */
  token: string | undefined;
  content: Html;
  /** Where the page hears of news; undefined if it is told of none. */
  events: string | undefined;
}

export function layout(frame: PageFrame): string {
  const { base, assets, console, visitor, title, notice, token, content, events } = frame;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>${title} · ${console.shopName}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<meta name="referrer" content="no-referrer">
${token !== undefined && html`<meta name="csrf-token" content="${token}">`}
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${assets.style}">
<script src="${assets.script}" defer></script>
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
${visitor === undefined ? html`<header class="top"><a class="shop" href="${base}">${console.shopName}</a></header>` : header(frame, visitor)}
<div class="frame">
${visitor !== undefined && navigation(frame, visitor)}
<main id="main" tabindex="-1"${events !== undefined && html` data-events="${events}"`}>
${testNetwork(frame)}
<div id="said" role="status">${notice !== undefined && html`<p class="notice">${notice}</p>`}</div>
${content}
</main>
</div>
</body>
</html>
`;
  return page.text;
}

function header({ base, console, path }: PageFrame, { name, roles }: Visitor): Html {
  const shownRoles = [...roles].join(', ');
  return html`<header class="top">
<a class="shop" href="${base}">${console.shopName}</a>
<form class="find" role="search" action="${base}/search" method="get">
<label class="hidden" for="find">Find anything</label>
<input id="find" type="search" name="q" maxlength="4096" autocomplete="off" spellcheck="false" placeholder="Order, confirmation no., address, amount, payment…" title="Press / to get here">
<button>Find</button>
</form>
<a class="me" href="${base}/me"${path === '/me' && html` aria-current="page"`}><b>${name}</b> <small>${shownRoles}</small></a>
</header>`;
}

/** On a phone it is a menu, which opens without a script. */
function navigation({ base, path }: PageFrame, visitor: Visitor): Html {
  const groups = navigationOf(visitor).map(
    (entries) =>
      html`<ul>${entries.map(({ to, label }) => {
        const isCurrent = to === '/' ? path === '/' : path === to || path.startsWith(`${to}/`);
        return html`<li><a href="${base}${to === '/' ? '' : to}"${isCurrent && html` aria-current="page"`}>${label}</a></li>`;
      })}</ul>`,
  );
  return html`<nav aria-label="Console"><details class="menu"><summary>Menu</summary>${groups}</details><div class="side">${groups}</div></nav>`;
}

function testNetwork({ network }: PageFrame): Html | false {
  if (network === null || network === 'mainnet') return false;
  return html`<p class="test"><b>Test network ${network}:</b> this money is worth nothing.</p>`;
}
