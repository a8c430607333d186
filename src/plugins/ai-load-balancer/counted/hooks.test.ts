/** What the hooks do around Redis; the scripts themselves run in test/services. */
import { describe, expect, it } from '@jest/globals';
import { ENDPOINT_METADATA } from '#plugin-sdk/balancing.ts';
import { PluginConfigError } from '#plugin-sdk/definition.ts';
import type { RedisClient, RedisService } from '#plugin-sdk/host.ts';
import { testPlugin } from '#plugin-sdk/testing.ts';
import plugin from '../plugin.ts';
import { GIVE_BACK, TAKE_LEAST, TAKE_PREFIX } from './scripts.ts';

type Run = Parameters<RedisClient['run']>;

const CLUSTER = 'outbound|80||models.static';
const TABLE = `higress:global_least_request_table:r1:${CLUSTER}`;
const REDIS = { serviceFQDN: 'redis.static', servicePort: 80 };

const configOf = (lb_policy: string, lb_config: object = REDIS) =>
  plugin.effectiveConfig!(undefined, { lb_policy, lb_config }, { hasRules: true })!;

function balancer(lb_policy: string, run: (...call: Run) => Promise<unknown>, lb_config: object = REDIS) {
  const runs: Run[] = [];
  const services: RedisService[] = [];
  const harness = testPlugin(plugin, configOf(lb_policy, lb_config), {
    host: {
      endpoints: () => ['10.0.0.1:80', '10.0.0.2:80'],
      redis: (service) => {
        services.push(service);
        const client = {
          call: () => Promise.reject(new Error('not used')),
          run: (...call: Run) => {
            runs.push(call);
            return run(...call);
          },
        };
        return client;
      },
      now: () => 1_700_000_000_000,
      random: () => 0,
    },
  });
  const ask = async (body: string | undefined = '{"messages":[{"role":"user","content":"x"}]}') => {
    const result = await harness.request({ body, routeName: 'r1', clusterName: CLUSTER });
    return result.reply ?? result.effects.metadata?.[ENDPOINT_METADATA.namespace]?.[ENDPOINT_METADATA.key];
  };
  return { ask, runs, services, given: () => runs.filter(([script]) => script === GIVE_BACK) };
}

const least =
  (counted = 1) =>
  async (...[script]: Run): Promise<unknown> =>
    script === TAKE_LEAST ? ['10.0.0.2:80', 3, counted, []] : 0;

describe('ai-load-balancer: global_least_request', () => {
  it('goes where Redis says, and gives back when the exchange is over', async () => {
    const { ask, runs, services } = balancer('global_least_request', least(), {
      ...REDIS,
      username: 'u',
      password: 'p',
      timeout: 700,
      database: 4,
      maxRequestCount: 9,
      cleanInterval: 2,
    });
    expect(await ask()).toBe('10.0.0.2:80');
    const clean = TABLE.replace('table:', 'table:last_clean_time:');
    expect(runs.map(([, keys, args]) => [keys, args])).toEqual([
      [
        [TABLE, clean],
        [0, 1_700_000_000, 120, 9, '10.0.0.1:80', '10.0.0.2:80'],
      ],
      [[TABLE], ['10.0.0.2:80', 1]],
    ]);
    const { password, ...rest } = services[0]!;
    expect(rest).toEqual({ cluster: 'outbound|80||redis.static', username: 'u', database: 4, timeoutMs: 700 });
    expect(password?.reveal()).toBe('p');
  });

  it('answers 429 and gives nothing back when it was not counted', async () => {
    const { ask, given } = balancer('global_least_request', least(0));
    expect(await ask()).toMatchObject({ status: 429, body: 'Exceeded maximum request limit from ai-load-balancer.' });
    expect(given()).toEqual([]);
  });

  it('leaves the request to the usual policy when Redis fails', async () => {
    const { ask } = balancer('global_least_request', () => Promise.reject(new Error('down')));
    expect(await ask()).toBeUndefined();
  });

  it('undoes what an answer that came too late has counted', async () => {
    const { ask, given } = balancer('global_least_request', async (...[script, , , late]) => {
      if (script === GIVE_BACK) return 0;
      late?.(['10.0.0.1:80', 1, 1, []]);
      throw new Error('no answer in time');
    });
    expect(await ask()).toBeUndefined();
    expect(given().map(([, , args]) => args)).toEqual([['10.0.0.1:80', 1]]);
  });

  it('pays back later what could not be given back', async () => {
    let down = true;
    const { ask, given } = balancer('global_least_request', async (...[script]) => {
      if (script === TAKE_LEAST) return ['10.0.0.1:80', 1, 1, []];
      if (down) throw new Error('down');
      return 0;
    });
    await ask();
    await ask();
    down = false;
    const before = given().length;
    await ask();
    expect(
      given()
        .slice(before)
        .map(([, , args]) => args),
    ).toEqual(
      expect.arrayContaining([
        ['10.0.0.1:80', 1],
        ['10.0.0.1:80', 1],
      ]),
    );
  });
});

describe('ai-load-balancer: prefix_cache', () => {
  it('asks with the keys of the prompt', async () => {
    const { ask, runs, given } = balancer(
      'prefix_cache',
      async (...[script]) => (script === TAKE_PREFIX ? ['10.0.0.1:80', 0] : 0),
      { ...REDIS, redisKeyTTL: 60 },
    );
    expect(await ask()).toBe('10.0.0.1:80');
    const [, keys, args] = runs[0]!;
    expect([keys.length, keys[0], args]).toEqual([2, TABLE, [0, 60, '10.0.0.1:80', '10.0.0.2:80']]);
    expect(given()).toHaveLength(1);
  });

  it.each(['{"messages":[]}', 'no JSON', '{"messages":[{"role":"user"}]}'])('leaves %s alone', async (body) => {
    const { ask, runs } = balancer('prefix_cache', async () => 0);
    expect(await ask(body)).toBeUndefined();
    expect(runs).toEqual([]);
  });
});

describe('ai-load-balancer: configuration of Redis', () => {
  it('has the defaults of Higress', () => {
    expect(configOf('prefix_cache')).toEqual({
      policy: 'prefix_cache',
      redis: { cluster: 'outbound|80||redis.static', username: '', password: '', database: 0, timeoutMs: 3_000 },
      maxRequestCount: 0,
      cleanIntervalSeconds: 3_600,
      logCounts: true,
      prefixTtlSeconds: 1_800,
    });
  });

  it.each<[string, object, string]>([
    ['no service', { servicePort: 80 }, 'lb_config.serviceFQDN'],
    ['no port', { serviceFQDN: 'redis.static' }, 'lb_config.servicePort'],
    ['port 0', { serviceFQDN: 'redis.static', servicePort: 0 }, 'lb_config.servicePort'],
  ])('refuses %s by its place', (_name, lb_config, path) => {
    for (const policy of ['global_least_request', 'prefix_cache']) {
      const parse = () => configOf(policy, lb_config);
      expect(parse).toThrow(PluginConfigError);
      expect(parse).toThrow(expect.objectContaining({ path }));
    }
  });

  it('names the cluster that the plugin server connects to', () => {
    expect(plugin.connectsTo?.(configOf('prefix_cache'))).toEqual(['outbound|80||redis.static']);
    expect(plugin.connectsTo?.(configOf('least_busy', {}))).toEqual([]);
  });
});
