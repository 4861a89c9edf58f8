/** What a shop owner puts into the shop so that customers find their pay page. There is no secret in any of it. */

/** For Settings > Notifications > Order confirmation, where the mail shall have its button. */
export function orderMailSnippet(publicUrl: string): string {
  return `<p><a href="${publicUrl}/o/{{ id }}/{{ confirmation_number }}">Pay with Tari, or see what became of your payment</a></p>`;
}

/** For Settings > Payments > manual payment method: additional details, and payment instructions. */
export function paymentMethodTexts(publicUrl: string): { details: string; instructions: string } {
  return {
    details: 'Pay with any Tari wallet. After ordering you get a link by mail to the page where you pay.',
    instructions: `Open the link in your order mail, or go to ${publicUrl}/o and type in your order number and your confirmation number. Your order is paid as soon as the payment is confirmed, about six minutes after you send it.`,
  };
}

/** @param isOn whether the server has the setting already that switches the page on. */
export function payPageLines(url: string, isOn: boolean): string[] {
  const publicUrl = url.replace(/\/+$/, '');
  const { details, instructions } = paymentMethodTexts(publicUrl);
  return [
    '',
    ...(isOn
      ? []
      : [
          `TPG_PUBLIC_URL=${publicUrl} in the settings of the server gives customers a page to pay at; --pay-page writes it.`,
        ]),
    `Customers pay at ${publicUrl}/o. Put this into the order mail (Settings > Notifications > Order confirmation):`,
    '',
    ...orderMailSnippet(publicUrl)
      .split('\n')
      .map((line) => `  ${line}`),
    '',
    'and these texts into the manual payment method (Settings > Payments):',
    '',
    `  Additional details: ${details}`,
    `  Payment instructions: ${instructions}`,
  ];
}
