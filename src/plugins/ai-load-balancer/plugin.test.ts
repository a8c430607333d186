import { describe, expect, it } from '@jest/globals';
import { ENDPOINT_METADATA } from '#plugin-sdk/balancing.ts';
import { PluginConfigError } from '#plugin-sdk/definition.ts';
import { type FakeHost, httpAnswer, testPlugin } from '#plugin-sdk/testing.ts';
import plugin from './plugin.ts';

const CLUSTER = 'outbound|80||models.default.svc.cluster.local';
const vllm = (waiting: number, cache: number, adapters = '', max = 0) => `# TYPE vllm:num_requests_waiting gauge
vllm:num_requests_running{model_name="base"} 1
vllm:num_requests_waiting{model_name="base"} ${waiting}
vllm:gpu_cache_usage_perc{model_name="base"} ${cache}
vllm:lora_requests_info{max_lora="9",running_lora_adapters="old",waiting_lora_adapters=""} 1.7e9
vllm:lora_requests_info{max_lora="${max}",running_lora_adapters="${adapters}",waiting_lora_adapters=""} 1.8e9
`;

/** Endpoints whose `/metrics` say this; numbers are statuses of failures. */
function balancer(written: object, metrics: Record<string, string | number>, more: FakeHost = {}) {
  const config = plugin.effectiveConfig!(undefined, written, { hasRules: true })!;
  const harness = testPlugin(plugin, config, {
    host: {
      endpoints: (cluster) => (cluster === CLUSTER ? Object.keys(metrics) : []),
      http: ({ endpoint = '', path, cluster }) => {
        const answer = metrics[endpoint];
        if (path !== '/metrics' || cluster !== CLUSTER || answer === undefined) throw new Error('nobody is there');
        return typeof answer === 'number' ? httpAnswer('', answer) : httpAnswer(answer);
      },
      random: () => 0,
      ...more,
    },
  });
  const ask = async (body: unknown = { model: 'm' }, clusterName = CLUSTER) => {
    const { effects, reply } = await harness.request({
      body: typeof body === 'string' ? body : JSON.stringify(body),
      clusterName,
    });
    return reply ?? effects.metadata?.[ENDPOINT_METADATA.namespace]?.[ENDPOINT_METADATA.key];
  };
  return { ask, logs: harness.logs };
}

const metricsPolicy = (lb_config?: object, lb_policy = 'endpoint_metrics') => ({ lb_policy, lb_config });

describe('ai-load-balancer: endpoint_metrics', () => {
  it.each(['endpoint_metrics', 'metrics_based'])('%s picks the endpoint with the least to do', async (policy) => {
    const { ask } = balancer(metricsPolicy({}, policy), { a: vllm(7, 0.1), b: vllm(0, 0.9), c: vllm(0, 0.2) });
    expect(await ask()).toBe('c');
  });

  it('goes to the endpoint that has the LoRA adapter; only the newest series of adapters counts', async () => {
    const { ask } = balancer(metricsPolicy(), { a: vllm(0, 0), b: vllm(9, 0.5, 'x,lora', 2), c: vllm(0, 0, 'old') });
    expect(await ask({ model: 'lora' })).toBe('b');
    expect(await ask({ model: 'old' })).toBe('c');
  });

  it('serves every request, however busy the endpoints are', async () => {
    const { ask } = balancer(metricsPolicy(), { a: vllm(70, 1), b: vllm(90, 1) });
    expect(await ask()).toBe('a');
  });

  it('reads the metrics names of newer vLLM', async () => {
    const newer = (cache: number) => `vllm:num_requests_waiting 0\nvllm:kv_cache_usage_perc ${cache}\n`;
    const { ask } = balancer(metricsPolicy(), { a: newer(0.9), b: newer(0.1) });
    expect(await ask()).toBe('b');
  });

  it.each([
    ['least', 'b'],
    ['most', 'a'],
  ])('metric_policy %s goes by target_metric alone', async (metric_policy, winner) => {
    const { ask } = balancer(metricsPolicy({ metric_policy, target_metric: 'load' }), {
      a: 'load 5',
      b: 'load{x="1"} 2',
    });
    expect(await ask()).toBe(winner);
  });

  it('rate_limit: an endpoint with more than its share of the last picks is passed over for another', async () => {
    const { ask } = balancer(metricsPolicy({ rate_limit: 0.6 }), { a: vllm(0, 0), b: vllm(9, 0.5) });
    const picks = [];
    for (let n = 0; n < 10; n++) picks.push(await ask());
    expect(picks.join('')).toBe('ababaababa');
  });

  it('passes over endpoints whose metrics cannot be read or say nothing, and tells of them once', async () => {
    const { ask, logs } = balancer(metricsPolicy(), { a: 500, b: vllm(9, 0.9), c: 'up 1' });
    expect([await ask(), await ask()]).toEqual(['b', 'b']);
    expect(logs).toEqual([
      expect.objectContaining({
        level: 'warn',
        fields: expect.objectContaining({ endpoint: 'a', reason: 'it answered 500' }),
      }),
    ]);
  });

  it.each([
    ['no metrics', { a: 500 }, { model: 'm' }],
    ['no model', { a: vllm(0, 0) }, { prompt: 'x' }],
    ['no JSON', { a: vllm(0, 0) }, 'hello'],
    ['no endpoints', {}, { model: 'm' }],
  ])('leaves the request to the usual policy: %s', async (_name, metrics, body) => {
    expect(await balancer(metricsPolicy(), metrics as Record<string, string>).ask(body)).toBeUndefined();
  });
});

