/** The CRDs on a real API server: what users write is taken as it is, what cannot work is refused with its field, status is the controller's. */
import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { KubernetesObjectApi } from '@kubernetes/client-node';
import { parse, parseAllDocuments } from 'yaml';
import { parseHttp2Rpc } from '#model/http2rpc.ts';
import { parseMcpBridge } from '#model/mcp-bridge.ts';
import { parseWasmPlugin } from '#model/wasm-plugin.ts';
import { eventually } from '#test/gateway.ts';
import {
  installCrds,
  type KubeNamespace,
  type KubeObjectJson,
  kubeConfig,
  kubectl,
  kubeNamespace,
} from '#test/kube.ts';
import { GOOD, REFUSED } from './objects.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const PARSERS = { McpBridge: parseMcpBridge, Http2Rpc: parseHttp2Rpc, WasmPlugin: parseWasmPlugin };
const API_VERSIONS: Readonly<Record<string, string>> = {
  McpBridge: 'networking.higress.io/v1',
  Http2Rpc: 'networking.higress.io/v1',
  WasmPlugin: 'extensions.higress.io/v1alpha1',
};

let namespace: KubeNamespace;

beforeAll(async () => {
  await installCrds();
  namespace = await kubeNamespace('crds');
}, 60_000);

afterAll(() => namespace?.dispose());

const meaning = (object: KubeObjectJson) => {
  const parsed = PARSERS[object.kind as keyof typeof PARSERS]({ value: object }, { namespace: 'x' });
  return parsed.object?.spec;
};

const condition = (type: string, status: string, reason: string) => ({
  type,
  status,
  reason,
  message: '',
  observedGeneration: 1,
  lastTransitionTime: '2026-01-02T03:04:05Z',
});

/** Rows of a table of kubectl, cells by column title. */
function table(text: string): readonly Readonly<Record<string, string>>[] {
  const [head = '', ...lines] = text.trimEnd().split('\n');
  const columns = [...head.matchAll(/\S+(?: \S+)*/g)].map((match) => ({ title: match[0], at: match.index }));
  const cell = (line: string, at: number) => line.slice(at).split(/ {2,}/)[0]?.trim() ?? '';
  return lines.map((line) => Object.fromEntries(columns.map(({ title, at }) => [title, cell(line, at)])));
}

describe('the kinds', () => {
  it('are served, with a structural schema, by their short names and in their categories', async () => {
    const { items } = JSON.parse(await kubectl(['get', 'crd', '-o', 'json'])) as {
      items: { metadata: { name: string }; status: { conditions: { type: string; status: string }[] } }[];
    };
    const ours = items.filter(({ metadata }) => metadata.name.endsWith('.higress.io'));
    expect(ours.map(({ metadata }) => metadata.name).sort()).toEqual([
      'http2rpcs.networking.higress.io',
      'mcpbridges.networking.higress.io',
      'wasmplugins.extensions.higress.io',
    ]);
    for (const { status } of ours) {
      const conditions = status.conditions.map(({ type, status }) => `${type}=${status}`).sort();
      expect(conditions).toEqual(['Established=True', 'NamesAccepted=True']);
    }
    const category = await kubectl(['api-resources', '--categories=higress-io', '--no-headers']);
    expect(
      category
        .match(/^\w+ +(\w+)/gm)
        ?.map((line) => line.replace(/ +/, ' '))
        .sort(),
    ).toEqual(['http2rpcs h2r', 'mcpbridges mcpb', 'wasmplugins wp']);
  });

  it('are explained by their fields', async () => {
    const field = 'wasmplugins.extensions.higress.io.spec.matchRules.ingress';
    // The server publishes the schemas of new kinds a moment later.
    const text = await eventually('the schema is published', () => kubectl(['explain', field]));
    expect(text).toContain('Route names: `name` in the system namespace');
  });
});

