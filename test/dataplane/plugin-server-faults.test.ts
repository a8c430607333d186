/** The plugin server killed under load: lowered routes never fail, the others do as their failStrategy says, and everything comes back. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Echo, ingressYaml, serviceYaml, startEcho } from '../support/echo.ts';
import { eventually, type Gateway, startGateway } from '../support/gateway.ts';

let echo: Echo;
let gateway: Gateway;

const transformer = (name: string, strategy: string, runtime: string) => `apiVersion: extensions.higress.io/v1alpha1
kind: WasmPlugin
metadata:
  name: ${name}
  namespace: higress-system
  annotations: { higress.io/plugin-runtime: ${runtime} }
spec:
  url: oci://higress/plugins/transformer:2.0.1
  failStrategy: ${strategy}
  defaultConfigDisable: true
  matchRules:
  - ingress: [default/${name}]
    config:
      reroute: false
      reqRules: [{ operate: add, headers: [{ key: x-plugin, value: ${name} }] }]
`;

beforeAll(async () => {
  echo = await startEcho();
  const names = ['lowered', 'open', 'closed'];
  gateway = await startGateway({
    files: {
      'svc.yaml': serviceYaml('web', echo.port),
      'routes.yaml': names.map((name) => ingressYaml(name, `${name}.example.com`, '/', 'web')).join('---\n'),
      'plugins.yaml': [
        transformer('lowered', 'FAIL_CLOSE', 'native'),
        transformer('open', 'FAIL_OPEN', 'ext-proc'),
        transformer('closed', 'FAIL_CLOSE', 'ext-proc'),
      ].join('---\n'),
    },
  });
}, 90_000);

afterAll(async () => {
  await gateway?.stop();
  await echo?.stop();
});

const get = async (name: string) => {
  const answer = await gateway.get('/', { host: `${name}.example.com` });
  return {
    status: answer.status,
    plugin: answer.status === 200 ? (JSON.parse(answer.body).headers['x-plugin'] as string | undefined) : undefined,
  };
};

describe('the plugin server killed', () => {
  it('all three routes run their plugin before', async () => {
    for (const name of ['lowered', 'open', 'closed']) expect(await get(name)).toEqual({ status: 200, plugin: name });
  });

  it('two of them by the plugin server, one by Envoy alone', async () => {
    const { routes } = (await gateway.debug('plugins')) as { routes: { route: string; way: string }[] };
    expect(Object.fromEntries(routes.map(({ route, way }) => [route, way]))).toEqual({
      'default/lowered': 'lowered',
      'default/open': 'ext_proc',
      'default/closed': 'ext_proc',
    });
  });

  it('each route does what it must, and all come back', async () => {
    const pid = await eventually('it runs', () => gateway.children()['plugin-server']);
    process.kill(pid, 'SIGKILL');
    const seen: Record<string, Set<string>> = { lowered: new Set(), open: new Set(), closed: new Set() };
    await eventually('the plugin runs again everywhere', async () => {
      const answers = await Promise.all(
        ['lowered', 'open', 'closed'].map(async (name) => {
          const { status, plugin } = await get(name);
          seen[name]?.add(`${status} ${plugin ?? '-'}`);
          return plugin === name;
        }),
      );
      return gateway.children()['plugin-server'] !== pid && answers.every(Boolean);
    });
    expect([...(seen.lowered ?? [])]).toEqual(['200 lowered']);
    expect([...(seen.open ?? [])].filter((answer) => !['200 open', '200 -'].includes(answer))).toEqual([]);
    expect([...(seen.closed ?? [])].filter((answer) => !['200 closed', '503 -'].includes(answer))).toEqual([]);
  }, 60_000);
});
