/** Files and folders read once, for `higress check` and `higress render`. */
import type { Problem } from '#ir/types.ts';
import type { World } from '#model/world.ts';
import type { ReaderOptions } from './file.ts';
import { ManifestTree } from './tree.ts';

export interface LoadedPaths {
  readonly world: World;
  readonly problems: readonly Problem[];
  /** Number of files read. */
  readonly files: number;
}

/** Never throws: a path that cannot be read is a problem. */
export function loadPaths(paths: readonly string[], options: ReaderOptions): LoadedPaths {
  const tree = new ManifestTree(paths, options);
  tree.scan();
  return { world: { ...tree.part, registryServices: [] }, problems: tree.problems, files: tree.files };
}
