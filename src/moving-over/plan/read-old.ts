import { authorizationOf, linkOf, nonceOf, type OldRow, rateOf, roleOf } from '#moving-over/old/old-rows.ts';
import { shown, UnreadableValue } from '#moving-over/old/values.ts';
import { isStorable } from '#platform/storable-text.ts';
import { accountAddress, accountOf, addressToBase58, parseAddress } from '#tari/address.ts';
import { readOrders, readPayments, readSettlements } from './read-journals.ts';
import type { Work } from './scratch.ts';
import type { Sources } from './sources.ts';

/** Reads every row of the old database once, checks it, and puts down what the rest of the import needs of it. */

export function readOldRows(work: Work, sources: Sources): void {
  readOrders(work);
  readPayments(work, sources);
  readSettlements(work, sources);
  readLinks(work, sources);
  readPeople(work);
  checkRates(work);
  checkAuthorizations(work);
}

function readLinks(work: Work, sources: Sources): void {
  const { scratch, findings } = work;
  const what = (row: OldRow) => `The link ${shown(row.id)} of the address ${shown(row.address)}`;
  for (const row of scratch.each<OldRow>('select * from old.address_customer_id_link order by id')) {
    const link = findings.read(
      () => what(row),
      () => linkOf(row),
    );
    if (link === undefined) continue;
    const source = sources.of(link.address, link.createdAt);
    if (source.account === null) {
      findings.note('left_out', `link of customer ${link.customerId} and ${shown(link.address)}, which is no address`);
      continue;
    }
    const kind = sources.madeFor(source, link.customerId) ? 'by_hand' : 'stated';
    scratch.run(
      'insert or ignore into scratch_links values (?, ?, ?, ?)',
      link.customerId,
      source.source,
      kind,
      link.createdAt,
    );
  }
}

/** Roles, wallets and nonces: whose address can't be read could never be used. */
function readPeople(work: Work): void {
  const { scratch, findings } = work;
  const each = (table: string, read: (row: OldRow, account: string, address: string) => void) => {
    for (const row of scratch.each<OldRow>(`select * from old.${table}`)) {
      findings.read(
        () => `The row of ${shown(row.address)} in ${table}`,
        () => {
          const owner = ownerOf(row);
          if (owner !== undefined) read(row, owner.account, owner.address);
          else findings.note('left_out', `${table}: ${shown(row.address)} is no address`);
        },
      );
    }
  };
  const keepNonce = (purpose: string, account: string, nonce: string) =>
    scratch.run(
      `insert into scratch_nonces values (?, ?, ?)
        on conflict do update set last_nonce = max(last_nonce, excluded.last_nonce)`,
      purpose,
      account,
      nonce,
    );
  each('role_assignments', (row, account) => {
    scratch.run('insert or ignore into scratch_roles values (?, ?)', account, roleOf(row));
  });
  each('auth_log', (row, account) => keepNonce('login', account, nonceOf(row)));
  each('wallet_auth', (row, account, address) => {
    const ip = typeof row.ip_address === 'string' ? row.ip_address.trim() : '';
    if (ip === '' || !isStorable(ip)) throw new UnreadableValue(`its ip_address is ${shown(row.ip_address)}`);
    const isNew = scratch.changed('insert or ignore into scratch_wallets values (?, ?, ?)', account, address, ip);
    if (!isNew)
      findings.note('left_out', `wallet_auth: ${address} from ${ip}, since the same wallet is there before it`);
    keepNonce('wallet', account, nonceOf(row));
  });
}

function ownerOf(row: OldRow): { account: string; address: string } | undefined {
  if (typeof row.address !== 'string') return undefined;
  try {
    const address = parseAddress(row.address.trim());
    return { account: accountOf(address), address: addressToBase58(accountAddress(address)) };
  } catch {
    return undefined;
  }
}

function checkRates({ scratch, findings }: Work): void {
  for (const row of scratch.each<OldRow>('select * from old.exchange_rates order by id')) {
    const rate = findings.read(
      () => `The exchange rate ${shown(row.id)}`,
      () => rateOf(row),
    );
    if (rate !== undefined && rate.rate <= 0n) {
      findings.note('left_out', `exchange rate ${shown(row.id)} of ${rate.currency}: it is ${rate.rate}`);
    }
  }
}

function checkAuthorizations({ scratch, findings, schema }: Work): void {
  if (!schema.has('shopify_transactions')) return;
  for (const row of scratch.each<OldRow>('select * from old.shopify_transactions where not captured')) {
    findings.read(
      () => `The transaction ${shown(row.id)}`,
      () => authorizationOf(row),
    );
  }
}
