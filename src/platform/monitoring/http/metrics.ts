import type { FastifyReply, FastifyRequest } from 'fastify';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { CurrentFigures } from '#engine/metrics.ts';
import type { Logger } from '#platform/logging/logger.ts';
import { blocksBehind } from '#rails/tari-chain/chain-watch.ts';

/** What Prometheus asks for, in its text form. */
export interface Metrics {
  contentType: string;
  /** Counts a request that has been answered. */
  countAnswer(request: FastifyRequest, reply: FastifyReply): void;
  /** All metrics as they are now. */
  text(): Promise<string>;
}

/** The label of requests to paths that are not served: what strangers make up must not become a metric each. */
const NO_ROUTE = 'none';

/** Makes the metrics of one server. Those of the process, such as the lag of its event loop, are prom-client's own. */
export function createMetrics(readFigures: () => Promise<CurrentFigures>, log: Logger): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const countAnswer = requestMetrics(registry);
  const showFigures = figureMetrics(registry);

  return {
    contentType: registry.contentType,
    countAnswer,
    async text() {
      const figures = await readFigures().catch((error: unknown) => {
        // The metrics of requests and of the process are wanted most when the database is out of reach.
        log.error({ err: error }, 'The metrics could not read the database; they leave out what it holds');
        return undefined;
      });
      showFigures(figures);
      return registry.metrics();
    },
  };
}

function requestMetrics(registry: Registry): Metrics['countAnswer'] {
  const registers = [registry];
  const requests = new Counter({
    name: 'tpg_http_requests_total',
    help: 'Requests that were answered, by method, route and status.',
    labelNames: ['method', 'route', 'status'],
    registers,
  });
  const durations = new Histogram({
    name: 'tpg_http_request_duration_seconds',
    help: 'How long requests took, from their headers to the end of the answer.',
    labelNames: ['method', 'route'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  return (request, reply) => {
    const route = request.routeOptions.url ?? NO_ROUTE;
    requests.inc({ method: request.method, route, status: reply.statusCode });
    durations.observe({ method: request.method, route }, reply.elapsedTime / 1000);
  };
}

/** Shows the figures; without any, their metrics are left out. */
function figureMetrics(registry: Registry): (figures: CurrentFigures | undefined) => void {
  const gauge = <Label extends string>(name: string, help: string, ...labelNames: Label[]) =>
    new Gauge({ name, help, labelNames, registers: [registry] });
  const orders = gauge('tpg_orders', 'Orders by state.', 'status');
  const credit = gauge(
    'tpg_unmatched_credit_microtari',
    'What is confirmed and not spent on orders, over all accounts, in µT. Past 2^53 it is rounded.',
  );
  const lag = gauge(
    'tpg_outbox_lag_seconds',
    'How long the oldest event has waited to be told to the shop or a plugin.',
  );
  const pending = gauge('tpg_outbox_pending', 'Deliveries to the shop and plugins that wait.');
  const dead = gauge('tpg_outbox_dead_letters', 'Deliveries that were given up: somebody must look at them.');
  const pricesWaiting = gauge(
    'tpg_price_updates_waiting',
    'Works on the prices that the shop shows that are not done yet.',
  );
  const pricesFailed = gauge(
    'tpg_price_updates_failed',
    'Works on the prices that the shop shows that were given up: somebody must look at them.',
  );
  const latePayments = gauge(
    'tpg_late_payments',
    'Payments that came for orders that could no longer be paid, and are not used up: see /api/held.',
  );
  const rates = gauge('tpg_exchange_rate_age_seconds', 'How long ago the rate of a currency was set.', 'currency');
  const wallet = gauge(
    'tpg_wallet_notification_age_seconds',
    'How long ago a hot wallet last reported something. Left out until one has.',
  );

  const showChain = chainMetrics(registry);

  return (figures) => {
    showChain(figures);
    for (const labelled of [orders, rates]) labelled.reset();
    const singles = [credit, lag, pending, dead, pricesWaiting, pricesFailed, latePayments, wallet];
    for (const single of singles) single.remove();
    if (figures === undefined) return;
    const secondsSince = (time: Date) => Math.max(0, (figures.now.getTime() - time.getTime()) / 1000);
    for (const [status, count] of figures.orders) orders.set({ status }, count);
    credit.set(Number(figures.unmatchedCredit));
    latePayments.set(figures.latePayments);
    const { backlog, lastWalletNonceAt } = figures;
    lag.set(backlog.oldestPendingAt === null ? 0 : secondsSince(backlog.oldestPendingAt));
    pending.set(backlog.pending);
    dead.set(backlog.dead);
    pricesWaiting.set(figures.prices.waiting);
    pricesFailed.set(figures.prices.failed);
    for (const { currency, updatedAt } of figures.rates) rates.set({ currency }, secondsSince(updatedAt));
    if (lastWalletNonceAt !== undefined) wallet.set(secondsSince(lastWalletNonceAt));
  };
}

/** What the watcher of the chain does; left out where the chain is not watched. */
function chainMetrics(registry: Registry): (figures: CurrentFigures | undefined) => void {
  const gauge = <Label extends string>(name: string, help: string, ...labelNames: Label[]) =>
    new Gauge({ name: `tpg_chain_${name}`, help, labelNames, registers: [registry] });
  const height = gauge('height', 'The last block that was looked through for payments.');
  const behind = gauge('blocks_behind', 'How many blocks the nodes are ahead of that.');
  const ages = gauge('node_age_seconds', 'How long ago a base node last answered. Left out until it has.', 'node');
  const outputs = gauge('outputs_seen', 'Outputs that were looked through, all in all.');
  const payments = gauge('payments_found', 'Payments that were found on the chain, all in all.');
  const refused = gauge(
    'outputs_refused',
    'Outputs that were encrypted for the shop and are no payment to it, by reason.',
    'reason',
  );
  const left = gauge(
    'payments_left',
    'Confirmed payments that left the chain and did not come back: a person must look.',
  );

  return (figures) => {
    for (const labelled of [ages, refused]) labelled.reset();
    for (const single of [height, behind, outputs, payments, left]) single.remove();
    if (figures?.chain === undefined) return;
    const { status, refused: counts, departed } = figures.chain;
    if (status.height !== null) height.set(status.height);
    behind.set(blocksBehind(status));
    outputs.set(status.outputsSeen);
    payments.set(status.paymentsFound);
    left.set(departed);
    for (const [reason, count] of counts) refused.set({ reason }, count);
    for (const { url, lastAnswerAt } of status.nodes) {
      if (lastAnswerAt !== null)
        ages.set({ node: url }, Math.max(0, (figures.now.getTime() - lastAnswerAt.getTime()) / 1000));
    }
  };
}
