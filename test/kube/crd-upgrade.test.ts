/** A cluster that comes from a laxer definition: what is stored there stays, can be labelled and gets its status; only edits must be right. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { customResourceDefinition } from '#model/crd/definition.ts';
import { CRD_KINDS, type CrdKind } from '#model/crd/kinds.ts';
import { eventually } from '#test/gateway.ts';
import { type KubeNamespace, kubectl, kubeNamespace } from '#test/kube.ts';

/** In a group of its own, so that the other files keep their definitions. */
const GROUP = 'upgrade.example.com';
const RESOURCE = `mcpbridges.${GROUP}`;

const current = (): CrdKind => {
  const found = CRD_KINDS.find(({ kind }) => kind === 'McpBridge');
  if (found === undefined) throw new Error('McpBridge has no definition');
  return { ...found, group: GROUP, shortNames: [], categories: [] };
};

const lax = (): CrdKind => ({
  ...current(),
  spec: z.object({
    registries: z.array(z.object({ type: z.string(), name: z.string(), domain: z.string(), port: z.int() })),
  }),
  rules: {},
});

const bridge = (name: string, registries: readonly object[]) =>
  JSON.stringify({ apiVersion: `${GROUP}/v1`, kind: 'McpBridge', metadata: { name }, spec: { registries } });

const BAD = { type: 'etcd', name: 'a', port: 70_000 };
const GOOD = { type: 'static', name: 's', domain: '192.0.2.1:80', port: 80 };

let namespace: KubeNamespace;
const define = (kind: CrdKind) => kubectl(['apply', '-f', '-'], JSON.stringify(customResourceDefinition(kind)));

beforeAll(async () => {
  await define(lax());
  await kubectl(['wait', '--for=condition=Established', '--timeout=60s', `crd/${RESOURCE}`]);
  namespace = await kubeNamespace('upgrade');
  await eventually('the kind is served', () => namespace.apply(bridge('old', [BAD, GOOD])));
  await define(current());
  const refused = (error: Error) => error.message.includes('Unsupported value: "etcd"');
  const probe = ['create', '--dry-run=server', '-f', '-'];
  await eventually('the new schema holds', () =>
    namespace.kubectl(probe, bridge('new', [BAD])).then(() => false, refused),
  );
}, 60_000);

afterAll(async () => {
  await namespace?.dispose();
  await kubectl(['delete', 'crd', RESOURCE, '--wait=false']);
});

describe('an object that the old definition let through', () => {
  it('gets its status', async () => {
    const accepted = {
      type: 'Accepted',
      status: 'False',
      reason: 'Invalid',
      message: 'spec.registries[0].type is not valid',
      lastTransitionTime: '2026-01-02T03:04:05Z',
    };
    await namespace.patchStatus(RESOURCE, 'old', { conditions: [accepted] });
    expect((await namespace.get(RESOURCE, 'old')).status).toEqual({ conditions: [accepted] });
  });

  it('can be changed elsewhere', async () => {
    await namespace.kubectl(['label', RESOURCE, 'old', 'team=blue']);
    expect((await namespace.get(RESOURCE, 'old')).spec).toEqual({ registries: [BAD, GOOD] });
  });

  it('must be right where it is edited', async () => {
    await expect(namespace.apply(bridge('old', [{ ...BAD, type: 'zk' }, GOOD]))).rejects.toThrow(
      'spec.registries[0].type: Unsupported value: "zk"',
    );
    await namespace.apply(bridge('old', [GOOD]));
  });
});