describe('what users write', () => {
  it.each(Object.keys(GOOD))('is taken: %s', async (title) => {
    const manifest = GOOD[title] ?? '';
    const written = withoutNulls(parse(manifest) as KubeObjectJson);
    await namespace.apply(manifest);
    const stored = withoutNulls(await namespace.get(written.kind, written.metadata.name));
    expect(meaning(stored)).toEqual(meaning(written));
    expect(stored.spec).toMatchObject(written.spec ?? {});
    // Once more: nothing changes, though kubectl may send nulls again.
    expect(await namespace.apply(manifest)).toMatch(/\bnull\b/.test(manifest) ? /./ : / unchanged$/m);
    const again = await namespace.get(written.kind, written.metadata.name);
    expect(again.metadata.generation).toBe(stored.metadata.generation);
  });

  it.each(globSync('samples/**/*.{yaml,yaml.in}', { cwd: ROOT }).sort())('is taken: %s', async (file) => {
    const text = readFileSync(join(ROOT, file), 'utf8');
    const ours = parseAllDocuments(text).filter((document) =>
      String(document.get('apiVersion')).includes('higress.io'),
    );
    for (const document of ours) {
      document.setIn(['metadata', 'name'], 'sample');
      document.deleteIn(['metadata', 'namespace']);
      await namespace.kubectl(['create', '--dry-run=server', '-f', '-'], String(document));
    }
  });

  it('gets the defaults of its own fields, and none inside its lists', async () => {
    const plugin = await namespace.get('wp', 'raw');
    expect(withoutNulls(plugin.spec)).toEqual({
      url: 'file:///opt/plugins/waf.wasm',
      pluginName: 'waf',
      pluginConfig: { _rules_: [{ _match_domain_: ['a.example.com'], mode: 'strict' }] },
      matchRules: [{ config: { not: 'used' } }],
      vmConfig: {
        env: [
          { name: 'LEVEL', value: 'debug' },
          { name: 'POD_NAME', valueFrom: 'HOST' },
        ],
      },
      failStrategy: 'FAIL_CLOSE',
      imagePullPolicy: 'UNSPECIFIED_POLICY',
    });
  });

  it('loses fields that are not known, outside of configurations', async () => {
    const manifest = `
apiVersion: extensions.higress.io/v1alpha1
kind: WasmPlugin
metadata: {name: istio}
spec: {url: a, selector: {matchLabels: {a: b}}, matchRules: [{domain: [d], match: x, config: {match: x}}]}`;
    await expect(namespace.apply(manifest)).rejects.toThrow('unknown field "spec.selector"');
    await namespace.kubectl(['apply', '--validate=false', '-f', '-'], manifest);
    const { spec } = await namespace.get('wp', 'istio');
    expect(spec).not.toHaveProperty('selector');
    expect(spec?.matchRules).toEqual([{ domain: ['d'], config: { match: 'x' } }]);
  });

  it('may have thousands of rules and registries', async () => {
    const many = (count: number, of: (index: number) => unknown) =>
      Array.from({ length: count }, (_, index) => of(index));
    const plugin = {
      apiVersion: API_VERSIONS.WasmPlugin,
      kind: 'WasmPlugin',
      metadata: { name: 'many' },
      spec: { url: 'a', matchRules: many(5000, (index) => ({ ingress: [`shop/i${index}`], config: { index } })) },
    };
    const bridge = {
      apiVersion: API_VERSIONS.McpBridge,
      kind: 'McpBridge',
      metadata: { name: 'many' },
      spec: {
        registries: many(2000, (index) => ({
          type: 'dns',
          name: `n${index}`,
          domain: 'a.example.com',
          port: 80,
          protocol: 'HTTP',
        })),
      },
    };
    for (const object of [plugin, bridge]) await namespace.kubectl(['create', '-f', '-'], JSON.stringify(object));
    expect((await namespace.get('wp', 'many')).spec?.matchRules).toHaveLength(5000);
    await namespace.kubectl(['delete', 'wp,mcpb', 'many']);
  }, 30_000);
});

describe('what cannot work', () => {
  it.each(Object.keys(REFUSED))('is refused: %s', async (title) => {
    const { kind, spec, says } = REFUSED[title] ?? { kind: '', spec: '', says: '' };
    const manifest = `{apiVersion: ${API_VERSIONS[kind]}, kind: ${kind}, metadata: {name: refused}, spec: ${spec}}`;
    const refusal = await namespace.kubectl(['create', '-f', '-'], manifest).catch((error: Error) => error.message);
    expect(refusal).toContain(says);
  });
});

