/** A folder tree (or single files) of manifests: finds the files, and reads only those that changed. */
import { readdirSync, readFileSync, realpathSync, type Stats, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Problem } from '#ir/types.ts';
import { type KubeObject, originOf } from '#model/object.ts';
import { MAX_FILE_BYTES } from './documents.ts';
import { type Entry, ManifestFile, type ReaderOptions, tooLarge } from './file.ts';
import { EMPTY_PART, keyOf, PART_KEYS, type WorldPart } from './kinds.ts';

const ENDING = /\.(ya?ml|json)$/i;

interface Known {
  readonly file: ManifestFile;
  /** Size, times and inode: differs when the content may differ. */
  stamp: string;
  /** When the file was first seen empty although it had objects. */
  emptySince?: number;
}

/** A file that became empty is taken for one that is about to be filled, for this long. */
export const SETTLE_MS = 150;

interface Found {
  readonly paths: Map<string, Stats>;
  readonly folders: Map<string, number>;
  readonly problems: Problem[];
}

/** All reading is synchronous: the files are small and local, and a scan must see one state of the folder. */
export class ManifestTree {
  readonly #roots: readonly string[];
  readonly #options: ReaderOptions;
  readonly #known = new Map<string, Known>();
  #folders: ReadonlyMap<string, number> = new Map();
  #treeProblems: readonly Problem[] = [];
  #part: WorldPart = EMPTY_PART;
  #problems: readonly Problem[] = [];

  readonly #now: () => number;

  constructor(roots: readonly string[], options: ReaderOptions, now: () => number = Date.now) {
    this.#roots = roots;
    this.#options = options;
    this.#now = now;
  }

