import { Option } from 'commander';

/** Names the profile for commands that are given none. */
export const PROFILE_VARIABLE = 'TARITOOLS_PROFILE';

export function profileOption(): Option {
  return new Option(
    '-p, --profile <name>',
    `the profile to act as; without it the one named by ${PROFILE_VARIABLE}, or the only one there is`,
  );
}
