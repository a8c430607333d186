/** What the chart tells the controller and lets it do. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { ACCOUNT_SECRET } from '#app/controller/acme/account.ts';
import { CHALLENGE_SECRET } from '#app/controller/acme/challenge-store.ts';
import { CLIENT_SECRETS } from '#app/controller/certificates.ts';
import { LEASE } from '#app/controller/controller.ts';
import { VALUES_CONFIG_MAP } from '#app/controller/plugin-server-deployer.ts';
import {
  type PluginServerValues,
  pluginServerObjects,
  pluginServerValuesSchema,
} from '#app/controller/plugin-server-objects.ts';
import { higressConfigOf } from '#model/config-map.ts';
import { KUBE_KINDS } from '#sources/kube/kinds.ts';
import { find, NAMESPACE, type Rendered, render } from './helm.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

/** `group/resource[name,…]: verb verb`, one line a resource. */
const lines = ({ rules }: Rendered): readonly string[] =>
  (rules as readonly Rule[])
    .flatMap(({ apiGroups, resources, resourceNames, verbs }) =>
      resources.map((resource) => {
        const names = resourceNames === undefined ? '' : `[${resourceNames.join()}]`;
        return `${apiGroups.join()}/${resource}${names}: ${verbs.join(' ')}`;
      }),
    )
    .sort();

const WATCHED = [
  '/events: get create patch',
  '/secrets: list watch',
  '/services: list watch',
  'discovery.k8s.io/endpointslices: list watch',
  'extensions.higress.io/wasmplugins/status: patch',
  'extensions.higress.io/wasmplugins: list watch',
  'networking.higress.io/http2rpcs/status: patch',
  'networking.higress.io/http2rpcs: list watch',
  'networking.higress.io/mcpbridges/status: patch',
  'networking.higress.io/mcpbridges: list watch',
  'networking.istio.io/envoyfilters: list watch',
  'networking.k8s.io/ingresses/status: patch',
  'networking.k8s.io/ingresses: list watch',
];
const OWN_NAMESPACE = [
  '/configmaps: get list watch',
  '/pods: list',
  '/secrets: create',
  '/secrets[higress-acme-challenges]: get patch',
  '/secrets[higress-xds-ca,higress-xds-gateway,higress-xds-plugin-server]: get update',
  '/services: list watch create',
  '/services[higress-plugin-server,higress-plugin-server-pods,higress-plugin-server-sidecars]: patch delete',
  'apps/deployments: list watch create',
  'apps/deployments[higress-controller]: get',
  'apps/deployments[higress-plugin-server]: patch delete',
  'autoscaling/horizontalpodautoscalers: list watch create',
  'autoscaling/horizontalpodautoscalers[higress-plugin-server]: patch delete',
  'coordination.k8s.io/leases: create',
  'coordination.k8s.io/leases[higress-controller]: get update',
  'policy/poddisruptionbudgets: list watch create',
  'policy/poddisruptionbudgets[higress-plugin-server]: patch delete',
];
const CLUSTER_ROLE = `higress-controller-${NAMESPACE}`;

