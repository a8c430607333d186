/** What manifests would change if they were applied to what runs here: the answer to `POST /debug/diff`. Nothing is served, fetched or kept. */
import { z } from 'zod';
import { translateWorld } from '#app/offline.ts';
import { KNOWN_OFFLINE, offlineServices } from '#app/offline-registries.ts';
import { viewOfTranslation } from '#app/view.ts';
import { diffGateways, type GatewayDiff } from '#explain/diff.ts';
import type { Problem } from '#ir/types.ts';
import { bridgeCounts, type McpBridge } from '#model/mcp-bridge.ts';
import type { KubeObject } from '#model/object.ts';
import type { RegistryService } from '#model/registry-service.ts';
import type { World, WorldSettings } from '#model/world.ts';
import { type Entry, ManifestFile } from '#sources/files/file.ts';
import { EMPTY_PART, keyOf, PART_KEYS, type WorldPart } from '#sources/files/kinds.ts';

/** Manifests as they stand in the files of whoever asks. */
export const diffQuestionSchema = z.object({ files: z.array(z.object({ path: z.string(), text: z.string() })) });

export type DiffQuestion = z.infer<typeof diffQuestionSchema>;

/** Objects that `kubectl apply` takes and a gateway has no use for. */
const NOT_OURS = 'KindIgnored';

export function previewDiff(world: World, settings: WorldSettings, question: DiffQuestion, now: Date): GatewayDiff {
  const files = question.files.map(({ path, text }) => {
    const file = new ManifestFile(path, settings);
    file.update(Buffer.from(text));
    return file.content;
  });
  const entries = files.flatMap((file) => file.entries);
  const problems = files.flatMap((file) => file.problems).filter(({ reason }) => reason !== NOT_OURS);
  const known = { httpsPublicPort: settings.httpsPublicPort, registriesAsked: true };
  const view = (of: World, more: readonly Problem[]) => {
    const translated = translateWorld(of, settings);
    const registries = offlineServices(of, settings.systemNamespace);
    return viewOfTranslation(
      { ...translated, problems: [...more, ...registries.problems, ...translated.problems] },
      known,
    );
  };
  return diffGateways(view(world, []), view(applied(world, entries, settings, now), problems));
}

/** The world with the objects in it: new ones are the youngest, others keep their age. */
function applied(world: World, entries: readonly Entry[], settings: WorldSettings, now: Date): World {
  const lists = PART_KEYS.map((part) => {
    const mine = entries.filter((entry) => entry.part === part).map(({ object }) => object);
    return [part, mine.length === 0 ? world[part] : overlaid(world[part], mine, now)] as const;
  });
  const part = Object.fromEntries(lists) as unknown as WorldPart;
  const bridge = part.mcpBridges.find((one) => bridgeCounts(one, settings.systemNamespace));
  const changed = bridge !== undefined && !world.mcpBridges.includes(bridge);
  return { ...part, registryServices: changed ? servicesOf(bridge, world, settings) : world.registryServices };
}

function overlaid(before: readonly KubeObject[], objects: readonly KubeObject[], now: Date): KubeObject[] {
  const created = new Map(before.map((object) => [keyOf(object), object.metadata.creationTimestamp]));
  const next = new Map(before.map((object) => [keyOf(object), object]));
  for (const object of objects) {
    const creationTimestamp = created.get(keyOf(object)) ?? now.toISOString();
    next.set(keyOf(object), { ...object, metadata: { ...object.metadata, creationTimestamp } });
  }
  return [...next.values()];
}

/** `static` and `dns` as the new object has them; of registries that are asked, what they said so far. */
function servicesOf(bridge: McpBridge, world: World, { systemNamespace }: WorldSettings): RegistryService[] {
  const { services } = offlineServices({ ...EMPTY_PART, mcpBridges: [bridge] }, systemNamespace);
  const stay = new Set(bridge.spec.registries.map(({ config }) => `${config.type}/${config.name}`));
  const asked = world.registryServices.filter(
    ({ registry }) => stay.has(`${registry.type}/${registry.name}`) && !KNOWN_OFFLINE.includes(registry.type),
  );
  return [...services, ...asked];
}
