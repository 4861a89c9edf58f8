import type { Signer } from '#platform/cli/api-client.ts';
import { CommandError, EXIT_CODES } from '#platform/cli/exit.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { PROFILE_VARIABLE } from '#platform/cli/profile-option.ts';
import { bytesEqual } from '#tari/bytes.ts';
import { publicKeyOf } from '#tari/schnorr.ts';
import { noSuchProfile, type Profile, readProfiles } from './profile-file.ts';
import { parseSecretKey } from './secret-key.ts';

/**
 * The profile to act as.
 * @param usual taken where there is one of that name and nothing else says which.
 * @throws {CommandError}
 */
export async function chosenProfile(ports: CommandPorts, given: string | undefined, usual?: string): Promise<Profile> {
  const profiles = await readProfiles(ports);
  const name = given ?? nonEmpty(ports.environment[PROFILE_VARIABLE]);
  const found =
    name === undefined
      ? (profiles.find((profile) => profile.name === usual) ?? (profiles.length === 1 ? profiles[0] : undefined))
      : profiles.find((profile) => profile.name === name);
  if (found !== undefined) return found;
  if (name !== undefined || profiles.length === 0) {
    throw new CommandError(noSuchProfile(name ?? usual ?? 'default', profiles), EXIT_CODES.wrongUse);
  }
  const names = profiles.map((profile) => JSON.stringify(profile.name)).join(', ');
  throw new CommandError(`There are several profiles; choose one with -p: ${names}.`, EXIT_CODES.wrongUse);
}

/** The profile's key, which must be that of its address. @throws {CommandError} */
export function signerOfProfile(ports: Pick<CommandPorts, 'environment'>, profile: Profile): Signer {
  const secretKey = parseSecretKey(keyTextOf(ports, profile));
  if (bytesEqual(publicKeyOf(secretKey), profile.address.spendKey)) return { secretKey, address: profile.address };
  const sentence = `The key of the profile ${JSON.stringify(profile.name)} is not that of its address.`;
  throw new CommandError(sentence, EXIT_CODES.wrongUse);
}

function keyTextOf({ environment }: Pick<CommandPorts, 'environment'>, profile: Profile): string {
  if (profile.secretKey !== undefined) return profile.secretKey;
  const { secretKeyVariable: variable } = profile;
  const name = JSON.stringify(profile.name);
  if (variable === undefined) throw new CommandError(`The profile ${name} has no secret key.`, EXIT_CODES.wrongUse);
  const text = nonEmpty(environment[variable]);
  if (text !== undefined) return text;
  throw new CommandError(`The profile ${name} takes its key from ${variable}, which is not set.`, EXIT_CODES.wrongUse);
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === undefined || text === '' ? undefined : text;
}
