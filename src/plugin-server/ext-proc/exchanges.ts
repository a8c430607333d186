/** Begins exchanges of Envoy, whatever carries them, on the chains that they name. */
import type { HostServices, PluginLog } from '#plugin-sdk/host.ts';
import type { ChainStore } from '../chain-store.ts';
import type { StreamMetadata } from './facts.ts';
import { ProcessingStream, type StreamDeps, type Transport } from './stream.ts';
import { Waits } from './waits.ts';

/** Below the filter's `message_timeout`. */
const PATIENCE_MS = 90_000;

export interface ExchangesOptions {
  readonly chains: ChainStore;
  readonly hostOf: (plugin: string) => HostServices;
  readonly log: PluginLog;
  /** How long a hook may take before Envoy is asked to wait on. Default 90 s. */
  readonly patienceMs?: number | undefined;
}

export class Exchanges {
  readonly #chains: ChainStore;
  readonly #deps: StreamDeps;
  #open = 0;
  #total = 0;

  constructor({ chains, hostOf, log, patienceMs }: ExchangesOptions) {
    this.#chains = chains;
    this.#deps = { hostOf, log, patience: new Waits(patienceMs ?? PATIENCE_MS) };
  }

  /** Open now and since the start. */
  get counts(): { readonly open: number; readonly total: number } {
    return { open: this.#open, total: this.#total };
  }

  begin(transport: Transport, chainId: string | undefined, metadata: StreamMetadata): ProcessingStream {
    this.#open++;
    this.#total++;
    const processing = new ProcessingStream(transport, metadata, this.#deps, () => {
      this.#open--;
    });
    if (chainId === undefined) {
      processing.refuse('the name of the plugin chain is missing');
      return processing;
    }
    const chain = this.#chains.filter(chainId);
    if (chain === undefined) void this.#whenThere(chainId, processing);
    else processing.start(chain);
    return processing;
  }

  async #whenThere(id: string, processing: ProcessingStream): Promise<void> {
    const late = await this.#chains.waitForFilter(id);
    if (late !== undefined) {
      processing.start(late);
      return;
    }
    this.#deps.log.warn({ chain: id }, 'a request asked for a plugin chain that did not arrive');
    processing.refuse(`unknown plugin chain ${id}`);
  }
}