describe('the controller may', () => {
  it('read what it serves everywhere, and write in its own namespace', async () => {
    const objects = await render();
    const everywhere = [...WATCHED, 'networking.k8s.io/ingressclasses: list watch'].sort();
    expect(lines(find(objects, 'ClusterRole', CLUSTER_ROLE))).toEqual(everywhere);
    expect(lines(find(objects, 'Role', 'higress-controller'))).toEqual(OWN_NAMESPACE);
    expect(objects.filter(({ kind }) => kind === 'Role' || kind === 'ClusterRole')).toHaveLength(2);
  });

  it('write certificates and Ingresses when an address for the CA is given', async () => {
    const role = async (automaticHttps: object) =>
      lines(find(await render({ controller: { automaticHttps } }), 'Role', 'higress-controller'));
    const more = [
      '/secrets: update',
      '/secrets[higress-acme-account]: get',
      'networking.k8s.io/ingresses: create delete',
    ];
    expect(await role({ email: 'ops@shop.test' })).toEqual([...OWN_NAMESPACE, ...more].sort());
    expect(await role({ email: 'ops@shop.test', enabled: false })).toEqual(OWN_NAMESPACE);
    const off = await render({ controller: { automaticHttps: { enabled: false } } });
    expect(find(off, 'ConfigMap', 'higress-https').data.cert).toContain('automaticHttps: false');
  });

  it('with a watched namespace, read that one and its own, and of the cluster the IngressClasses', async () => {
    const objects = await render({ global: { watchNamespace: 'shop' } });
    expect(lines(find(objects, 'ClusterRole', CLUSTER_ROLE))).toEqual(['networking.k8s.io/ingressclasses: list watch']);
    const roles = objects.filter(
      ({ kind, metadata }) => kind === 'Role' && metadata.name === `${CLUSTER_ROLE}-watched`,
    );
    expect(roles.map(({ metadata }) => metadata.namespace)).toEqual(['shop', NAMESPACE]);
    for (const role of roles) expect(lines(role)).toEqual(WATCHED);
  });

  it('read every kind that the code reads', async () => {
    const objects = await render();
    const allowed = objects
      .filter(({ kind }) => kind === 'Role' || kind === 'ClusterRole')
      .flatMap(({ rules }) => rules as readonly Rule[])
      .filter(
        ({ verbs, resourceNames }) => resourceNames === undefined && verbs.includes('list') && verbs.includes('watch'),
      )
      .flatMap(({ apiGroups, resources }) => resources.map((resource) => `${apiGroups.join()}/${resource}`));
    for (const { apiVersion, plural } of KUBE_KINDS) {
      const group = apiVersion.includes('/') ? apiVersion.split('/')[0] : '';
      expect(allowed).toContain(`${group}/${plural}`);
    }
  });

  it('write the lease and the Secrets that it writes', async () => {
    const values = { controller: { automaticHttps: { email: 'ops@shop.test' } } };
    const text = lines(find(await render(values), 'Role', 'higress-controller')).join('\n');
    for (const name of [LEASE, ...Object.values(CLIENT_SECRETS), ACCOUNT_SECRET, CHALLENGE_SECRET])
      expect(text).toContain(name);
  });

  it('gateways and plugin servers may do nothing', async () => {
    const objects = await render();
    const subjects = objects
      .filter(({ kind }) => kind.endsWith('RoleBinding'))
      .flatMap((binding) => binding.subjects.map(({ name }: { name: string }) => name));
    expect([...new Set(subjects)]).toEqual(['higress-controller']);
    for (const name of ['higress-gateway', 'higress-plugin-server'])
      expect(find(objects, 'ServiceAccount', name).automountServiceAccountToken).toBe(false);
  });
});

