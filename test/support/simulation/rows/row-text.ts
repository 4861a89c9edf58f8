/** Each table as text, so that it is compared with the paper at once: a row a line, its columns with `|` between them. */

/** What differs between the databases. */
export interface Words {
  /** A time as JSON writes it. */
  time: (column: string) => string;
  /** 1 or 0. */
  truth: (column: string) => string;
}

export const rowsAsText = ({ time, truth }: Words) => ({
  orders: `id||'|'||order_id||'|'||coalesce(alt_id,'-')||'|'||customer_id||'|'||coalesce(memo,'-')||'|'||total_price||'|'||
    original_price||'|'||currency||'|'||exchange_rate||'|'||status||'|'||coalesce(claimed_by,'-')||'|'||coalesce(claim_kind,'-')||'|'||own_money||'|'||
    ${time('created_at')}||'|'||${time('updated_at')}||'|'||${time('shop_updated_at')}`,
  accounts: `account||'|'||address||'|'||total_confirmed||'|'||total_paid||'|'||free_credit||'|'||${time('updated_at')}`,
  payments: `txid||'|'||coalesce(account,'-')||'|'||amount||'|'||payment_type||'|'||status||'|'||coalesce(order_id,'-')||'|'||
    coalesce(claimant,'-')||'|'||claim_is_signed||'|'||coalesce(owner_kind||' '||owner_id,'-')||'|'||unspent||'|'||is_late||'|'||coalesce(payment_reference,'-')||'|'||coalesce(cast(block_height as text),'-')||'|'||
    ${time('created_at')}||'|'||${time('updated_at')}`,
  customers: `customer_id||'|'||total_current||'|'||total_paid||'|'||total_expired||'|'||total_cancelled||'|'||credit`,
  customer_addresses: `customer_id||' '||account||' '||kind`,
  settlements: `id||'|'||order_id||'|'||coalesce(account,'-')||'|'||amount||'|'||settlement_type`,
  order_claims: `order_id||' '||account||' '||is_open`,
  payment_uses: `id||'|'||txid||'|'||coalesce(cast(settlement_id as text),taken_by)||'|'||amount`,
  webhooks: `id||'|'||coalesce(webhook_id,'-')||'|'||state||'|'||${truth('success')}||'|'||${time('received_at')}`,
  audit_log: `id||'|'||actor||': '||action||' '||subject`,
  wallets: `account||'|'||address||'|'||ip_address`,
  nonces: `purpose||' '||account||'|'||last_nonce`,
  roles: `account||' '||role`,
  early_confirmations: 'txid',
  early_news: `order_id||'|'||coalesce(closing,'-')||'|'||price||'|'||currency||'|'||${time('shop_updated_at')}`,
  authorizations: `transaction_id||' '||order_id`,
  idempotency_keys: `caller||' '||idempotency_key`,
  chain_progress: `start_height||'|'||outputs_seen||'|'||payments_found`,
  chain_blocks: `height||'|'||hash`,
  chain_outputs: `output_hash||'|'||txid||'|'||commitment||'|'||fingerprint||'|'||coalesce(cast(height as text),'-')||'|'||
    coalesce(block_hash,'-')||'|'||coalesce(${time('confirmed_at')},'-')||'|'||${time('found_at')}||'|'||
    ${time('updated_at')}`,
  chain_refusals: `output_hash||'|'||txid||'|'||reason||'|'||claimed_amount||'|'||coalesce(memo,'-')||'|'||height||'|'||
    block_hash||'|'||${time('found_at')}`,
  chain_departures: `id||'|'||txid||'|'||height||'|'||block_hash||'|'||${time('left_at')}||'|'||
    coalesce(cast(returned_height as text),'-')||'|'||coalesce(${time('returned_at')},'-')`,
});

export type Table = keyof ReturnType<typeof rowsAsText>;

/** After each step: what changes most in whole, the journals as far as they are new, of the rest how many rows. */
export interface QuickTexts {
  whole: (table: Table) => string;
  /** The rows whose ids are above the n-th value that the query is given. */
  newer: (table: Table, value: number) => string;
}

export function quickQuery({ whole, newer }: QuickTexts): string {
  const count = (table: string) => `(select count(*) from ${table})`;
  return `select ${[
    whole('orders'),
    whole('accounts'),
    whole('customers'),
    newer('settlements', 1),
    newer('webhooks', 2),
    newer('audit_log', 3),
    count('payment_uses'),
    count('order_claims'),
    count('payments'),
    count('customer_addresses'),
    count('idempotency_keys'),
  ].join(', ')}`;
}

export const THOROUGH_TABLES: readonly Table[] = [
  'payments',
  'customer_addresses',
  'settlements',
  'order_claims',
  'payment_uses',
  'webhooks',
  'audit_log',
  'wallets',
  'nonces',
  'roles',
  'early_confirmations',
  'early_news',
  'authorizations',
  'idempotency_keys',
];

/** What is known of the chain, but for its blocks. */
export const CHAIN_TABLES = ['chain_progress', 'chain_outputs', 'chain_refusals', 'chain_departures'] as const;

/** After each step: how many blocks are kept, the lowest, and the highest; and the tables of the chain. */
export function chainQuery(whole: QuickTexts['whole']): string {
  const [lowest, highest] = ['min', 'max'].map((of) => `coalesce(cast(${of}(height) as text),'-')`);
  const summary = `(select count(*)||' '||${lowest}||' '||${highest} from chain_blocks)`;
  return `select ${[summary, ...CHAIN_TABLES.map(whole)].join(', ')}`;
}

/** How a delivery stands, with spaces between. */
export const DELIVERY = `event_id||' '||subscriber||' '||subject||' '||state||' '||attempts`;
