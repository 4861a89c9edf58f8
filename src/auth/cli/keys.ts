import { hex } from '@scure/base';
import { Command } from 'commander';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { stringifyJson } from '#platform/json.ts';
import { generateSecretKey, publicKeyOf, type RandomBytes } from '#tari/schnorr.ts';

/** The settings of a new pair of keys for access tokens. */
export function newKeySettings(randomBytes: RandomBytes) {
  const signingKey = generateSecretKey(randomBytes);
  return {
    TPG_JWT_SIGNING_KEY: hex.encode(signingKey),
    TPG_JWT_VERIFICATION_KEY: hex.encode(publicKeyOf(signingKey)),
  };
}

/** `keys`: what the server signs access tokens with. The keys are what was asked for, so they are printed. */
export function keysCommand(ports: CommandPorts): Command {
  const make = new Command('new')
    .description('Make a pair of keys that the server signs access tokens with, as lines for its settings')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  $ (umask 077 && taritools keys new >> .env)')
    .action(({ json }: { json?: boolean }) => {
      const settings = newKeySettings(ports.randomBytes);
      if (json) return ports.print(stringifyJson(settings));
      for (const [name, value] of Object.entries(settings)) ports.print(`${name}=${value}`);
    });
  return new Command('keys').description('Keys of the server').addCommand(make);
}
