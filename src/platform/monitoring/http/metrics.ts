import type { FastifyReply, FastifyRequest } from 'fastify';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Counters } from '#platform/http/counters.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metric } from '#platform/module.ts';
import type { CurrentMetrics } from '#platform/monitoring/metrics.ts';

/** The metrics in Prometheus's text format. */
export interface Metrics {
  contentType: string;
  /** Counts a request that has been answered. */
  countAnswer(request: FastifyRequest, reply: FastifyReply): void;
  /** All metrics as they are now. */
  text(): Promise<string>;
}

/** The label of requests to unknown paths: paths invented by callers must not create time series. */
const NO_ROUTE = 'none';

/** Creates the metrics of one server. Those of the process, such as event-loop lag, are prom-client's own. */
export function createMetrics(readMetrics: () => Promise<CurrentMetrics>, counters: Counters, log: Logger): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const countAnswer = requestMetrics(registry);
  showCounters(counters, registry);
  const show = contextMetrics(registry);

  return {
    contentType: registry.contentType,
    countAnswer,
    async text() {
      const current = await readMetrics().catch((error: unknown) => {
        // The metrics of requests and of the process matter most when the database is unreachable.
        log.error({ err: error }, 'Could not read metrics from the database; reporting the others only');
        return undefined;
      });
      show(current);
      return registry.metrics();
    },
  };
}

function requestMetrics(registry: Registry): Metrics['countAnswer'] {
  const registers = [registry];
  const requests = new Counter({
    name: 'tpg_http_requests_total',
    help: 'Answered requests by method, route and status.',
    labelNames: ['method', 'route', 'status'],
    registers,
  });
  const durations = new Histogram({
    name: 'tpg_http_request_duration_seconds',
    help: 'Duration of requests from their headers to the end of the response.',
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

/** Exposes the counters of the contexts' routes. */
function showCounters(counters: Counters, registry: Registry): void {
  for (const { description, counts } of counters.all()) {
    const { name, help, label } = description;
    new Counter({
      name,
      help,
      labelNames: [label],
      registers: [registry],
      collect() {
        this.reset();
        for (const [value, count] of counts) this.inc({ [label]: value }, count);
      },
    });
  }
}

/** Sets the contexts' gauges; if their values are not known, they are left out. */
function contextMetrics(registry: Registry): (current: CurrentMetrics | undefined) => void {
  const gauges = new Map<string, { gauge: Gauge; isLabelled: boolean }>();
  const gaugeOf = ({ name, help, labels = [] }: Metric): Gauge => {
    const known = gauges.get(name);
    if (known !== undefined) return known.gauge;
    const gauge = new Gauge({ name, help, labelNames: [...labels], registers: [registry] });
    gauges.set(name, { gauge, isLabelled: labels.length > 0 });
    return gauge;
  };

  return (current) => {
    for (const { gauge, isLabelled } of gauges.values()) clear(gauge, isLabelled);
    if (current === undefined) return;
    for (const metric of current.metrics) {
      const gauge = gaugeOf(metric);
      // A gauge without labels is created with the value 0.
      if (metric.samples.length === 0) clear(gauge, (metric.labels ?? []).length > 0);
      for (const { labels = {}, value } of metric.samples) gauge.set(labels, valueAt(value, current.now));
    }
  };
}

function clear(gauge: Gauge, isLabelled: boolean): void {
  if (isLabelled) gauge.reset();
  else gauge.remove();
}

function valueAt(value: number | Date, now: Date): number {
  return typeof value === 'number' ? value : Math.max(0, (now.getTime() - value.getTime()) / 1000);
}
