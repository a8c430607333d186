import { describe, expect, it } from '@jest/globals';
import { PluginConfigError } from '#plugin-sdk/definition.ts';
import { testPlugin } from '#plugin-sdk/testing.ts';
import plugin from '../plugin.ts';

const A = 'outbound|80||a.dns';
const B = 'outbound|80||b.dns';
const HEADER = 'x-higress-target-cluster';

const parse = (lb_config: object) =>
  plugin.effectiveConfig!(
    undefined,
    { lb_type: 'cluster', lb_policy: 'cluster_metrics', lb_config },
    { hasRules: true },
  )!;

interface Answering {
  readonly status?: number;
  readonly ms?: number;
}

function balancer(lb_config: object) {
  let now = 0;
  const harness = testPlugin(plugin, parse({ service_list: [A, B], ...lb_config }), {
    host: { now: () => now, random: () => 0 },
  });
  /** The service that gets the request; it answers as told after so many ms. */
  const ask = async (answers: Readonly<Record<string, Answering>> = {}) => {
    let service = '';
    await harness.request({
      respond: ({ headers }) => {
        service = headers.get(HEADER) ?? '';
        const { status = 200, ms = 0 } = answers[service] ?? {};
        now += ms;
        return { status, body: 'x' };
      },
    });
    return service;
  };
  const many = async (count: number, answers: Readonly<Record<string, Answering>>) => {
    const out = [];
    for (let n = 0; n < count; n++) out.push((await ask(answers)) === A ? 'a' : 'b');
    return out.join('');
  };
  return { ask, many, harness };
}

describe('ai-load-balancer: cluster_metrics', () => {
  it('LeastBusy goes to the service with the fewest requests in flight, and forgets those that are over', async () => {
    const { harness } = balancer({ mode: 'LeastBusy' });
    const services: string[] = [];
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const ask = () =>
      harness.request({
        respond: async ({ headers }) => {
          services.push(headers.get(HEADER) ?? '');
          await held;
          return { body: 'x' };
        },
      });
    const asked = Array.from({ length: 4 }, ask);
    release();
    await Promise.all(asked);
    expect(services).toEqual([A, B, A, B]);
    await ask();
    expect(services.at(-1)).toBe(A);
  });

  it.each(['LeastTotalLatency', 'LeastFirstTokenLatency'])(
    '%s tries services that have not answered yet, then goes where answers are fast',
    async (mode) => {
      const { many } = balancer({ mode });
      expect(await many(5, { [A]: { ms: 200 }, [B]: { ms: 20 } })).toBe('abbbb');
    },
  );

  it('counts an answer other than 200 as twice the worst', async () => {
    const { many } = balancer({ mode: 'LeastTotalLatency' });
    expect(await many(4, { [A]: { ms: 50 }, [B]: { ms: 1, status: 503 } })).toBe('abaa');
  });

  it('queue_size: the mean is that of the latest answers', async () => {
    const { many } = balancer({ mode: 'LeastTotalLatency', queue_size: 1 });
    expect(await many(3, { [A]: { ms: 50 }, [B]: { ms: 40 } })).toBe('abb');
    expect(await many(3, { [A]: { ms: 50 }, [B]: { ms: 60 } })).toBe('baa');
  });

  it('rate_limit: a service with more than its share of the last requests is passed over', async () => {
    const { many } = balancer({ mode: 'LeastTotalLatency', rate_limit: '0.6' });
    expect(await many(10, { [A]: { ms: 1 }, [B]: { ms: 500 } })).toBe('ababaababa');
  });

  it('says in the header of its configuration where to go, whatever the client wrote there', async () => {
    const { harness } = balancer({ mode: 'LeastBusy', cluster_header: 'X-Target' });
    const { upstream } = await harness.request({ headers: { 'x-target': B } });
    expect(upstream?.headers.get('x-target')).toBe(A);
  });

  it('learns nothing from requests that got no answer', async () => {
    const { harness, many } = balancer({ mode: 'LeastTotalLatency' });
    await harness
      .request({
        respond: () => {
          throw new Error('gone');
        },
      })
      .catch(() => undefined);
    expect(await many(2, { [A]: { ms: 10 }, [B]: { ms: 5 } })).toBe('ab');
  });
});

describe('ai-load-balancer: configuration of services', () => {
  it('has the defaults of Higress', () => {
    expect(parse({ mode: 'LeastBusy', service_list: [A, B, A], queue_size: 0 })).toEqual({
      policy: 'cluster_metrics',
      mode: 'LeastBusy',
      services: [A, B],
      header: HEADER,
      rateLimit: 1,
      queueSize: 100,
    });
  });

  it.each<[string, object, string]>([
    ['no mode', { service_list: [A] }, 'lb_config.mode'],
    ['an unknown mode', { mode: 'Fastest', service_list: [A] }, 'lb_config.mode'],
    ['no services', { mode: 'LeastBusy', service_list: [] }, 'lb_config.service_list'],
    ['a host for a service', { mode: 'LeastBusy', service_list: [A, 'b.dns'] }, 'lb_config.service_list[1]'],
    ['a strange header', { mode: 'LeastBusy', service_list: [A], cluster_header: ':path' }, 'lb_config.cluster_header'],
  ])('refuses %s by its place', (_name, lb_config, path) => {
    expect(() => parse(lb_config)).toThrow(PluginConfigError);
    expect(() => parse(lb_config)).toThrow(expect.objectContaining({ path }));
  });
});
