import { Argument, Command, Option } from 'commander';
import { askedAs, inMenus } from '#platform/cli/menus/menu-fields.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { profileOption } from '#platform/cli/profile-option.ts';
import { readServer } from '#platform/cli/server-address.ts';
import type { OutputOptions } from '#platform/cli/terminal/output.ts';
import { plainJson, record } from '#platform/cli/terminal/output.ts';
import { addOutputFlags, type OutputFlags, outputOptions } from '#platform/cli/terminal/output-flags.ts';
import { qrLines } from '#platform/cli/terminal/qr.ts';
import { AddressError, parseAddress } from '#tari/address.ts';
import { type Claim, signClaim } from '#tari/claim.ts';
import { paymentLink } from '#tari/wallet-link.ts';
import type { ClaimedOrderAnswer } from './answers.ts';
import { KNOWN_ORDER } from './arguments.ts';
import { addressToPay, amountToPay, claimedOrderView, emojiOf, isNothingMissing } from './views.ts';
import { type WalletClaimFlags, walletAddressOption, walletClaim, walletSignatureOption } from './wallet-claim.ts';

/** What customers do with an order: claim it, and see where to pay to. */

interface ClaimFlags extends OutputFlags, WalletClaimFlags {
  profile?: string;
  server?: string;
  qr: boolean;
}

const withoutQr = () => new Option('--no-qr', 'leave the QR code out');

/** The link that opens a wallet with the payment filled in. Undefined where nothing is to be paid any more. */
export function linkOfClaim(order: ClaimedOrderAnswer): string | undefined {
  const payTo = addressToPay(order);
  if (order.status !== 'New' || payTo === null || isNothingMissing(order)) return undefined;
  const address = parseAddress(payTo);
  return paymentLink({
    network: address.network,
    address,
    amount: amountToPay(order),
    // An order's own address names it; a note beside it would only be dropped.
    ...(order.pay_to ? {} : { note: `order ${order.order_id}` }),
  });
}

/** The claimed order with its link and a QR code that a phone can scan; the menus show the same. */
export function claimView(order: ClaimedOrderAnswer, output: OutputOptions, withQr: boolean): string[] {
  const link = linkOfClaim(order);
  if (link === undefined) return claimedOrderView(order, output);
  const code = withQr ? ['', ...qrLines(link, output.terminal)] : [];
  return [...claimedOrderView(order, output), ...record([['Link', link]], output.terminal), ...code];
}

export function claimCommand(ports: CommandPorts): Command {
  const command = new Command('claim')
    .description('Claim an order: say, signed, that your address pays for it. Shows what to pay, by when and where to')
    .addArgument(askedAs(new Argument('<order_id>', 'the order'), KNOWN_ORDER))
    .addOption(withoutQr())
    .addOption(walletAddressOption())
    .addOption(walletSignatureOption())
    .addOption(
      new Option(
        '--server <url>',
        'the server, for a claim that a wallet signed; unless told, the profile’s',
      ).argParser(readServer),
    )
    .addOption(profileOption());
  inMenus(command, {
    menu: 'user',
    section: 'claims',
    label: 'Claim Order',
    hint: 'say that you pay for it, and see where to',
  });
  return addOutputFlags(command)
    .addHelpText(
      'after',
      [
        '\nExample:',
        '  $ taritools claim 1001 -p alice',
        '\nWith a wallet of your own, whose key stays in it: the first command prints the message that the wallet is to sign,',
        'the second sends its signature.',
        '  $ taritools claim 1001 --address 12HRp2iwR…',
        '  $ taritools claim 1001 --address 12HRp2iwR… --signature "312fe474…|782f9ead…" --server https://pay.example.com',
      ].join('\n'),
    )
    .action(async (orderId: string, flags: ClaimFlags) => {
      const wallet = walletClaim(ports, orderId, flags);
      if (wallet.isAsked && wallet.claim === undefined) return;
      const order = await (wallet.claim === undefined
        ? claimAsProfile(ports, orderId, flags)
        : sendWalletClaim(ports, wallet.claim, flags));
      if (flags.json) return ports.print(plainJson({ ...order, link: linkOfClaim(order) ?? null }));
      for (const line of claimView(order, outputOptions(ports, flags), flags.qr)) ports.print(line);
    });
}

async function claimAsProfile(ports: CommandPorts, orderId: string, { profile }: ClaimFlags) {
  const [client, { engineClient }] = await Promise.all([ports.client(profile), import('./requests.ts')]);
  const { signer } = client;
  if (signer === undefined) throw new Error('A profile has a signer');
  return engineClient(client).sendClaim(signClaim(signer.secretKey, signer.address, orderId, ports.randomBytes));
}

/** It needs no login: the signature in it is what counts. */
async function sendWalletClaim(ports: CommandPorts, claim: Claim, { profile, server }: ClaimFlags) {
  const [{ createApiClient }, { engineClient }, { chosenProfile }] = await Promise.all([
    import('#platform/cli/api-client.ts'),
    import('./requests.ts'),
    import('#auth/cli/profiles.ts'),
  ]);
  const client = createApiClient(ports, { server: server ?? (await chosenProfile(ports, profile)).server });
  return engineClient(client).sendClaim(claim);
}

/** Where the shop takes payments, each with its QR code. */
export function paymentAddressesView(addresses: readonly string[], output: OutputOptions, withQr: boolean): string[] {
  if (addresses.length === 0) return ['The shop has no payment address yet.'];
  return addresses.flatMap((address) => [
    ...record(
      [
        ['Address', address],
        ['Emoji id', emojiOf(address)],
      ],
      output.terminal,
    ),
    ...(withQr ? qrLines(linkOfAddress(address), output.terminal) : []),
    '',
  ]);
}

/** As `paymentLink`, and the payer chooses the amount. */
function linkOfAddress(text: string): string {
  try {
    return `tari://${parseAddress(text).network}/transactions/send?tariAddress=${text}`;
  } catch (error) {
    if (error instanceof AddressError) return text;
    throw error;
  }
}

export function paymentAddressesCommand(ports: CommandPorts): Command {
  const command = new Command('payment-addresses')
    .description('List the addresses that the shop takes payments at, with QR codes')
    .addOption(withoutQr())
    .addOption(profileOption());
  inMenus(command, {
    menu: 'user',
    section: 'payment addresses',
    label: 'List payment addresses',
    hint: 'with QR codes',
  });
  return addOutputFlags(command)
    .addHelpText('after', '\nExample:\n  $ taritools payment-addresses -p alice')
    .action(async (flags: ClaimFlags) => {
      const [client, { engineClient }] = await Promise.all([ports.client(flags.profile), import('./requests.ts')]);
      const addresses = await engineClient(client).paymentAddresses();
      if (flags.json) return ports.print(plainJson(addresses));
      for (const line of paymentAddressesView(addresses, outputOptions(ports, flags), flags.qr)) ports.print(line);
    });
}
