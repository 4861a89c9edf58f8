/**
 * The files of a Shopify app extension that links each order to its pay page, on the thank-you page and on the page of the
 * order's status. It only links: it holds no secret, and calls nothing. What it is built from: docs/shop-owner.md.
 */

/** Of the platform's components. Shopify supports a version for a year at least. */
const API_VERSION = '2026-04';

const MODULE = 'src/PayLink.js';

/** What the link says, by the name of its file. Shopify chooses the buyer's language. */
const TEXTS: Readonly<Record<string, string>> = {
  'en.default': 'Paying with Tari? Pay here, or see what became of your payment',
  de: 'Mit Tari bezahlen? Hier zahlen Sie oder sehen, was aus Ihrer Zahlung wurde',
  es: '¿Pagas con Tari? Paga aquí o consulta el estado de tu pago',
  fr: 'Vous payez en Tari ? Payez ici ou suivez votre paiement',
  'pt-BR': 'Vai pagar com Tari? Pague aqui ou veja o andamento do pagamento',
  tr: 'Tari ile mi ödüyorsunuz? Buradan ödeyin veya ödemenizin durumunu görün',
  'zh-CN': '使用 Tari 付款？请在此付款或查看付款状态',
};

const CONFIGURATION = `api_version = "${API_VERSION}"

[[extensions]]
type = "ui_extension"
name = "Tari pay page"
handle = "tari-pay-link"
description = "Links each order to the page where it is paid with Tari"

[[extensions.targeting]]
target = "purchase.thank-you.block.render"
module = "./${MODULE}"

[[extensions.targeting]]
target = "customer-account.order-status.block.render"
module = "./${MODULE}"
`;

/** @param payPage where customers type in their numbers, such as `https://pay.example.com/o`. */
function moduleText(payPage: string): string {
  return `// Links each order to the page where it is paid with Tari. It only links: no secret, no call to anywhere.
// Written by \`taritools shopify setup --extension\`, which writes it again when the address changes.

const PAY_PAGE = ${JSON.stringify(payPage)};

/** The page of the order; where Shopify does not name both numbers, the page that asks for them. */
export function payLink(orderId, confirmationNumber) {
  // On the thank-you page the order may still be called OrderIdentity; the number is the same.
  const [, number] = /^gid:\\/\\/shopify\\/Order(?:Identity)?\\/([0-9]{1,20})$/.exec(String(orderId)) ?? [];
  const isKnown = number !== undefined && /^[A-Za-z0-9]{6,64}$/.test(String(confirmationNumber ?? ''));
  return isKnown ? \`\${PAY_PAGE}/\${number}/\${confirmationNumber}\` : PAY_PAGE;
}

export default function extension() {
  // The thank-you page has the one, the page of the order's status the other, which may come later.
  const source = shopify.orderConfirmation ?? shopify.order;
  const link = document.createElement('s-link');
  const show = () => {
    const known = source?.value;
    link.href = payLink(known?.order?.id ?? known?.id, known?.number ?? known?.confirmationNumber);
  };
  link.target = '_blank';
  link.textContent = shopify.i18n.translate('payWithTari');
  show();
  source?.subscribe(show);
  document.body.appendChild(link);
}
`;
}

/**
 * The files by their paths within the folder of the extension.
 * @param publicUrl where customers reach the server, without a slash at its end.
 * @param uid what Shopify's tool has given to an extension that was written before, so that it stays the same one.
 */
export function payLinkFiles(publicUrl: string, uid: string | undefined): ReadonlyMap<string, string> {
  const withUid = uid === undefined ? CONFIGURATION : CONFIGURATION.replace('handle = ', `uid = "${uid}"\nhandle = `);
  return new Map([
    ['shopify.extension.toml', withUid],
    [MODULE, moduleText(`${publicUrl}/o`)],
    ...Object.entries(TEXTS).map(([language, text]): [string, string] => [
      `locales/${language}.json`,
      `${JSON.stringify({ payWithTari: text }, null, 2)}\n`,
    ]),
  ]);
}
