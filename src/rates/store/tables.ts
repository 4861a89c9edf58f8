import type { Generated } from 'kysely';

export interface RateTables {
  exchange_rates: ExchangeRatesTable;
}

interface ExchangeRatesTable {
  id: Generated<bigint>;
  currency: string;
  rate: bigint;
  actor: string;
  created_at: string;
}
