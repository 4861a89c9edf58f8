import { InvalidArgumentError } from 'commander';

/** One of Shopify's ids in digits. */
export function shopIdArgument(text: string): string {
  if (/^\d{1,20}$/.test(text)) return text;
  throw new InvalidArgumentError('It must be an id of the shop’s, in digits.');
}
