import { accountOf, addressToBase58, singleAddress } from '#tari/address.ts';
import { multiplyBase } from '#tari/ristretto.ts';
import { claimText } from '#test/signing.ts';
import { TpsDatabase } from '#test/tps-database.ts';

/** Large databases as tari_payment_server 1.10 leaves them, for measuring the import. */

const ORDERS_AN_ADDRESS = 10;
/** Customers sign claims now and then: so many orders have one in the memo of their payment. */
const ORDERS_A_CLAIM = 50;
const PRICE = 12_500_000;
const FIRST_ORDER = 5_600_000_000_000;
/** Scalars are 32 bytes, little-endian. */
const SCALAR_LENGTH = 32;

export interface OldDatabaseSize {
  /** Orders, and nearly as many payments and settlements: of ten orders one is open and one has expired. */
  orders: number;
  /** Whether every change of an order and a payment is in its log, as the old server keeps them. */
  withHistory: boolean;
}

/** Makes the file. One order of a hundred is charged twice in it. */
export function makeOldDatabase(file: string, { orders, withHistory }: OldDatabaseSize): void {
  const database = new TpsDatabase(file);
  database.exec('pragma journal_mode = off; pragma synchronous = off; begin');
  const people = Math.max(1, Math.floor(orders / ORDERS_AN_ADDRESS));
  addPeople(database, people);
  const counted = `with recursive numbers (n) as (select 0 union all select n + 1 from numbers where n + 1 < ${orders})`;
  database.exec(`
    ${counted} insert into orders (order_id, alt_id, customer_id, memo, total_price, original_price, currency, created_at,
        updated_at, status, amount_outstanding)
      select cast(${FIRST_ORDER} + n as text), '#' || (1001 + n), cast(7000000 + n % ${people} as text),
        case when n % 7 = 0 then 'Please leave it with the neighbours.' end, ${PRICE}, '12.50', 'XTR',
        strftime('%Y-%m-%dT%H:%M:%S.123+00:00', 1700000000 + n * 10, 'unixepoch'),
        datetime(1700000600 + n * 10, 'unixepoch'),
        case n % 10 when 0 then 'New' when 1 then 'Expired' else 'Paid' end, '12.50' from numbers;
    ${counted} insert into payments (txid, created_at, updated_at, sender, amount, memo, order_id, payment_type, status)
      select lower(printf('%016x%056x', (n * 2654435761) % 4294967296, n)), datetime(1700000300 + n * 10, 'unixepoch'),
        datetime(1700000600 + n * 10, 'unixepoch'), address, case n % 10 when 0 then 1000000 else ${PRICE} end, null,
        cast(${FIRST_ORDER} + n as text), 'OnChain', 'Confirmed'
      from numbers join people on person = n % ${people};
    ${counted} insert into settlement_journal (created_at, order_id, payment_address, settlement_type, amount)
      select datetime(1700000600 + n * 10, 'unixepoch'), cast(${FIRST_ORDER} + n as text), address, 'Single', ${PRICE}
      from numbers join people on person = n % ${people} where n % 10 > 1;
    insert into settlement_journal (created_at, order_id, payment_address, settlement_type, amount)
      select created_at, order_id, payment_address, settlement_type, amount from settlement_journal where id % 100 = 0;
    insert into address_customer_id_link (address, customer_id, created_at)
      select address, cast(7000000 + person as text), '2026-11-30 06:36:08' from people;`);
  if (withHistory) addHistory(database);
  addClaims(database, orders, people);
  database.add('exchange_rates', {}).exec('drop table people; commit').close();
}

function secretKeyOf(person: number): Uint8Array {
  const key = Buffer.alloc(SCALAR_LENGTH);
  key.writeUInt32LE(person + 1_000);
  return key;
}

function addressOf(person: number) {
  return singleAddress('mainnet', multiplyBase(secretKeyOf(person)));
}

function addPeople(database: TpsDatabase, people: number): void {
  database.exec('create table people (person integer primary key, address text not null)');
  const insert = database.connection.prepare('insert into people values (?, ?)');
  for (let person = 0; person < people; person += 1) insert.run(person, addressToBase58(addressOf(person)));
}

function addClaims(database: TpsDatabase, orders: number, people: number): void {
  const update = database.connection.prepare('update payments set memo = ? where txid = ?');
  const txids = database.connection.prepare('select txid from payments order by rowid').pluck().all() as string[];
  for (let order = 0; order < orders; order += ORDERS_A_CLAIM) {
    const person = order % people;
    const tariAddress = addressOf(person);
    const signer = {
      secretKey: secretKeyOf(person),
      tariAddress,
      address: addressToBase58(tariAddress),
      account: accountOf(tariAddress),
    };
    update.run(claimText(signer, String(FIRST_ORDER + order)), txids[order]);
  }
}

/** One line where it is made and one for each change of its state. */
function addHistory(database: TpsDatabase): void {
  database.exec(`
    insert into orders_log (oid, columns_changed, new_order_id, new_customer_id, new_total_price, new_status, updated_at)
      select id, 127, order_id, customer_id, total_price, 'Unclaimed', created_at from orders;
    insert into orders_log (oid, columns_changed, old_status, new_status, updated_at)
      select id, 32, 'Unclaimed', 'New', created_at from orders;
    insert into orders_log (oid, columns_changed, old_status, new_status, updated_at)
      select id, 32, 'New', status, updated_at from orders where status <> 'New';
    insert into payments_log (txid, columns_changed, new_sender, new_amount, new_status, updated_at)
      select txid, 31, sender, amount, 'Received', created_at from payments;
    insert into payments_log (txid, columns_changed, old_status, new_status, updated_at)
      select txid, 16, 'Received', 'Confirmed', updated_at from payments;`);
}
