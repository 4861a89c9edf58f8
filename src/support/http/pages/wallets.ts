import * as z from 'zod';
import { address as addressField } from '#platform/http/fields.ts';
import { html } from '#platform/http/html.ts';
import { definePage, type MakePages, READERS } from '#support/http/page.ts';
import { orderTable } from '#support/http/templates/orders.ts';
import { address, amount, badge, card, copyButton, emojiOf, facts, time } from '#support/http/templates/parts.ts';
import { paymentTable } from '#support/http/templates/payments.ts';
import { table } from '#support/http/templates/table.ts';
import { accountAddress, accountOf, addressToBase58, addressToEmoji, addressToHex } from '#tari/address.ts';
import { customerLink } from './customers.ts';

/** Wallets: the shop's own hot wallets, and each wallet that has paid. */

const params = z.object({ address: addressField });
const NEWEST = 20;

export const walletPages: MakePages = ({ services: { engine, auth }, settings }) => [
  definePage({
    path: '/wallets',
    title: 'Wallets',
    roles: READERS,
    async show({ link }) {
      const wallets = await auth.wallets.all();
      const { paymentWalletAddress } = settings;
      return html`<div class="head"><h1>Wallets of the shop</h1></div>
${card(
  'Hot wallets',
  table(
    wallets,
    [
      { name: 'Address', cell: (wallet) => address(wallet.address, link) },
      { name: 'Reports from', cell: (wallet) => html`<code>${wallet.ipAddress}</code>` },
      {
        name: 'Last report',
        cell: (wallet) => (wallet.lastNonce === 0n ? 'none yet' : html`<code>${wallet.lastNonce}</code>`),
      },
    ],
    { caption: 'Wallets that may report payments', none: 'No hot wallet is registered: no payment can be reported.' },
  ),
)}
${card('Customers pay to', paymentWalletAddress === null ? html`<p>The hot wallet that was registered first.</p>` : html`<p>${address(addressToBase58(paymentWalletAddress), link)}</p>`)}`;
    },
  }),
  definePage<z.output<typeof params>>({
    path: '/wallets/of/:address',
    title: 'Wallet',
    roles: READERS,
    params,
    async show({ params: { address: given }, link }) {
      const account = accountOf(given);
      const [wallet, orders, payments] = await Promise.all([
        engine.desk.wallet(given),
        engine.desk.claimedOrders(account, { limit: NEWEST }),
        engine.desk.paymentsOfAccount(account, { limit: NEWEST }),
      ]);
      const plain = accountAddress(given);
      const base58 = wallet.account?.address ?? addressToBase58(plain);
      const isProven = wallet.customers.some((customer) => customer.link !== 'stated');
      const isShared = wallet.customers.length > 1;
      return html`<div class="head"><h1>Wallet ${emojiOf(base58)}</h1> ${wallet.account === undefined ? badge('never seen') : isProven ? badge('proven', 'good') : badge('stated, not proven', 'warn')} ${isShared && badge(`shared by ${wallet.customers.length} customers`, 'warn')}</div>
<div class="two"><div>
${card('Payments', paymentTable(payments.rows, link, 'Payments, newest first', 'No payment has come from this wallet.'))}
${card('Orders that it claimed', orderTable(orders.rows, link, 'Orders, newest first', 'It has claimed no order.'))}
</div><div>
${card(
  'Address',
  facts([
    ['Base58', html`<code>${base58}</code> ${copyButton(base58, 'the address in base58')}`],
    ['Emoji', html`${addressToEmoji(plain)} ${copyButton(addressToEmoji(plain), 'the address in emoji')}`],
    ['Hex', html`<code>${addressToHex(plain)}</code>`],
    ['Network', given.network],
  ]),
)}
${card(
  'Money',
  wallet.account === undefined
    ? html`<p class="empty">No money has come from it.</p>`
    : facts([
        ['Confirmed', amount(wallet.account.totalConfirmed)],
        ['Used', amount(wallet.account.totalPaid)],
        ['Left', amount(wallet.account.totalConfirmed - wallet.account.totalPaid)],
        ['Of that free', amount(wallet.account.freeCredit)],
        ['First seen', time(wallet.account.createdAt)],
        ['Last changed', time(wallet.account.updatedAt)],
      ]),
)}
${card(
  'Customers',
  table(
    wallet.customers,
    [
      { name: 'Customer', cell: ({ customerId }) => customerLink(customerId, link) },
      {
        name: 'Tied',
        cell: (customer) =>
          ({ proven: 'by signature', by_hand: 'by an operator', stated: 'by a payment only' })[customer.link],
      },
      { name: 'Since', cell: ({ since }) => time(since) },
    ],
    { caption: 'Customers for whom this wallet has paid', none: 'It is tied to no customer.' },
  ),
)}
${isShared && !isProven && html`<p class="card warn">Several customers have paid from this wallet, as from an exchange, and none of them has signed with it. Its free credit pays nothing by itself, and money must not be sent back to it.</p>`}
</div></div>`;
    },
  }),
];