describe('status', () => {
  const manifest = GOOD['registries of every type'] ?? '';
  const status = {
    conditions: [condition('Accepted', 'False', 'RegistryUnavailable')],
    registriesReady: '1/2',
    registries: [
      { type: 'nacos2', name: 'n2', ready: true, services: 12 },
      { type: 'dns', name: 'd', ready: false, services: 0, lastError: 'refused', failingSince: '2026-01-02T03:04:05Z' },
    ],
  };

  it('is written apart from the spec', async () => {
    await namespace.apply(manifest);
    const before = await namespace.get('mcpb', 'default');
    expect(before.status).toBeUndefined();
    await namespace.patchStatus('mcpb', 'default', status);
    const after = await namespace.get('mcpb', 'default');
    expect(after.status).toEqual(status);
    expect([after.metadata.generation, after.spec]).toEqual([before.metadata.generation, before.spec]);
    const changed = JSON.stringify({ spec: { proxies: [] }, status: { registriesReady: '9/9' } });
    await namespace.kubectl(['patch', 'mcpb', 'default', '--type=merge', '-p', changed]);
    const edited = await namespace.get('mcpb', 'default');
    expect(edited.status).toEqual(status);
    expect(edited.metadata.generation).toBe((before.metadata.generation ?? 0) + 1);
  });

  it('has conditions of the form that Kubernetes knows', async () => {
    await namespace.apply(GOOD['a gRPC service'] ?? '');
    const refused = (conditions: unknown[]) =>
      namespace.patchStatus('h2r', 'grpc', { conditions }).then(
        () => 'taken',
        (error: Error) => error.message,
      );
    const good = condition('Accepted', 'True', 'Accepted');
    expect(await refused([{ ...good, status: 'true' }])).toContain('supported values: "True", "False", "Unknown"');
    expect(await refused([{ ...good, reason: 'not one word' }])).toContain('conditions[0].reason in body should match');
    expect(await refused([{ type: 'Accepted', status: 'True' }])).toContain('lastTransitionTime: Required value');
    expect(await refused([good, good])).toContain('Duplicate value');
    expect(await refused([good, condition('Programmed', 'Unknown', 'Pending')])).toBe('taken');
  });

  it('lets several writers own a condition each', async () => {
    const api = KubernetesObjectApi.makeApiClient(kubeConfig());
    await namespace.apply(GOOD['a plugin for everything'] ?? '');
    const apply = (manager: string, type: string) =>
      namespace.kubectl(
        ['apply', '--server-side', '--subresource=status', `--field-manager=${manager}`, '-f', '-'],
        JSON.stringify({
          apiVersion: API_VERSIONS.WasmPlugin,
          kind: 'WasmPlugin',
          metadata: { name: 'everywhere' },
          status: { conditions: [condition(type, 'True', type)] },
        }),
      );
    await apply('one', 'Accepted');
    await apply('two', 'Programmed');
    const stored = (await api.read({
      apiVersion: API_VERSIONS.WasmPlugin ?? '',
      kind: 'WasmPlugin',
      metadata: { name: 'everywhere', namespace: namespace.name },
    })) as unknown as { status: { conditions: { type: string }[] } };
    expect(stored.status.conditions.map(({ type }) => type).sort()).toEqual(['Accepted', 'Programmed']);
  });
});

describe('kubectl get', () => {
  it('tells how the objects are', async () => {
    await namespace.apply(GOOD['registries of every type'] ?? '');
    await namespace.patchStatus('mcpb', 'default', {
      conditions: [condition('Accepted', 'False', 'RegistryInvalid')],
      registriesReady: '9/10',
    });
    await namespace.apply(GOOD['a plugin with rules'] ?? '');
    await namespace.patchStatus('wp', 'rules', {
      conditions: [condition('Accepted', 'True', 'Accepted'), condition('Programmed', 'Unknown', 'Pending')],
      runsAs: 'native',
    });
    const rows = async (...args: string[]) => table(await namespace.kubectl(['get', ...args]));
    expect(await rows('mcpb', 'default')).toEqual([
      { NAME: 'default', READY: '9/10', ACCEPTED: 'False', AGE: expect.stringMatching(/^\d+\w/) },
    ]);
    expect(await rows('wp', 'rules')).toEqual([
      expect.objectContaining({
        NAME: 'rules',
        PHASE: 'AUTHN',
        PRIORITY: '310',
        ACCEPTED: 'True',
        PROGRAMMED: 'Unknown',
        'RUNS AS': 'native',
      }),
    ]);
    expect(await rows('wp', 'rules', '-o', 'wide')).toEqual([
      expect.objectContaining({ URL: 'oci://registry.example.com/plugins/key-auth:1.0.0', REASON: 'Accepted' }),
    ]);
    expect(await rows('h2r', 'dubbo')).toEqual([expect.objectContaining({ SERVICE: 'com.example.Greeter' })]);
  });
});

/** Without nulls, which say nothing: the API server leaves them out where the field is not nullable. */
function withoutNulls<T>(value: T): T {
  return JSON.parse(
    JSON.stringify(value, (key, inner) => (inner === null && !/^\d+$/.test(key) ? undefined : inner)),
  ) as T;
}
