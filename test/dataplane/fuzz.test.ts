/** Whatever mutated manifests turn into, Envoy takes it: one value that it refuses would hold up all routes of its table. `FUZZ_SEED`, `FUZZ_FROM` and `FUZZ_COUNT` choose others. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { translateOffline } from '#app/offline.ts';
import { catalogue } from '#plugins/index.ts';
import { adsBootstrap, type Envoy, socketDir, startEnvoy } from '#test/envoy.ts';
import { buildOptionsIn } from '#test/static-envoy.ts';
import { SILENT } from '#test/xds.ts';
import { createBuilder } from '#xds/build/build.ts';
import { AdsServer, type NackReport } from '#xds/server/index.ts';
import { SnapshotStore } from '#xds/snapshot/index.ts';
import { mutation } from '../fuzz/mutation.ts';

const MUTATIONS = Number(process.env.FUZZ_COUNT ?? 200);
const FROM = Number(process.env.FUZZ_FROM ?? 0);
const seed = Number(process.env.FUZZ_SEED ?? 1);
const OFFLINE = { systemNamespace: 'higress-system', ingressClass: 'higress' };

const sockets = socketDir();
const folder = mkdtempSync(join(tmpdir(), 'higress-fuzz-'));
const store = new SnapshotStore();
const nacks: NackReport[] = [];
let server: AdsServer;
let envoy: Envoy;

/** Files of access logs: whether they can be opened is not to be seen in a manifest. */
const OF_THIS_MACHINE = /unable to open file/;

/** Modules of users are left out: there is nothing to fetch them from. */
const builder = createBuilder(buildOptionsIn(sockets), catalogue);

function publish(bytes: Buffer): void {
  const file = join(folder, 'mutated.yaml');
  writeFileSync(file, bytes);
  store.set(builder.build(translateOffline([file], OFFLINE).gateway).resources);
}

beforeAll(async () => {
  publish(Buffer.from(''));
  server = new AdsServer({ store, log: SILENT, onNack: (report) => nacks.push(report), readyWaitMs: 50 });
  const adsSocket = join(sockets, 'ads.sock');
  await server.listen({ address: { path: adsSocket } });
  envoy = await startEnvoy(adsBootstrap({ nodeId: 'fuzz', adsSocket, protocol: 'delta' }));
  await envoy.ready();
}, 60_000);

afterAll(async () => {
  await envoy?.stop();
  await server?.stop();
  for (const dir of [sockets, folder]) rmSync(dir, { recursive: true, force: true });
});

describe('mutated manifests', () => {
  it(
    'turn into nothing that Envoy refuses',
    async () => {
      const refused: string[] = [];
      for (let index = FROM; index < FROM + MUTATIONS; index += 1) {
        const { name, bytes } = mutation(seed, index);
        nacks.length = 0;
        publish(bytes);
        if (!(await server.whenAcknowledged(10_000)))
          refused.push(
            `--seed ${seed} --only ${index}: ${name}: no answer: ${JSON.stringify(server.allAcknowledged())}`,
          );
        for (const { resourceName, detail } of nacks.filter(({ detail }) => !OF_THIS_MACHINE.test(detail)))
          refused.push(`--seed ${seed} --only ${index}: ${name}: ${resourceName}: ${detail}`);
      }
      expect(refused).toEqual([]);
    },
    60_000 + MUTATIONS * 500,
  );
});
