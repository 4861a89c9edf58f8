import type { Check, Opened, ReadMetrics, ServiceContext } from '#platform/module.ts';
import { metrics } from './metrics.ts';
import { readiness } from './readiness.ts';

declare module '#platform/module.ts' {
  interface Services {
    monitoring: MonitoringService;
  }
  interface Ports {
    /** The checks and metrics of all opened contexts; later ones are added. */
    monitored?: { checks: Check[]; metrics: ReadMetrics[] };
  }
}

export type MonitoringService = ReturnType<typeof service>;

function service(context: ServiceContext) {
  const monitored = context.ports.monitored ?? { checks: [], metrics: [] };
  return {
    ...readiness(context, monitored.checks),
    metrics: metrics(context, monitored.metrics),
  };
}

export function open(context: ServiceContext): Opened<MonitoringService> {
  return { service: service(context) };
}