describe('the command lines', () => {
  const help = (command: string) => String(execFileSync(process.execPath, [MAIN, command, '--help']));
  const flags = (args: readonly string[]) => args.slice(1).map((arg) => arg.split('=')[0] ?? '');

  it('use flags that the commands have', async () => {
    const objects = await render({ pluginServer: { mode: 'sidecar' } });
    const [controller] = find(await render(), 'Deployment', 'higress-controller').spec.template.spec.containers;
    const sidecar = find(objects, 'Deployment', 'higress-gateway').spec.template.spec.initContainers.at(-1);
    for (const { args } of [controller, sidecar]) for (const flag of flags(args)) expect(help(args[0])).toContain(flag);
  });

  it.each([
    [{}, ['--enableAutomaticHttps=true']],
    [{ email: 'ops@shop.test' }, ['--enableAutomaticHttps=true', '--automaticHttpsEmail=ops@shop.test']],
    [{ enabled: false }, ['--enableAutomaticHttps=false']],
  ])('automaticHttps %j is handed on, and the Service leads to the answers', async (automaticHttps, wanted) => {
    const objects = await render({ controller: { automaticHttps } });
    const [container] = find(objects, 'Deployment', 'higress-controller').spec.template.spec.containers;
    expect(container.args.filter((arg: string) => arg.includes('utomaticHttps'))).toEqual(wanted);
    expect(container.args).toContain('--certHttpAddress=:8889');
    expect(container.ports).toContainEqual({ name: 'http-solver', containerPort: 8889, protocol: 'TCP' });
    expect(find(objects, 'Service', 'higress-controller').spec.ports).toContainEqual(
      expect.objectContaining({ name: 'http-solver', port: 8889, targetPort: 'http-solver' }),
    );
  });

  it.each([
    ['default:info', 'info'],
    ['debug', 'debug'],
    ['default:debug,xds:warn', 'debug'],
    ['xds:warn', 'info'],
    ['default:none', 'silent'],
    ['warning', 'warn'],
  ])('the log level %s is %s', async (level, wanted) => {
    const objects = await render({ global: { logging: { level } } });
    const [container] = find(objects, 'Deployment', 'higress-controller').spec.template.spec.containers;
    expect(container.args).toContain(`--logLevel=${wanted}`);
  });
});

/** While no release moves. */
function pluginServerOf(values: PluginServerValues) {
  const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: VALUES_CONFIG_MAP, uid: 'x' };
  return pluginServerObjects(values, NAMESPACE, owner, { someWithSidecar: false, someWithout: false });
}

describe('the plugin server', () => {
  const valuesOf = async (values: Readonly<Record<string, unknown>> = {}) => {
    const { data } = find(await render(values), 'ConfigMap', VALUES_CONFIG_MAP);
    return pluginServerValuesSchema.strict().parse(parse(data['values.yaml']));
  };

  it('is what the controller makes of the ConfigMap', async () => {
    const objects = pluginServerOf(await valuesOf());
    expect(objects.map(({ kind }) => kind)).toEqual(['Service', 'Service', 'Deployment', 'PodDisruptionBudget']);
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    expect(await valuesOf()).toMatchObject({
      replicas: 2,
      image: `docker.io/higress-ts/higress:${version}`,
      xdsAddress: `higress-controller.${NAMESPACE}.svc.cluster.local:15012`,
      egressAddress: `higress-gateway-egress.${NAMESPACE}.svc.cluster.local:15080`,
      resources: { requests: { cpu: '200m', memory: '128Mi' }, limits: { cpu: '500m', memory: '256Mi' } },
    });
  });

  it('is one without limits on a small machine, and scales when asked to', async () => {
    expect(await valuesOf({ global: { local: true } })).toMatchObject({
      replicas: 1,
      resources: {},
      podDisruptionBudget: { enabled: false },
    });
    const scaling = await valuesOf({ pluginServer: { autoscaling: { enabled: true }, replicas: 1 } });
    expect(pluginServerOf(scaling).map(({ kind }) => kind)).toContain('HorizontalPodAutoscaler');
    expect(scaling.podDisruptionBudget.enabled).toBe(true);
  });

  it('is in the gateway pods in sidecar mode, as the same user as Envoy', async () => {
    const services = pluginServerOf(await valuesOf({ pluginServer: { mode: 'sidecar' } }));
    expect(services.map(({ kind }) => kind)).toEqual(['Service', 'Service']);
    const pod = find(await render({ pluginServer: { mode: 'sidecar' } }), 'Deployment', 'higress-gateway').spec.template
      .spec;
    expect(pod.securityContext.runAsUser).toBe(1337);
    const { labels } = find(await render({ pluginServer: { mode: 'sidecar' } }), 'Deployment', 'higress-gateway').spec
      .template.metadata;
    // Kubernetes starts Envoy after it.
    expect(pod.initContainers.at(-1)).toMatchObject({
      restartPolicy: 'Always',
      startupProbe: { httpGet: { path: '/ready' } },
    });
    const targets = pod.initContainers.at(-1).ports.map(({ name }: { name: string }) => name);
    for (const { spec } of services as unknown as { spec: { selector: object; ports: { targetPort: string }[] } }[]) {
      expect(labels).toMatchObject(spec.selector);
      for (const { targetPort } of spec.ports) expect(targets).toContain(targetPort);
    }
    for (const container of [pod.initContainers.at(-1), ...pod.containers]) {
      expect(container.securityContext.runAsUser).toBeUndefined();
      expect(container.volumeMounts).toContainEqual({ name: 'sockets', mountPath: '/var/run/higress' });
    }
  });
});

