import { InvalidArgumentError, Option } from 'commander';
import { u64Argument, wholeNumberArgument } from '#platform/cli/arguments.ts';
import { askedAs } from '#platform/cli/menus/menu-fields.ts';
import { assetCodeValue, webhookUrlValue } from '#pull-payments/setting-values.ts';
import { MAX_CYCLES, MAX_SCALE } from '#pull-payments/terms/check.ts';
import { parseInterval } from '#pull-payments/terms/interval.ts';

/** The terms of a pull pointer as options. Amounts are whole units of the asset: 10 XRP at scale 6 are 10000000. */

export interface TermFlags {
  amount?: bigint;
  asset?: string;
  scale?: number;
  interval?: string;
  cycles?: number;
  start?: string;
  expiry?: string;
  maxPull?: bigint;
  webhook?: string;
  description?: string;
  reference?: string;
}

const AN_ASSET = 'the code of the asset, such as XRP';
const MAX_NOTE_LENGTH = 500;

const amountOption = () =>
  askedAs(new Option('--amount <units>', 'what may be pulled in each interval').argParser(amountArgument), {
    ask: 'Amount of each interval, in whole units of the asset',
  });
const assetOption = () =>
  askedAs(new Option('--asset <code>', AN_ASSET).argParser(assetArgument), { ask: 'Asset, such as XRP' });
const scaleOption = () =>
  askedAs(
    new Option('--scale <digits>', 'how many digits behind the point a unit of the asset has').argParser((text) =>
      wholeNumberArgument(text, 0, MAX_SCALE),
    ),
    { ask: 'Scale of the asset, such as 6' },
  );
const intervalOption = () =>
  askedAs(new Option('--interval <duration>', 'an ISO 8601 duration, such as P1M').argParser(intervalArgument), {
    ask: 'Interval, such as P1M for a month',
  });
const cyclesOption = () =>
  askedAs(
    new Option('--cycles <count>', 'how many intervals there are').argParser((text) =>
      wholeNumberArgument(text, 1, MAX_CYCLES),
    ),
    { ask: 'How many intervals' },
  );
const capOption = () =>
  askedAs(new Option('--cap', 'what is not pulled in an interval is lost; unless told, it can be pulled later'), {
    ask: 'Is what is not pulled in an interval lost?',
  });
const expiryOption = () =>
  new Option('--expiry <time>', 'nothing can be pulled from then on, such as 2027-11-30T08:00:00Z');
const maxPullOption = () =>
  new Option('--max-pull <units>', 'the most that one pull may take').argParser(amountArgument);

/** Of a new pull pointer. */
export function newTermOptions(): Option[] {
  return [
    ...[amountOption(), assetOption(), scaleOption(), intervalOption(), cyclesOption()].map((option) =>
      option.makeOptionMandatory(),
    ),
    capOption(),
    new Option('--start <time>', 'when it begins; unless told, at once, or when a token is first used'),
    expiryOption(),
    maxPullOption(),
    new Option('--webhook <url>', 'is called after each pull').argParser(webhookArgument),
    new Option('--description <text>', 'what it is for').argParser(noteArgument),
    new Option('--reference <text>', 'your own reference, such as the number of a contract').argParser(noteArgument),
  ];
}

/** What can be changed of one. */
export function changedTermOptions(): Option[] {
  return [
    amountOption(),
    assetOption(),
    scaleOption(),
    intervalOption(),
    cyclesOption(),
    capOption(),
    new Option('--no-cap', 'what is not pulled in an interval can be pulled later'),
    expiryOption(),
    new Option('--no-expiry', 'it never expires'),
    maxPullOption(),
    new Option('--no-max-pull', 'one pull may take all that is available'),
  ];
}

function amountArgument(text: string): bigint {
  const amount = u64Argument(text);
  if (amount > 0n) return amount;
  throw new InvalidArgumentError('It must be 1 or more.');
}

function assetArgument(text: string): string {
  if (assetCodeValue(text) !== undefined) return text;
  throw new InvalidArgumentError('The code of an asset has 1 to 20 visible ASCII characters.');
}

function intervalArgument(text: string): string {
  if (parseInterval(text) !== undefined) return text;
  throw new InvalidArgumentError('Write an ISO 8601 duration of a second or more, such as P1M, P1W or PT1H.');
}

function webhookArgument(text: string): string {
  if (webhookUrlValue(text) !== undefined) return text;
  throw new InvalidArgumentError('It must be an http or https URL.');
}

function noteArgument(text: string): string {
  if (text.length <= MAX_NOTE_LENGTH) return text;
  throw new InvalidArgumentError(`It may have ${MAX_NOTE_LENGTH} characters.`);
}
