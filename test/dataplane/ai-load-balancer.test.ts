/** Model servers chosen by what their metrics say, through a real Envoy: it sends each request to the endpoint that the plugin names. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, type Gateway, startGateway } from '../support/gateway.ts';
import { balancedRouteYaml, type ModelServers, startModelServers, vllmMetrics } from '../support/model-servers.ts';

let servers: ModelServers;
let others: ModelServers;
let gateway: Gateway;

beforeAll(async () => {
  servers = await startModelServers(3);
  others = await startModelServers(2);
  gateway = await startGateway({
    files: {
      'servers.yaml': [servers.yaml('models'), others.yaml('others')].join('---\n'),
      'routes.yaml': [
        balancedRouteYaml('metrics', 'models', { lb_policy: 'endpoint_metrics' }),
        balancedRouteYaml('busy', 'models', { lb_policy: 'least_busy', lb_config: { criticalModels: ['gold'] } }),
        balancedRouteYaml('silent', 'others', { lb_type: 'endpoint', lb_policy: 'metrics_based', lb_config: {} }),
      ].join('---\n'),
    },
  });
}, 120_000);

afterAll(async () => {
  await gateway?.stop();
  await Promise.all([servers?.stop(), others?.stop()]);
});

const ask = async (host: string, model = 'm', headers = {}) => {
  const { status, body } = await gateway.post(
    '/v1/chat/completions',
    { model, messages: [] },
    { host: `${host}.example.com`, ...headers },
  );
  return status === 200 ? (JSON.parse(body).choices[0].message.content as string) : `${status} ${body}`;
};

/** Metrics take effect with the next reading, a second later at most. */
const becomes = (host: string, answer: string, model = 'm') =>
  eventually(`${host} answers ${answer}`, async () => (await ask(host, model)) === answer);

describe('ai-load-balancer on Envoy', () => {
  it('sends requests to the endpoint with the least to do, and to another one when that changes', async () => {
    servers.metrics.splice(0, 3, vllmMetrics(4, 0.5), vllmMetrics(0, 0.1), vllmMetrics(9, 0.9));
    await becomes('metrics', 'server-1');
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask('metrics')));
    expect(new Set(answers)).toEqual(new Set(['server-1']));
    servers.metrics.splice(0, 3, vllmMetrics(0, 0.1), vllmMetrics(8, 0.1), vllmMetrics(9, 0.9));
    await becomes('metrics', 'server-0');
  });

  it('prefers the endpoint that has loaded the LoRA adapter', async () => {
    servers.metrics.splice(0, 3, vllmMetrics(0, 0), vllmMetrics(0, 0), vllmMetrics(9, 0.5, ['french'], 2));
    await becomes('metrics', 'server-2', 'french');
    expect(await ask('metrics', 'french')).toBe('server-2');
  });

  it('least_busy answers 429 when all are busy, except for critical models', async () => {
    servers.metrics.splice(0, 3, vllmMetrics(20, 0.1), vllmMetrics(9, 0), vllmMetrics(0, 0.9));
    await becomes('busy', '429 limited resources');
    expect(await ask('busy', 'gold')).toBe('server-2');
  });

  it('does not let a client choose', async () => {
    servers.metrics.splice(0, 3, vllmMetrics(0, 0), vllmMetrics(9, 0.9), vllmMetrics(9, 0.9));
    await becomes('metrics', 'server-0');
    const header = { 'x-higress-endpoint': servers.address(2) };
    const answers = await Promise.all(Array.from({ length: 10 }, () => ask('metrics', 'm', header)));
    expect(new Set(answers)).toEqual(new Set(['server-0']));
    expect(servers.asked(0).at(-1)?.headers).not.toHaveProperty('x-higress-endpoint');
  });

  it('leaves requests to the usual policy while no endpoint tells its load, and says so once', async () => {
    others.metrics.splice(0, 2, 503, 503);
    await eventually('both answer', async () => {
      await ask('silent');
      return others.asked(0).length > 3 && others.asked(1).length > 3;
    });
    const said = gateway.log.split('\n').filter((line) => line.includes('metrics of an endpoint cannot be read'));
    expect(said).toHaveLength(2);
    expect(said.join()).toContain(others.address(0));
    others.metrics.splice(0, 2, vllmMetrics(9, 0.9), vllmMetrics(0, 0));
    // By turns, every second request of many would go to the other one.
    await eventually('all go to the same', async () => {
      const answers = await Promise.all(Array.from({ length: 10 }, () => ask('silent')));
      return answers.every((answer) => answer === 'server-1');
    });
  });

  it('learns of endpoints that come and go', async () => {
    servers.metrics.splice(0, 3, vllmMetrics(5, 0.5), vllmMetrics(0, 0), vllmMetrics(9, 0.5));
    await becomes('metrics', 'server-1');
    gateway.write('servers.yaml', [servers.yaml('models', [0, 2]), others.yaml('others')].join('---\n'));
    await becomes('metrics', 'server-0');
    gateway.write('servers.yaml', [servers.yaml('models'), others.yaml('others')].join('---\n'));
    await becomes('metrics', 'server-1');
  });
});
