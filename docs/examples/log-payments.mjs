/**
 * A plugin that writes a line for each confirmed payment, and one for each order that is paid.
 *
 *   TPG_PLUGINS=./docs/examples/log-payments.mjs npm start
 *
 * The lines go to standard error, so that they stand apart from the server's log.
 */

const MICRO_TARI_PER_TARI = 1_000_000n;

/** The events that were handled, so that a repeat is recognised. A real handler keeps this where it survives a restart. */
const handled = new Set();

/** Called once, before the server takes its first request. */
export function register(events) {
  // Live: told once, right after the commit. What happens while the process is down is not told.
  events.on('PaymentConfirmed', ({ payload: { payment } }) => {
    write(`${payment.sender} paid ${inTari(payment.amount)} XTM with transaction ${payment.txid}`);
  });

  // Durable: told until the handler has succeeded, across restarts. The name must stay the same for ever.
  events.onDurable('log-payments', 'OrderPaid', async ({ id, payload: { order } }, signal) => {
    if (handled.has(id)) return;
    signal.throwIfAborted();
    write(`Order ${order.order_id} is paid: ${inTari(order.total_price)} XTM (event ${id})`);
    handled.add(id);
  });
}

/** Amounts are whole µT: a number, or a bigint when it passes 2^53. Credit that the shop takes back is below 0. */
function inTari(amount) {
  const microTari = BigInt(amount);
  const size = microTari < 0n ? -microTari : microTari;
  const decimals = (size % MICRO_TARI_PER_TARI).toString().padStart(6, '0');
  return `${microTari < 0n ? '-' : ''}${size / MICRO_TARI_PER_TARI}.${decimals}`;
}

function write(line) {
  process.stderr.write(`${line}\n`);
}
