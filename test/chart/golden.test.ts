/** Ten ways to install: `values/NAME.yaml` in, `golden/NAME.yaml` out. UPDATE_GOLDEN=1 writes what helm renders now; read the difference. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { CHART, documents, helm, type Rendered, template } from './helm.ts';

const folder = fileURLToPath(new URL('.', import.meta.url));
const sets = readdirSync(`${folder}/values`).map((name) => name.replace('.yaml', ''));
const valuesOf = (set: string) => readFileSync(`${folder}/values/${set}.yaml`, 'utf8');

const UNPRIVILEGED = ['default', 'local', 'umbrella', 'one-namespace', 'sidecar', 'production', 'settings', 'redis'];

it.each(['monitoring.coreos.com', 'operator.victoriametrics.com'])(
  'names the AI counters as Higress does, and keeps relabelling of the values: %s',
  async (provider) => {
    const own = [{ action: 'labeldrop', regex: 'x' }];
    const values = {
      gateway: { metrics: { enabled: true, provider, metricRelabelings: own, metricRelabelConfigs: own } },
    };
    const monitor = documents(await template(JSON.stringify(values))).find(({ kind }) =>
      /Pod(Monitor|Scrape)$/.test(kind),
    );
    const [endpoint] = monitor?.spec.podMetricsEndpoints ?? [];
    const [name, consumer, last] = endpoint.metricRelabelings ?? endpoint.metricRelabelConfigs;
    const counter = 'route_upstream_model_consumer_metric_input_token';
    expect(`envoy_${counter}`.replace(new RegExp(`^(?:${name.regex})$`), name.replacement)).toBe(counter);
    expect(`${counter};-`).toMatch(new RegExp(`^(?:${consumer.regex})$`));
    expect([name.targetLabel, consumer.targetLabel, consumer.replacement, last]).toEqual([
      '__name__',
      'ai_consumer',
      'none',
      own[0],
    ]);
  },
);

describe.each(sets)('with the values of %s', (set) => {
  it('is free of lint, and renders as the golden file says, with helm 3 and helm 4', async () => {
    await helm(['lint', '--strict', CHART, '--values', `${folder}/values/${set}.yaml`]);
    const rendered = await template(valuesOf(set));
    const file = `${folder}/golden/${set}.yaml`;
    if (process.env.UPDATE_GOLDEN) writeFileSync(file, rendered);
    if (!existsSync(file)) throw new Error(`${file} is missing; write it with UPDATE_GOLDEN=1 and read it`);
    expect(rendered).toBe(readFileSync(file, 'utf8'));
    expect(documents(await template(valuesOf(set), { version: '3' }))).toEqual(documents(rendered));
  });

  it('has no two objects of one name, and no pod that may more than it must', async () => {
    const objects = documents(await template(valuesOf(set)));
    const names = objects.map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`);
    expect(new Set(names).size).toBe(names.length);
    for (const pod of objects.flatMap(podOf)) {
      expect(pod.securityContext.seccompProfile).toEqual({ type: 'RuntimeDefault' });
      if (UNPRIVILEGED.includes(set)) expect(pod.securityContext).toMatchObject({ runAsNonRoot: true });
      for (const container of [...(pod.initContainers ?? []), ...pod.containers])
        expect(container.securityContext).toMatchObject({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
      expect(pod.automountServiceAccountToken === false || pod.containers[0].name === 'higress-core').toBe(true);
    }
  });

  it('selects the pods that it makes', async () => {
    const objects = documents(await template(valuesOf(set)));
    for (const { kind, spec } of objects) {
      if (!['Deployment', 'DaemonSet', 'StatefulSet'].includes(kind)) continue;
      expect(spec.template.metadata.labels).toMatchObject(spec.selector.matchLabels);
    }
    const pods = objects.flatMap((one) =>
      one.spec?.template === undefined ? [] : [one.spec.template.metadata.labels],
    );
    for (const { kind, spec } of objects)
      if (kind === 'Service') expect(pods).toContainEqual(expect.objectContaining(spec.selector));
  });
});

it('ten value sets', () => {
  expect(sets).toHaveLength(10);
});

function podOf(object: Rendered) {
  if (object.kind === 'Pod') return [object.spec];
  return object.spec?.template === undefined ? [] : [object.spec.template.spec];
}
