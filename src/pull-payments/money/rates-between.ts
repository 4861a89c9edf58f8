import type { Asset } from '#interledger/stream/connection/state.ts';
import type { Transaction } from '#platform/database/store.ts';
import { rateInForce } from '#rates/conversion.ts';
import { DomainError } from '../errors.ts';
import { type Rate, rateOfScales, rateOfWorths } from '../terms/rate.ts';

/**
 * Units of one asset for one unit of another, exactly: by their scales if the currency is the same, else by the exchange
 * rates in force. Undefined if one of the two has none.
 */
export async function rateBetween(tx: Transaction, from: Asset, to: Asset): Promise<Rate | undefined> {
  if (from.code === to.code) return rateOfScales(from.scale, to.scale);
  const fromWorth = await rateInForce(tx, from.code);
  const toWorth = await rateInForce(tx, to.code);
  if (fromWorth === undefined || toWorth === undefined || fromWorth <= 0n || toWorth <= 0n) return undefined;
  return rateOfWorths(from, fromWorth, to, toWorth);
}

/** @throws {DomainError} `no_rate_between_assets` */
export async function requireRate(tx: Transaction, from: Asset, to: Asset): Promise<Rate> {
  const rate = await rateBetween(tx, from, to);
  if (rate === undefined) throw new DomainError('no_rate_between_assets', `${from.code} to ${to.code}`);
  return rate;
}