describe('Wasm files', () => {
  const pattern = async (values: Readonly<Record<string, unknown>> = {}) => {
    const [container] = find(await render(values), 'Deployment', 'higress-controller').spec.template.spec.containers;
    return container.args.find((arg: string) => arg.startsWith('--pluginUrlPattern=')).split('=')[1];
  };

  it('are looked for in the plugin server of the release, or where the values say', async () => {
    const path = '/plugins/${name}/${version}/plugin.wasm';
    expect(await pattern()).toBe(`http://higress-plugin-server.${NAMESPACE}.svc${path}`);
    expect(await pattern({ pluginServer: { name: 'plugins', service: { port: 8080 } } })).toBe(
      `http://plugins.${NAMESPACE}.svc:8080${path}`,
    );
    const urlPattern = 'oci://registry.test/${name}:${version}';
    expect(await pattern({ 'higress-console': { pluginServer: { urlPattern } } })).toBe(urlPattern);
  });

  it.each([
    ['pluginServer', { pluginServer: { pluginsVolume: { configMap: { name: 'modules' } } } }, 'configMap'],
    ['the node', { global: { volumeWasmPlugins: true } }, 'hostPath'],
  ])('come from a volume that %s names, in both modes', async (_, values, source) => {
    const sidecarValues = {
      ...values,
      pluginServer: { ...('pluginServer' in values ? values.pluginServer : {}), mode: 'sidecar' },
    };
    const gateway = find(await render(sidecarValues), 'Deployment', 'higress-gateway').spec.template.spec;
    const { data } = find(await render(values), 'ConfigMap', VALUES_CONFIG_MAP);
    const parsed = pluginServerValuesSchema.parse(parse(data['values.yaml']));
    const deployment = pluginServerOf(parsed).find(({ kind }) => kind === 'Deployment');
    const own = (deployment as unknown as { spec: { template: { spec: typeof gateway } } }).spec.template.spec;
    for (const [pod, container] of [
      [gateway, gateway.initContainers.at(-1)],
      [own, own.containers[0]],
    ]) {
      expect(pod.volumes.find(({ name }: { name: string }) => name === 'plugins')).toHaveProperty(source);
      expect(container.volumeMounts).toContainEqual({ name: 'plugins', mountPath: '/opt/plugins', readOnly: true });
      expect(container.args).toContain('--pluginsDir=/opt/plugins');
    }
  });

  it('and the gateway cannot have the same port in one pod', async () => {
    const values = { gateway: { httpPort: 8080 }, pluginServer: { mode: 'sidecar', ports: { files: 8080 } } };
    await expect(render(values)).rejects.toThrow(
      /gateway\.httpPort is 8080.*choose another pluginServer\.ports\.files/,
    );
  });
});

describe('higress-config', () => {
  it('is read without a complaint, and gives the defaults', async () => {
    const { metadata, data } = find(await render(), 'ConfigMap', 'higress-config');
    const map = { apiVersion: 'v1', kind: 'ConfigMap' as const, metadata: { ...metadata, namespace: NAMESPACE }, data };
    const config = higressConfigOf([map as never], NAMESPACE);
    expect(config.problems).toEqual([]);
    const { problems: _, ...defaults } = higressConfigOf([], NAMESPACE);
    expect(config).toMatchObject(defaults);
  });
});
