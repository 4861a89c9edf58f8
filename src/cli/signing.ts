import { Command, Option } from 'commander';
import { rolesOption } from '#auth/cli/roles-option.ts';
import { secretKeyFrom, secretKeyOption, signerFields, signerOf } from '#auth/cli/secret-key.ts';
import type { Role } from '#auth/roles.ts';
import {
  type WalletClaimFlags,
  walletAddressOption,
  walletClaim,
  walletSignatureOption,
} from '#engine/cli/wallet-claim.ts';
import { addressArgument, chosenNetwork, networkOption } from '#platform/cli/address-arguments.ts';
import type { Signer } from '#platform/cli/api-client.ts';
import { amountArgument, txidArgument, u64Argument } from '#platform/cli/arguments.ts';
import { CommandError, EXIT_CODES } from '#platform/cli/exit.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { readServer } from '#platform/cli/server-address.ts';
import { record } from '#platform/cli/terminal/output.ts';
import { stringifyJson } from '#platform/json.ts';
import { addressToBase58, type Network, type TariAddress } from '#tari/address.ts';
import { ClaimError, signClaim } from '#tari/claim.ts';
import { signToken } from '#tari/ristretto-jwt.ts';
import { confirmationPayload, paymentPayload, signWalletMessage } from '#tari/wallet-signature.ts';

/** Commands that sign something and print it, without asking a server: for tests, scripts and other people's tools. */

interface SigningFlags {
  seckey?: string;
  network?: Network;
  json?: boolean;
}

interface PaymentFlags extends SigningFlags {
  nonce?: bigint;
  amount: bigint;
  txid: string;
  memo?: string;
  order?: string;
  sender: TariAddress;
  server: string;
}

const USUAL_AMOUNT = 250_000_000n;
const USUAL_TXID = 'payment001';

function signingCommand(name: string, description: string, example: string): Command {
  return new Command(name)
    .description(description)
    .addOption(secretKeyOption())
    .addOption(networkOption())
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `\nExample:\n  $ read -rs TARITOOLS_SECRET_KEY && export TARITOOLS_SECRET_KEY\n  $ taritools ${example}`,
    );
}

/** `token`: a login token for POST /auth. */
export function tokenCommand(ports: CommandPorts): Command {
  return signingCommand('token', 'Make a login token, which the server gives an access token for', 'token -r read_all')
    .addOption(rolesOption('-r, --roles <role...>', 'the roles to ask for, user unless told'))
    .action(async ({ seckey, network: told, json, roles = ['user'] }: SigningFlags & { roles?: Role[] }) => {
      const network = await chosenNetwork(ports, told);
      const signer = signerOf(await secretKeyFrom(ports, seckey), network);
      // Seconds, as the Rust server's tool counts them: milliseconds would lock that tool out for ever.
      const nonce = nonceOfNow(ports) / 1000n;
      const address = addressToBase58(signer.address);
      const token = signToken({ address, nonce, desired_roles: roles }, signer.secretKey, ports.randomBytes);
      if (json) return ports.print(stringifyJson({ address, network, nonce, roles, token }));
      print(ports, [...signerFields(signer), ['Nonce', String(nonce)], ['Roles', roles.join(',')]]);
      ports.print(`token:\n${token}`);
    });
}

/** `memo`: a claim for an order, as a memo or an order's note carries it. */
export function memoCommand(ports: CommandPorts): Command {
  return signingCommand('memo', 'Sign the claim of an order, for a payment’s memo or an order’s note', 'memo -o 1001')
    .addOption(new Option('-o, --order <order_id>', 'the order').makeOptionMandatory())
    .addOption(walletAddressOption())
    .addOption(walletSignatureOption())
    .action(
      async ({ seckey, network, json, order, ...wallet }: SigningFlags & WalletClaimFlags & { order: string }) => {
        const signed = walletClaim(ports, order, wallet);
        if (signed.claim !== undefined) ports.print(`${json ? '' : 'auth: '}${stringifyJson(signed.claim)}`);
        if (signed.isAsked) return;
        const signer = signerOf(await secretKeyFrom(ports, seckey), await chosenNetwork(ports, network));
        const claim = claimOf(ports, signer, order);
        if (json) return ports.print(stringifyJson(claim));
        print(ports, signerFields(signer));
        ports.print(`auth: ${stringifyJson(claim)}`);
      },
    );
}

