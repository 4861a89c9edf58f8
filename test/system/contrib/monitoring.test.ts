import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { serverOfDocuments } from '#test/docs/server.ts';
import { CONTRIB, canAsk, outputOf } from '#test/processes/contrib-program.ts';

/** The alert rules and the dashboard ask for metrics that there are, and each alert has been seen to fire. */

const PROMETHEUS = join(CONTRIB, 'prometheus');
const read = (path: string) => readFileSync(join(CONTRIB, path), 'utf8');

interface Rules {
  groups: { rules: { alert: string; expr: string; labels: { severity: string } }[] }[];
}

const rules = (parse(read('prometheus/alerts.yml')) as Rules).groups.flatMap((group) => group.rules);

/** What Prometheus itself knows of each target. */
const OF_PROMETHEUS = ['up'];

/** The names of metrics in a query; those of histograms without their suffix. */
function metricsIn(query: string): string[] {
  const bare = query.replace(/"[^"]*"/g, '').replace(/\[[^\]]*\]/g, '');
  const names = bare.match(/\b(?:up|tpg_\w+|nodejs_\w+|process_\w+)\b/g) ?? [];
  return names.map((name) => name.replace(/_(bucket|sum|count)$/, ''));
}

let served: string[];
beforeAll(async () => {
  const app = await serverOfDocuments({ TPG_METRICS: 'on', SPSP_PORT: '0' }, () => new Date());
  try {
    const { body } = await app.server.inject({ method: 'GET', url: '/metrics' });
    served = [...OF_PROMETHEUS, ...[...body.matchAll(/^# TYPE (\w+)/gm)].map(([, name = '']) => name)];
  } finally {
    await app.close();
  }
});

describe('the alert rules', () => {
  it.each(rules)('$alert asks for metrics that there are', ({ expr, labels }) => {
    const asked = metricsIn(expr);
    expect(asked.length).toBeGreaterThan(0);
    for (const name of asked) expect(served).toContain(name);
    expect(['critical', 'warning']).toContain(labels.severity);
  });

  it('have a test each that fires and one that does not', () => {
    const { tests } = parse(read('prometheus/alerts.test.yml')) as {
      tests: { alert_rule_test: { alertname: string; exp_alerts: object[] }[] }[];
    };
    const cases = tests.flatMap((test) => test.alert_rule_test);
    for (const { alert } of rules) {
      const fires = cases.filter(({ alertname }) => alertname === alert).map(({ exp_alerts }) => exp_alerts.length > 0);
      expect(fires.sort(), alert).toEqual([false, true]);
    }
  });

  it.runIf(canAsk('promtool'))('are what promtool expects, and fire when they should', () => {
    expect(outputOf('promtool', 'check', 'config', join(PROMETHEUS, 'prometheus.yml'))).toContain('SUCCESS');
    expect(outputOf('promtool', 'test', 'rules', join(PROMETHEUS, 'alerts.test.yml'))).toContain('SUCCESS');
  });
});

describe('the dashboard', () => {
  const { panels, templating } = JSON.parse(read('grafana/tari-payment-server.json')) as {
    panels: {
      id: number;
      title: string;
      gridPos: Record<'x' | 'y' | 'w' | 'h', number>;
      targets: { expr: string }[];
    }[];
    templating: { list: { name: string }[] };
  };
  const variables = [...templating.list.map(({ name }) => name), '__rate_interval'];

  it.each(panels)('$title asks for metrics that there are', ({ targets }) => {
    for (const { expr } of targets) {
      const asked = metricsIn(expr);
      expect(asked.length).toBeGreaterThan(0);
      for (const name of asked) expect(served).toContain(name);
      for (const [, variable] of expr.matchAll(/\$(\w+)/g)) expect(variables).toContain(variable);
    }
  });

  it('has no panel over another', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, index) => `${x + (index % w)},${y + Math.floor(index / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
  });

  it('shows the whole state of the books', () => {
    const shown = new Set(panels.flatMap(({ targets }) => targets.flatMap(({ expr }) => metricsIn(expr))));
    for (const name of ['tpg_orders', 'tpg_unmatched_credit_microtari', 'tpg_outbox_dead_letters']) {
      expect(shown).toContain(name);
    }
  });
});
