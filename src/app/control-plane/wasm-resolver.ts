/**
 * Asks the plugin server for the modules that WasmPlugins name, and remembers the answers for the (pure) builder. When an answer changes, the pipeline runs
 * again: routes name a module only when it is warm.
 */
import type { WasmModuleRef } from '#ir/types.ts';
import { contentHash } from '#lib/hash.ts';
import type { Logger } from '#lib/log.ts';
import type { WasmResolution } from '#xds/build/options.ts';
import { askForModule, type ModuleServer } from './module-client.ts';
import type { PullCredentials } from './pull-credentials.ts';

export interface WasmResolverOptions {
  readonly server: ModuleServer;
  /** Docker-config credentials of a `namespace/name` Secret for a registry host. */
  readonly credentials: (pullSecret: string, url: string) => PullCredentials;
  readonly onChange: () => void;
  readonly log: Logger;
  readonly pollMs?: number;
  readonly recheckMs?: number;
}

const RECHECK_MS = 5_000;
/** While a module is missing somewhere. */
const LOST_MS = 1_000;

interface Entry {
  readonly ref: WasmModuleRef;
  readonly pull: PullCredentials | undefined;
  resolution: WasmResolution;
  final: boolean;
  /** Nobody had it to give for a while, or not everybody: an Envoy that asked then may have given up. */
  lost: boolean;
  /** How often it came back after that. */
  returns: number;
}

export class WasmResolver {
  readonly #options: WasmResolverOptions;
  readonly #known = new Map<string, Entry>();
  #timer: NodeJS.Timeout | undefined;
  #asking: Promise<void> | undefined;
  #recheck: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(options: WasmResolverOptions) {
    this.#options = options;
  }

  /** What is known now; an unknown module is asked for, and `onChange` is called when the answer is there. */
  moduleUri(ref: WasmModuleRef): WasmResolution {
    const pull = ref.pullSecret === undefined ? undefined : this.#options.credentials(ref.pullSecret, ref.url);
    // A corrected Secret is a new question.
    const key = contentHash([ref, pull]);
    const known = this.#known.get(key);
    if (known !== undefined) return known.resolution;
    const resolution: WasmResolution = { ready: false, pending: true, reason: `${ref.url} is being fetched` };
    this.#known.set(key, { ref, pull, resolution, final: false, lost: false, returns: 0 });
    this.#schedule(0);
    return resolution;
  }

  /** True while the first answer for some module is not there yet. */
  get pending(): boolean {
    return [...this.#known.values()].some(({ resolution }) => !resolution.ready && resolution.pending === true);
  }

  status(): { url: string; resolution: WasmResolution }[] {
    return [...this.#known.values()].map(({ ref, resolution }) => ({ url: ref.url, resolution }));
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#recheck);
    await this.#asking;
  }

  #schedule(delayMs: number): void {
    if (this.#stopped || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#asking = this.#askAll().finally(() => {
        this.#asking = undefined;
        if ([...this.#known.values()].some(({ resolution, final }) => !resolution.ready && !final))
          this.#schedule(this.#options.pollMs ?? 200);
      });
    }, delayMs);
  }

  /**
   * A module that is ready is asked for again now and then: replicas of the plugin server that came later fetch it by that. And when it was missing for a
   * while, it gets another address, so that an Envoy that did not get it meanwhile asks once more; the others have it by its digest.
   */
  #askAgain(): void {
    if (this.#stopped) return;
    this.#recheck ??= setTimeout(
      () => {
        this.#recheck = undefined;
        const ready = [...this.#known.values()].filter(({ resolution }) => resolution.ready);
        this.#asking = Promise.all([this.#asking, ...ready.map((entry) => this.#askOnce(entry))]).then(
          ([, ...back]) => {
            if (back.includes(true) && !this.#stopped) this.#options.onChange();
            this.#askAgain();
          },
        );
      },
      this.#lost ? LOST_MS : (this.#options.recheckMs ?? RECHECK_MS),
    );
  }

  get #lost(): boolean {
    return [...this.#known.values()].some(({ lost }) => lost);
  }

  /** True when the module has another address now. */
  async #askOnce(entry: Entry): Promise<boolean> {
    const state = await this.#ask(entry);
    if (state.state !== 'ready') entry.lost = true;
    if (state.state !== 'ready' || !entry.lost) return false;
    entry.lost = false;
    entry.returns += 1;
    entry.resolution = resolved(state.sha256, entry.returns);
    return true;
  }

  #ask({ ref, pull }: Entry): ReturnType<typeof askForModule> {
    return askForModule(this.#options.server, {
      url: ref.url,
      sha256: ref.sha256,
      pullPolicy: ref.pullPolicy,
      ...(pull === undefined || 'problem' in pull ? {} : { credentials: pull }),
    });
  }

  async #askAll(): Promise<void> {
    let changed = false;
    for (const entry of this.#known.values()) {
      if (entry.resolution.ready || entry.final) continue;
      const state = await this.#ask(entry);
      if (state.state === 'pending' || state.state === 'unreachable') continue;
      const before = JSON.stringify(entry.resolution);
      if (state.state === 'ready') {
        entry.resolution = resolved(state.sha256, entry.returns);
      } else {
        // Without credentials the pull was tried all the same: most images are public.
        const why = entry.pull !== undefined && 'problem' in entry.pull ? `; ${entry.pull.problem}` : '';
        entry.resolution = { ready: false, reason: state.reason + why };
        entry.final = state.final;
      }
      changed ||= before !== JSON.stringify(entry.resolution);
    }
    if (changed && !this.#stopped) this.#options.onChange();
    this.#askAgain();
  }
}

function resolved(sha256: string, returns: number): WasmResolution {
  const again = returns === 0 ? '' : `?again=${returns}`;
  return { ready: true, uri: `http://plugin-server/wasm/${sha256}.wasm${again}`, sha256 };
}