describe('ai-load-balancer: least_busy', () => {
  it('answers 429 when no endpoint has something to spare, except for critical models', async () => {
    const config = metricsPolicy({ criticalModels: ['gold'] }, 'least_busy');
    const { ask } = balancer(config, { a: vllm(6, 0.1), b: vllm(0, 0.9) });
    expect(await ask()).toEqual({
      status: 429,
      body: 'limited resources',
      details: 'ai-load-balancer.limited_resources',
    });
    expect(await ask({ model: 'gold' })).toBe('b');
  });

  it('picks an endpoint that has something to spare', async () => {
    const { ask } = balancer(metricsPolicy({}, 'least_busy'), { a: vllm(6, 0), b: vllm(5, 0.8) });
    expect(await ask()).toBe('b');
  });
});

describe('ai-load-balancer: configuration', () => {
  const parse = (written: unknown) => () => plugin.effectiveConfig!(undefined, written, { hasRules: true });

  it.each<[string, unknown, string]>([
    ['an unknown policy', { lb_policy: 'fastest' }, 'lb_policy'],
    ['no policy', { lb_config: {} }, 'lb_policy'],
    ['an unknown type', { lb_type: 'node', lb_policy: 'least_busy' }, 'lb_type'],
    ['a policy of the other type', { lb_type: 'cluster', lb_policy: 'least_busy' }, 'lb_policy'],
    ['a policy of services for endpoints', { lb_policy: 'cluster_metrics' }, 'lb_policy'],
    ['an unknown metric policy', metricsPolicy({ metric_policy: 'best' }), 'lb_config.metric_policy'],
    ['no target metric', metricsPolicy({ metric_policy: 'most' }), 'lb_config.target_metric'],
  ])('refuses %s by its place', (_name, written, path) => {
    expect(parse(written)).toThrow(PluginConfigError);
    expect(parse(written)).toThrow(expect.objectContaining({ path }));
  });

  it('takes the least that Higress takes; a rule replaces the default', () => {
    expect(parse({ lb_policy: 'metrics_based', lb_config: null })()).toMatchObject({ policy: 'endpoint_metrics' });
    const both = plugin.effectiveConfig!(
      { lb_policy: 'bad' },
      { lb_type: '', lb_policy: 'least_busy' },
      { hasRules: true },
    );
    expect(both).toMatchObject({ policy: 'least_busy' });
    expect(plugin.effectiveConfig!(undefined, undefined, { hasRules: false })).toBeUndefined();
  });
});
