/** The left end in standalone: a folder of manifests, watched. */
import { type FSWatcher, watch } from 'node:fs';
import { join } from 'node:path';
import type { Problem } from '#ir/types.ts';
import { type Clock, systemClock } from '#lib/clock.ts';
import type { Logger } from '#lib/log.ts';
import type { ReaderOptions } from './file.ts';
import type { WorldPart } from './kinds.ts';
import { ManifestTree, SETTLE_MS } from './tree.ts';

export interface FileSourceOptions extends ReaderOptions {
  readonly dir: string;
  readonly log: Pick<Logger, 'info' | 'warn'>;
  /** Called at the start and whenever objects or problems changed. */
  readonly onWorld: (part: WorldPart, problems: readonly Problem[]) => void;
  /** A burst of file events is one reading. Default 10 ms. */
  readonly debounceMs?: number;
  /** Everything is looked at again this often, in case an event was lost. Default 5 s. */
  readonly rescanMs?: number;
  readonly clock?: Clock;
}

export class FileSource {
  readonly #options: FileSourceOptions;
  readonly #tree: ManifestTree;
  readonly #clock: Clock;
  readonly #watchers = new Map<string, { readonly watcher: FSWatcher; readonly inode: number }>();
  #touched = new Set<string>();
  #all = false;
  #cancelRead: (() => void) | undefined;
  #cancelRescan: (() => void) | undefined;
  #unwatched = false;

  constructor(options: FileSourceOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#tree = new ManifestTree([options.dir], options);
  }

  /** Reads everything once, calls `onWorld`, and goes on watching. */
  start(): void {
    this.#scan();
    this.#emit();
    this.#scheduleRescan();
  }

  stop(): void {
    this.#cancelRead?.();
    this.#cancelRescan?.();
    for (const { watcher } of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
    this.#cancelRead = undefined;
    this.#cancelRescan = undefined;
  }

  /** Number of manifest files. */
  get files(): number {
    return this.#tree.files;
  }

  #emit(): void {
    this.#options.onWorld(this.#tree.part, this.#tree.problems);
  }

  /** Reads everything; folders that are new are watched and read again, since something may have come in between. */
  #scan(): boolean {
    let changed = this.#tree.scan();
    while (this.#watchFolders()) changed = this.#tree.scan() || changed;
    return changed;
  }

  /** One watcher per folder: unlike Node's recursive watching this also sees what links lead to. True when one was added. */
  #watchFolders(): boolean {
    const { folders } = this.#tree;
    for (const [folder, { watcher, inode }] of this.#watchers) {
      if (folders.get(folder) === inode) continue;
      watcher.close();
      this.#watchers.delete(folder);
    }
    let added = false;
    for (const [folder, inode] of folders) added = (!this.#watchers.has(folder) && this.#watch(folder, inode)) || added;
    return added;
  }

  #watch(folder: string, inode: number): boolean {
    const { log } = this.#options;
    try {
      const watcher = watch(folder);
      watcher.on('change', (_event, name) => this.#touch(folder, name === null ? undefined : String(name)));
      watcher.on('error', () => {
        // The folder went away; the scan that follows says what is left.
        watcher.close();
        if (this.#watchers.get(folder)?.watcher === watcher) this.#watchers.delete(folder);
        this.#touch(folder, undefined);
      });
      this.#watchers.set(folder, { watcher, inode });
      return true;
    } catch (error) {
      if (!this.#unwatched)
        log.warn({ folder, error: (error as Error).message }, 'folder cannot be watched; it is read at intervals');
      this.#unwatched = true;
      return false;
    }
  }

  #touch(folder: string, name: string | undefined): void {
    if (name === undefined) this.#all = true;
    else this.#touched.add(join(folder, name));
    this.#cancelRead ??= this.#clock.after(this.#options.debounceMs ?? 10, () => this.#read());
  }

  #read(everything = false): void {
    this.#cancelRead = undefined;
    const touched = this.#touched;
    const all = this.#all || everything;
    this.#touched = new Set();
    this.#all = false;
    const changed = (all ? undefined : this.#tree.refresh(touched)) ?? this.#scan();
    if (changed) this.#emit();
    if (this.#tree.unsettled) this.#cancelRead ??= this.#clock.after(SETTLE_MS, () => this.#read(true));
  }

  #scheduleRescan(): void {
    this.#cancelRescan = this.#clock.after(this.#options.rescanMs ?? 5_000, () => {
      if (this.#scan()) this.#emit();
      this.#scheduleRescan();
    });
  }
}
