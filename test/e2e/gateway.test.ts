/** The chart on a cluster with real pods: installed, used, upgraded under traffic, robbed of pods, uninstalled. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { eventually } from '../support/gateway.ts';
import {
  apply,
  everything,
  gatewayUrl,
  get,
  HELLO,
  helm,
  kubectl,
  nodePortService,
  podNames,
  ready,
  run,
  SYSTEM,
  samples,
  status,
  steady,
  stopTraffic,
} from './cluster.ts';

/** What was there before. */
let before: ReadonlySet<string>;

beforeAll(async () => {
  before = await everything();
  await helm('install', {});
}, 400_000);

afterAll(stopTraffic);

describe('the chart', () => {
  it('gives a gateway that serves the samples: routes, a registry, plugins, and an MCP tool', async () => {
    await apply(nodePortService);
    await apply(samples);
    await eventually('the Ingress serves', async () => (await status(HELLO)) === 200, 120_000);
    const answer = await get(HELLO, '/x');
    expect([answer.body, answer.headers['x-served-by']]).toEqual(['hello from /x', 'higress-ts']);
    await eventually('the registry serves', async () => (await status('registry.example.com')) === 200, 60_000);
    await eventually('keys are asked for', async () => (await status('private.example.com')) === 401, 60_000);
    expect(await status('private.example.com', '/', { 'x-api-key': 'demo-key-1' })).toBe(200);
    await eventually('the plugin server is deployed', () => ready('deployment', 'higress-plugin-server'), 180_000);
    await eventually('the plugin blocks', async () => (await status(HELLO, '/forbidden')) === 403, 60_000);
    const text = await eventually(
      'the MCP tool answers',
      async () => {
        const client = new Client({ name: 'e2e', version: '1.0.0' });
        await client.connect(new StreamableHTTPClientTransport(new URL(`${gatewayUrl}/mcp`)));
        const { content } = await client.callTool({ name: 'get-weather', arguments: { city: 'Lisbon' } });
        await client.close();
        return (content as { text: string }[])[0]?.text;
      },
      60_000,
    );
    expect(text).toBe('Lisbon: 21 degrees Celsius, clear');
  }, 400_000);

  it('says in the status what runs', async () => {
    await eventually('the plugin is programmed', async () => {
      const { status: found } = JSON.parse(
        await kubectl(['-n', SYSTEM, 'get', 'wasmplugin', 'request-block', '-o', 'json']),
      ) as { status?: { runsAs?: string; conditions?: { type: string; status: string }[] } };
      return (
        found?.runsAs === 'plugin-server' &&
        found.conditions?.some((one) => one.type === 'Programmed' && one.status === 'True')
      );
    });
  }, 60_000);

  it('mends its plugin server when somebody changes or deletes it', async () => {
    await kubectl(['-n', SYSTEM, 'delete', 'deployment', 'higress-plugin-server', '--wait=false']);
    await eventually('it is there again', () => ready('deployment', 'higress-plugin-server'), 180_000);
    await eventually('the plugin blocks again', async () => (await status(HELLO, '/forbidden')) === 403, 60_000);
  }, 300_000);

  it('loses no request when the controller or a gateway pod is deleted', async () => {
    await kubectl(['-n', SYSTEM, 'scale', 'deployment/higress-gateway', '--replicas=2']);
    await ready('deployment', 'higress-gateway');
    const flow = steady(HELLO);
    for (const label of ['app=higress-controller', 'app=higress-gateway']) {
      const [pod] = await podNames(label);
      await kubectl(['-n', SYSTEM, 'delete', pod ?? '', '--wait=true', '--timeout=120s']);
    }
    await ready('deployment', 'higress-gateway');
    await ready('deployment', 'higress-controller');
    const { sent, failures } = await flow.stop();
    expect(failures).toEqual([]);
    expect(sent).toBeGreaterThan(20);
  }, 300_000);

  it('is upgraded under traffic without a failed request', async () => {
    const flow = steady(HELLO);
    await helm('upgrade', {
      'gateway.podLabels.e2e': 'upgraded',
      'controller.podLabels.e2e': 'upgraded',
      'gateway.replicas': '2',
    });
    const { sent, failures } = await flow.stop();
    expect(failures).toEqual([]);
    expect(sent).toBeGreaterThan(20);
  }, 400_000);

  it('leaves nothing behind but the kinds, and the namespace that helm made', async () => {
    await kubectl(['delete', '-f', '-'], samples);
    await kubectl(['delete', '-f', '-'], nodePortService);
    await run('helm', ['uninstall', 'higress', '-n', SYSTEM, '--wait', '--timeout', '2m']);
    const kept = [
      /^CustomResourceDefinition <none>\/\w+\.(networking|extensions)\.higress\.io$/,
      /^APIService <none>\/v1(alpha1)?\.(networking|extensions)\.higress\.io$/,
      new RegExp(`^Namespace <none>/${SYSTEM}$`),
      // Kubernetes' own, in every namespace.
      new RegExp(`^(ConfigMap ${SYSTEM}/kube-root-ca\\.crt|ServiceAccount ${SYSTEM}/default)$`),
    ];
    const left = async () =>
      [...(await everything())].filter((one) => !before.has(one) && !kept.some((pattern) => pattern.test(one)));
    let found: readonly string[] = [];
    const gone = async () => {
      found = await left();
      return found.length === 0;
    };
    // What is still there says more than that the time is over.
    await eventually('everything is gone', gone, 120_000).catch(() => expect(found).toEqual([]));
  }, 400_000);
});
