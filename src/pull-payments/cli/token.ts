import { hex } from '@scure/base';
import type { Command } from 'commander';
import { environmentOf } from '#platform/cli/database-url.ts';
import { describedCommand, givenTo } from '#platform/cli/described-command.ts';
import { CommandError, EXIT_CODES } from '#platform/cli/exit.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { typedTime } from '#platform/cli/server-command.ts';
import { type OutputFlags, printAnswer } from '#platform/cli/terminal/output-flags.ts';
import { newTermOptions, type TermFlags } from './term-options.ts';

/** The listener takes no longer one. */
const MAX_TOKEN_LENGTH = 4096;

/** So that two tokens with the same terms are two pointers. */
const UNIQUE_BYTES = 8;

interface TokenAnswer {
  pointer: string;
  token: string;
}

/** `pull token`: a pull pointer that is signed here, without asking the server. The pointer is what was asked for, so it is printed. */
export function tokenCommand(ports: CommandPorts): Command {
  const described = {
    name: 'token',
    description: 'Sign a pull pointer offline, with SPSP_JWT_SECRET; the server learns of it when it is first used',
    options: newTermOptions(),
  };
  const example = 'pull token --amount 10000000 --asset XRP --scale 6 --interval P1M --cycles 12 --cap';
  return describedCommand(described, [], example).action(async (...given: unknown[]) => {
    const { options } = givenTo<[], TermFlags & { cap?: boolean } & OutputFlags>(given);
    await printAnswer(ports, options, await signedPointer(ports, options), ({ pointer }) => [pointer]);
  });
}

/** @throws {CommandError} if pull payments are off in the settings here, or the token is too long. */
async function signedPointer(
  ports: CommandPorts,
  flags: TermFlags & { cap?: boolean } & OutputFlags,
): Promise<TokenAnswer> {
  const { jwtSecret, jwtAlgorithms, publicHost, hasOwnSecret } = await signing(ports);
  if (!hasOwnSecret)
    ports.note('SPSP_JWT_SECRET is `test`, which is publicly known: this pointer is for trying out only.');
  const { SignJWT } = await import('jose');
  const token = await new SignJWT(claimsOf(ports, flags))
    .setProtectedHeader({ alg: jwtAlgorithms[0] ?? 'HS256', typ: 'JWT' })
    .sign(new TextEncoder().encode(jwtSecret));
  if (token.length > MAX_TOKEN_LENGTH) {
    throw new CommandError(
      `The token has more than ${MAX_TOKEN_LENGTH} characters. Shorten the texts in it.`,
      EXIT_CODES.wrongUse,
    );
  }
  return { pointer: `$${publicHost}/${token}`, token };
}

/** The settings of the server here, as it reads them. */
async function signing(ports: CommandPorts) {
  const { parse } = await ports.settings();
  const parsed = parse(environmentOf(ports));
  if (!parsed.ok) throw new CommandError(parsed.problems.join('\n'), EXIT_CODES.wrongUse);
  const { pullPayments } = parsed.settings;
  if (pullPayments === null) {
    throw new CommandError(
      'Pull payments are off in the settings here: set SPSP_PORT and SPSP_JWT_SECRET.',
      EXIT_CODES.wrongUse,
    );
  }
  return { ...pullPayments, hasOwnSecret: pullPayments.jwtSecret !== 'test' };
}

/** As the original writes them: texts, in its names. */
function claimsOf(ports: CommandPorts, flags: TermFlags & { cap?: boolean } & OutputFlags) {
  return {
    amount: String(flags.amount),
    interval: flags.interval,
    cycles: String(flags.cycles),
    cap: String(flags.cap === true),
    assetCode: flags.asset,
    assetScale: String(flags.scale),
    start: typedTime(flags.start, flags),
    expiry: typedTime(flags.expiry, flags),
    maxPull: flags.maxPull === undefined ? undefined : String(flags.maxPull),
    webhook: flags.webhook,
    description: flags.description,
    reference: flags.reference,
    jti: hex.encode(ports.randomBytes(UNIQUE_BYTES)),
  };
}
