import { Option } from 'commander';
import type { Query } from './api-client.ts';
import { u64Argument, wholeNumberArgument } from './arguments.ts';
import { oldestFirstOption, orderOf } from './server-command.ts';
import { csvOption } from './terminal/output-flags.ts';

/** Lists that are read by the ids of their entries, a page at a time. */

export interface IdPageFlags {
  after?: bigint;
  before?: bigint;
  limit: number;
  oldestFirst?: boolean;
}

/** As many as the server answers at once. */
export const MAX_ENTRIES = 1000;
const DEFAULT_ENTRIES = 100;

/** @param after asked in menus by some lists. */
export function idPageOptions(after: Option = afterOption()): Option[] {
  return [
    after,
    new Option('--before <id>', 'only what has a lower id').argParser(u64Argument),
    new Option('--limit <entries>', 'how many at most')
      .argParser((text) => wholeNumberArgument(text, 1, MAX_ENTRIES))
      .default(DEFAULT_ENTRIES),
    oldestFirstOption(),
    csvOption(),
  ];
}

export function afterOption(): Option {
  return new Option('--after <id>', 'only what has a higher id').argParser(u64Argument);
}

/** To go on behind an id is to read forwards. */
export function idPageOf({ after, before, limit, oldestFirst }: IdPageFlags): Query {
  return { after, before, limit, ...orderOf({ oldestFirst: oldestFirst || after !== undefined }) };
}