function claimOf({ randomBytes }: CommandPorts, { secretKey, address }: Signer, orderId: string) {
  try {
    return signClaim(secretKey, address, orderId, randomBytes);
  } catch (error) {
    if (error instanceof ClaimError) throw new CommandError(error.message, EXIT_CODES.wrongUse);
    throw error;
  }
}

/** `payment`: what a hot wallet sends when it has received a payment. */
export function paymentCommand(ports: CommandPorts): Command {
  return reportOptions(
    signingCommand('payment', 'Sign the report of a payment as the hot wallet does', 'payment -x 14s9vDTwr… -a 12.5'),
  )
    .addOption(
      new Option('-a, --amount <tari>', 'the amount in Tari').argParser(amountArgument).default(USUAL_AMOUNT, '250'),
    )
    .option('-m, --memo <text>', 'the memo of the payment')
    .option('-o, --order <order_id>', 'the order that the payment names')
    .addOption(
      new Option('-x, --sender <address>', 'the address of the sender')
        .argParser(addressArgument)
        .makeOptionMandatory(),
    )
    .action(async (flags: PaymentFlags) => {
      const payment = {
        sender: addressToBase58(flags.sender),
        amount: flags.amount,
        txid: flags.txid,
        memo: flags.memo ?? null,
        order_id: flags.order ?? null,
      };
      const payload = paymentPayload({ ...payment, orderId: payment.order_id });
      await printReport(ports, flags, { name: 'payment', path: '/wallet/incoming_payment', content: payment, payload });
    });
}

/** `confirm`: what a hot wallet sends when a payment is confirmed. */
export function confirmCommand(ports: CommandPorts): Command {
  return reportOptions(
    signingCommand('confirm', 'Sign the report of a confirmation as the hot wallet does', 'confirm -t 12375671662993'),
  ).action(async (flags: PaymentFlags) => {
    const content = { txid: flags.txid };
    const payload = confirmationPayload(flags.txid);
    await printReport(ports, flags, { name: 'confirmation', path: '/wallet/tx_confirmation', content, payload });
  });
}

function reportOptions(command: Command): Command {
  return command
    .addOption(
      new Option('-c, --nonce <number>', 'above the last one; milliseconds of now unless told').argParser(u64Argument),
    )
    .addOption(new Option('-t, --txid <id>', 'the transaction').argParser(txidArgument).default(USUAL_TXID))
    .addOption(
      new Option('--server <url>', 'where the request is to be sent')
        .argParser(readServer)
        .default('http://127.0.0.1:8360'),
    );
}

interface Report {
  name: 'payment' | 'confirmation';
  path: string;
  content: object;
  payload: string;
}

async function printReport(ports: CommandPorts, flags: PaymentFlags, report: Report): Promise<void> {
  const signer = signerOf(await secretKeyFrom(ports, flags.seckey), await chosenNetwork(ports, flags.network));
  const nonce = flags.nonce ?? nonceOfNow(ports);
  const signature = signWalletMessage(signer.secretKey, signer.address, nonce, report.payload, ports.randomBytes);
  const auth = { address: addressToBase58(signer.address), nonce, signature };
  const request = { [report.name]: report.content, auth };
  if (flags.json) return ports.print(stringifyJson(request));
  print(ports, [...signerFields(signer), ['Nonce', String(nonce)]]);
  ports.print(`auth: ${stringifyJson(auth)}`);
  ports.print(`${report.name}: ${stringifyJson(report.content)}`);
  ports.print('\nReady to send:');
  ports.print(
    `curl -s ${flags.server}${report.path} -H 'content-type: application/json' -d ${shellQuoted(stringifyJson(request))}`,
  );
}

function print(ports: CommandPorts, fields: readonly [string, string][]): void {
  for (const line of record(fields, ports.terminal)) ports.print(line);
}

function nonceOfNow({ clock }: CommandPorts): bigint {
  return BigInt(clock.now().getTime());
}

/** One word of a POSIX shell, whatever the text holds. */
function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
