/** `higress config`: what Envoy itself has, by section of its `config_dump`; secrets are redacted. */
import { stringify } from 'yaml';
import { choosePod } from '#app/cluster/controllers.ts';
import { type Dump, podSection, sectionOf } from '#app/cluster/envoy-dump.ts';
import { readInventory } from '#app/cluster/inventory.ts';
import { answering, note, type Place, type PlaceFlags, placeOf } from './ask.ts';

interface Options extends PlaceFlags {
  /** Name of a gateway pod; absent: the first that is ready. */
  readonly pod?: string;
  readonly output: string;
}

/** By the last word of the type of each part of the dump. */
export const CONFIG_SECTIONS: Readonly<Record<string, string>> = {
  bootstrap: 'BootstrapConfigDump',
  listener: 'ListenersConfigDump',
  route: 'RoutesConfigDump',
  cluster: 'ClustersConfigDump',
  endpoint: 'EndpointsConfigDump',
  secret: 'SecretsConfigDump',
};

export function config(section: string, options: Options): Promise<void> {
  return answering(async () => {
    const value = await sectionAt(await placeOf(options), CONFIG_SECTIONS[section] ?? section, options.pod);
    process.stdout.write(
      options.output === 'yaml' ? stringify(value, { lineWidth: 0 }) : `${JSON.stringify(value, null, 2)}\n`,
    );
  });
}

async function sectionAt(place: Place, type: string, podName: string | undefined): Promise<object> {
  if ('admin' in place) return sectionOf((await place.admin.page('envoy')) as Dump, type);
  const { cluster } = place;
  const inventory = await readInventory(cluster);
  const { pod, note: choice } = choosePod(cluster, inventory, 'gateway', podName);
  if (choice !== undefined) note(`${choice}; --pod names another`);
  return podSection(cluster, inventory, pod, type);
}
