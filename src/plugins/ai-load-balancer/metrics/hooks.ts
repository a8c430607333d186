/** `endpoint_metrics` and `least_busy`: by what the endpoints' own metrics say. */
import { getPathInText, toText } from '#lib/gjson.ts';
import type { Held } from '#lib/shared-values.ts';
import { toEndpoint } from '#plugin-sdk/balancing.ts';
import type { FilterHooks, HookContext, LocalReply } from '#plugin-sdk/hooks.ts';
import { RecentPicks } from '../recent-picks.ts';
import type { MetricsConfig } from './config.ts';
import { candidates, lowest } from './decision.ts';
import { type ModelServer, metricValue, modelServer } from './model-server.ts';
import { MetricsPoller, type Reading } from './poller.ts';

const BUSY: LocalReply = { status: 429, body: 'limited resources', details: 'ai-load-balancer.limited_resources' };

type Readings = ReadonlyMap<string, Reading>;

export function metricsHooks(config: MetricsConfig): FilterHooks {
  const pollers = new Map<string, Held<MetricsPoller>>();
  const recent = new RecentPicks();
  const servers = new WeakMap<Reading, ModelServer | null>();
  const values = new WeakMap<Reading, number | null>();

  const pollerOf = ({ clusterName, host }: HookContext): MetricsPoller => {
    let held = pollers.get(clusterName);
    if (held === undefined) {
      held = host.shared.hold(
        `ai-load-balancer.metrics.${clusterName}`,
        () => new MetricsPoller(clusterName, host),
        (poller) => poller.stop(),
      );
      pollers.set(clusterName, held);
    }
    return held.value;
  };

  const byTarget = (readings: Readings, { metric, want }: NonNullable<MetricsConfig['target']>): string[] => {
    const known = [...readings].flatMap(([address, reading]) => {
      const value = once(values, reading, () => metricValue(reading.text, metric));
      return value === null ? [] : [{ address, value: want === 'least' ? value : -value }];
    });
    return lowest(known, ({ value }) => value).map(({ address }) => address);
  };

  /** `refused` when servers are known and none has room. */
  const byLoad = (readings: Readings, model: string): readonly string[] | 'refused' => {
    const known = [...readings].flatMap(([address, reading]) => {
      return once(servers, reading, () => modelServer(address, reading.text)) ?? [];
    });
    if (known.length === 0) return [];
    const critical = config.policy === 'endpoint_metrics' || config.criticalModels.includes(model);
    const best = candidates(known, { model, critical });
    return best.length === 0 ? 'refused' : best.map(({ address }) => address);
  };

  return {
    needs: { requestHeaders: true, requestBody: 'buffered' },
    async onRequestBody(body, context) {
      const model = toText(getPathInText(body.toString('utf8'), 'model'));
      if (model === '' || context.clusterName === '') return undefined;
      const readings = await pollerOf(context).read();
      const best = config.target === undefined ? byLoad(readings, model) : byTarget(readings, config.target);
      if (best === 'refused') return { reply: BUSY };
      if (best.length === 0) return undefined;
      const { random } = context.host;
      let address = draw(best, random);
      if (recent.share(address) > config.rateLimit) {
        const others = [...readings.keys()].filter((other) => other !== address);
        if (others.length > 0) address = draw(others, random);
      }
      recent.add(address);
      return toEndpoint(address);
    },
    dispose: () => {
      for (const held of pollers.values()) held.release();
      pollers.clear();
    },
  };
}

function draw(list: readonly string[], random: () => number): string {
  return list[Math.floor(random() * list.length)]!;
}

/** What a reading says, worked out when it is first asked for. */
function once<T>(known: WeakMap<Reading, T | null>, reading: Reading, work: () => T | undefined): T | null {
  let found = known.get(reading);
  if (found === undefined) {
    found = work() ?? null;
    known.set(reading, found);
  }
  return found;
}
