import type { MakeRoutes } from '#platform/module.ts';
import { healthRoutes } from './health-routes.ts';
import { createMetrics } from './metrics.ts';
import { metricsRoutes } from './metrics-routes.ts';
import { createReadiness } from './readiness.ts';

export { examples } from './examples.ts';

export const routes: MakeRoutes =
  ({ monitoring }, http) =>
  async (app) => {
    await app.register(healthRoutes(await createReadiness(monitoring, http.isEnding), http.readinessParts));
    if (!http.settings.metrics) return;
    const metrics = createMetrics(monitoring.metrics, http.counters, http.log);
    http.onAnswered(metrics.countAnswer);
    await app.register(metricsRoutes({ metrics, ...http }));
  };