  /** Some file is empty that had objects; look again after `SETTLE_MS`. */
  get unsettled(): boolean {
    return [...this.#known.values()].some(({ emptySince }) => emptySince !== undefined);
  }

  /** Objects in order of path and of place in the file; lists of kinds that did not change are the same lists. */
  get part(): WorldPart {
    return this.#part;
  }

  get problems(): readonly Problem[] {
    return this.#problems;
  }

  /** Folders seen by the last scan, those behind links included, with their inodes. */
  get folders(): ReadonlyMap<string, number> {
    return this.#folders;
  }

  /** Paths of the files that were read, in no order. */
  get paths(): readonly string[] {
    return [...this.#known.keys()];
  }

  /** Number of files read. */
  get files(): number {
    return this.#known.size;
  }

  /** Walks all folders. True when objects or problems changed. */
  scan(): boolean {
    const problems: Problem[] = [];
    const paths = new Map<string, Stats>();
    const folders = new Map<string, number>();
    for (const root of this.#roots) this.#walk(root, true, new Set(), { paths, folders, problems });
    this.#folders = folders;
    let changed =
      problems.length !== this.#treeProblems.length ||
      problems.some((problem, index) => problem.message !== this.#treeProblems[index]?.message);
    if (changed) this.#treeProblems = problems;
    for (const path of this.#known.keys()) {
      if (paths.has(path)) continue;
      this.#known.delete(path);
      changed = true;
    }
    for (const [path, stats] of paths) changed = this.#check(path, stats) || changed;
    return changed && this.#assemble();
  }

  /** Looks at single files. Undefined when that is not enough, for example because one is new or gone: then `scan` is called for. */
  refresh(paths: Iterable<string>): boolean | undefined {
    let changed = false;
    for (const path of paths) {
      if (!this.#known.has(path)) return undefined;
      const stats = attempt(() => statSync(path));
      if (!(stats.ok && stats.value.isFile())) return undefined;
      changed = this.#check(path, stats.value) || changed;
    }
    return changed && this.#assemble();
  }

  #walk(path: string, given: boolean, above: ReadonlySet<string>, found: Found): void {
    const { problems } = found;
    const stats = attempt(() => statSync(path));
    if (!stats.ok) {
      // A link whose target is gone, a file deleted a moment ago: not there, unless it was asked for by name.
      if (given || stats.code !== 'ENOENT') problems.push(unreadable(path, stats.code));
      return;
    }
    if (stats.value.isDirectory()) {
      const real = attempt(() => realpathSync(path));
      const names = attempt(() => readdirSync(path));
      if (!real.ok || !names.ok) {
        problems.push(unreadable(path, !real.ok ? real.code : !names.ok ? names.code : ''));
        return;
      }
      if (above.has(real.value)) {
        problems.push(unreadable(path, 'ELOOP'));
        return;
      }
      found.folders.set(path, stats.value.ino);
      const inside = new Set([...above, real.value]);
      for (const name of names.value.sort()) {
        // Hidden files are editors' and mounts' own; the links beside a mount's `..data` lead to its files.
        if (name.startsWith('.') || name === 'node_modules') continue;
        this.#walk(join(path, name), false, inside, found);
      }
    } else if (stats.value.isFile() && (given || ENDING.test(path))) {
      found.paths.set(path, stats.value);
    } else if (given) {
      problems.push(unreadable(path, 'it is neither a file nor a folder'));
    }
  }

  /** True when the file was read again. */
  #check(path: string, stats: Stats): boolean {
    const stamp = `${stats.ino} ${stats.size} ${stats.mtimeMs} ${stats.ctimeMs}`;
    const known = this.#known.get(path) ?? { file: new ManifestFile(path, this.#options), stamp: '' };
    if (known.stamp === stamp) return false;
    if (stats.size === 0 && known.file.content.entries.length > 0) {
      known.emptySince ??= this.#now();
      if (this.#now() - known.emptySince < SETTLE_MS) return false;
    }
    delete known.emptySince;
    known.stamp = stamp;
    this.#known.set(path, known);
    if (stats.size > MAX_FILE_BYTES) known.file.fail(...tooLarge(stats.size));
    else {
      const bytes = attempt(() => readFileSync(path));
      if (bytes.ok) known.file.update(bytes.value);
      else known.file.fail(`${path} cannot be read: ${bytes.code}`, 'check the permissions of the file');
    }
    return true;
  }

  #assemble(): boolean {
    const files = [...this.#known.values()].map(({ file }) => file).sort((a, b) => (a.path < b.path ? -1 : 1));
    const problems = [...this.#treeProblems, ...files.flatMap(({ content }) => content.problems)];
    const seen = new Map<string, KubeObject>();
    const unique: Entry[] = [];
    for (const entry of files.flatMap(({ content }) => content.entries)) {
      const key = keyOf(entry.object);
      const first = seen.get(key);
      if (first !== undefined) {
        problems.push(duplicate(entry.object, first));
        continue;
      }
      seen.set(key, entry.object);
      unique.push(entry);
    }
    const part = partOf(unique, this.#part);
    const sameProblems = JSON.stringify(problems) === JSON.stringify(this.#problems);
    if (part === this.#part && sameProblems) return false;
    this.#part = part;
    if (!sameProblems) this.#problems = problems;
    return true;
  }
}

function partOf(entries: readonly Entry[], before: WorldPart): WorldPart {
  const lists = Object.fromEntries(
    PART_KEYS.map((key) => {
      const list = entries.flatMap(({ part, object }) => (part === key ? [object] : []));
      const old: readonly KubeObject[] = before[key];
      const same = list.length === old.length && list.every((object, index) => object === old[index]);
      return [key, same ? old : list];
    }),
  ) as unknown as WorldPart;
  return PART_KEYS.every((key) => lists[key] === before[key]) ? before : lists;
}

function duplicate(object: KubeObject, first: KubeObject): Problem {
  return {
    severity: 'error',
    reason: 'DuplicateObject',
    origin: originOf(object),
    message: `${keyOf(object)} stands twice; the one in ${first.file ?? 'another file'} counts`,
    hint: 'delete or rename one of them',
  };
}

const WHY: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'permission is denied',
  ELOOP: 'its links lead back to it',
  ENAMETOOLONG: 'its name is too long',
};

function unreadable(path: string, code: string): Problem {
  const message = `${path} cannot be read: ${WHY[code] ?? code}`;
  return {
    severity: 'error',
    reason: 'FileUnreadable',
    origin: { kind: 'File', namespace: '', name: path, file: path },
    message,
  };
}

type Attempt<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly code: string };

function attempt<T>(action: () => T): Attempt<T> {
  try {
    return { ok: true, value: action() };
  } catch (error) {
    return { ok: false, code: (error as NodeJS.ErrnoException).code ?? String(error) };
  }
}
