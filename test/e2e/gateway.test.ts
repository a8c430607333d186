/**
 * The chart on a cluster with real pods: installed, used, upgraded under traffic, robbed of pods, uninstalled. Which cluster it is, only the
 * environment knows: E2E_KUBECONFIG, and E2E_GATEWAY_URL, where the node port E2E_NODE_PORT is reached.
 */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { eventually, fetchRaw } from '../support/gateway.ts';

const CHART = fileURLToPath(new URL('../../charts/higress', import.meta.url));
const SYSTEM = 'higress-system';
const IMAGE = { hub: 'docker.io/higress-ts', tag: 'e2e' };

function environment(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: run hack/e2e.sh or hack/kind-e2e.sh`);
  return value;
}

const kubeconfig = environment('E2E_KUBECONFIG');
const gatewayUrl = environment('E2E_GATEWAY_URL');
const nodePort = Number(environment('E2E_NODE_PORT'));

function run(command: string, args: readonly string[], input = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      command,
      [...args],
      { env: { ...process.env, KUBECONFIG: kubeconfig }, maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => (error === null ? resolve(stdout) : reject(new Error(stderr.trim() || error.message))),
    );
    child.stdin?.end(input);
  });
}

const kubectl = (args: readonly string[], input?: string) => run('kubectl', args, input);
const apply = (manifest: string) => kubectl(['apply', '-f', '-'], manifest);

function helm(action: 'install' | 'upgrade', values: Readonly<Record<string, string>>): Promise<string> {
  const all = {
    'controller.hub': IMAGE.hub,
    'controller.tag': IMAGE.tag,
    'pluginServer.hub': IMAGE.hub,
    'pluginServer.tag': IMAGE.tag,
    'gateway.service.type': 'ClusterIP',
    'global.local': 'true',
    ...values,
  };
  const sets = Object.entries(all).flatMap(([key, value]) => ['--set', `${key}=${value}`]);
  const create = action === 'install' ? ['--create-namespace'] : [];
  return run('helm', [action, 'higress', CHART, '-n', SYSTEM, ...create, '--wait', '--timeout', '5m', ...sets]);
}

/** The sample as a user applies it; its image is one that the cluster has. */
const sample = (name: string) =>
  readFileSync(new URL(`../../samples/kubernetes/${name}.yaml`, import.meta.url), 'utf8').replace(
    'docker.io/library/node:24-alpine',
    `${IMAGE.hub}/higress:${IMAGE.tag}`,
  );
const samples = ['backend', 'routes', 'plugins', 'mcp'].map(sample).join('---\n');

const nodePortService = `apiVersion: v1
kind: Service
metadata: { name: gateway-node-port, namespace: ${SYSTEM} }
spec:
  type: NodePort
  selector: { app: higress-gateway }
  ports: [{ name: http, port: 80, targetPort: 80, nodePort: ${nodePort} }]
`;

const get = (host: string, path = '/', headers: Readonly<Record<string, string>> = {}) =>
  fetchRaw(`${gatewayUrl}${path}`, { headers: { host, ...headers } });
const status = async (...request: Parameters<typeof get>) => (await get(...request)).status;
const HELLO = 'hello.example.com';

/** New connections without pause until `stop`. */
function traffic(host: string) {
  const failures: string[] = [];
  let sent = 0;
  let running = true;
  const loop = (async () => {
    while (running) {
      const outcome = await status(host).catch((error: Error) => error.message);
      sent += 1;
      if (outcome !== 200) failures.push(`request ${sent}: ${outcome}`);
    }
  })();
  return {
    stop: async () => {
      running = false;
      await loop;
      return { sent, failures };
    },
  };
}

const started: ReturnType<typeof traffic>[] = [];
const steady = (host: string) => {
  const one = traffic(host);
  started.push(one);
  return one;
};

async function podNames(label: string): Promise<string[]> {
  const text = await kubectl(['-n', SYSTEM, 'get', 'pods', '-l', label, '-o', 'name']);
  return text.trim().split('\n').filter(Boolean);
}

const ready = async (kind: string, name: string) => {
  await kubectl(['-n', SYSTEM, 'rollout', 'status', `${kind}/${name}`, '--timeout=120s']);
  return true;
};

beforeAll(async () => {
  await helm('install', {});
}, 400_000);

afterAll(async () => {
  for (const one of started) await one.stop();
});

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

  it('leaves nothing behind but the kinds', async () => {
    await run('helm', ['uninstall', 'higress', '-n', SYSTEM, '--wait', '--timeout', '2m']);
    await eventually(
      'everything is gone',
      async () => {
        const left = await kubectl([
          '-n',
          SYSTEM,
          'get',
          'deployments,daemonsets,statefulsets,pods,hpa,pdb',
          '-o',
          'name',
        ]);
        return left.trim() === '';
      },
      180_000,
    );
  }, 400_000);
});
