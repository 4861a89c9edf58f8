import { pathWith, say, type View } from '#checkout/http/view.ts';
import { LANGUAGES } from '#checkout/languages/texts.ts';
import { type Html, html } from '#platform/http/html.ts';

/** The whole of a page around what is its own. */
export function layout(view: View, title: string, content: Html): string {
  const { language, assets, isEmbedded, refresh } = view;
  const page = html`<!doctype html>
<html lang="${language.code}" dir="${language.direction}">
<head>
<meta charset="utf-8">
<title>${title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<meta name="referrer" content="no-referrer">
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${assets.style}">
<script src="${assets.script}" defer></script>
${refresh === 'script' && html`<noscript><meta http-equiv="refresh" content="0; url=${pathWith(view, { news: 'timed' })}"></noscript>`}
</head>
<body>
<div class="page">
${!isEmbedded && header(view)}
${content}
${!isEmbedded && footer(view)}
</div>
</body>
</html>
`;
  return page.text;
}

function header({ shop, assets }: View): Html {
  const name = html`${assets.logo !== null && html`<img src="${assets.logo}" alt="">`}${shop.shopName}`;
  return html`<header class="shop">${shop.shopUrl === null ? html`<p>${name}</p>` : html`<a href="${shop.shopUrl}">${name}</a>`}</header>`;
}

function footer(view: View): Html {
  const { shop, language } = view;
  const links = LANGUAGES.map(({ code, name }) => {
    const current = code === language.code && html` aria-current="true"`;
    return html`<li><a href="${pathWith(view, { lang: code })}" lang="${code}" hreflang="${code}"${current}>${name}</a></li>`;
  });
  return html`<footer>
${shop.shopUrl !== null && html`<a href="${shop.shopUrl}">${say(view, 'backToShop')}</a>`}
<details><summary>${say(view, 'language')}: ${language.name}</summary><ul>${links}</ul></details>
</footer>`;
}

/** How a page without script comes by news; with one, nothing of this is seen. */
export function newsWithoutScript(view: View): Html | false {
  if (view.refresh === 'script') return false;
  const link = (news: string, text: string) => html`<a href="${pathWith(view, { news })}">${text}</a>`;
  return view.refresh === 'timed'
    ? html`<p class="note">${say(view, 'refreshing')} ${link('off', say(view, 'stopRefreshing'))}</p>`
    : html`<p class="note">${link('timed', say(view, 'refresh'))}</p>`;
}
