/** Collects what hooks report besides their edits until a reply can carry it. */
import type { Effects } from '../hooks.ts';

type Fields = Record<string, unknown>;

interface Pending {
  aiLog?: Fields;
  logFields?: Record<string, string>;
  metadata?: Record<string, Fields>;
}

export class EffectBox {
  #pending: Pending | undefined;

  add(effects: Effects): void {
    if (effects.aiLog === undefined && effects.logFields === undefined && effects.metadata === undefined) return;
    this.#pending ??= {};
    const pending = this.#pending;
    if (effects.aiLog !== undefined) pending.aiLog = Object.assign(pending.aiLog ?? {}, effects.aiLog);
    if (effects.logFields !== undefined) pending.logFields = Object.assign(pending.logFields ?? {}, effects.logFields);
    if (effects.metadata !== undefined) {
      pending.metadata ??= {};
      for (const [namespace, fields] of Object.entries(effects.metadata)) {
        pending.metadata[namespace] = { ...pending.metadata[namespace], ...fields };
      }
    }
  }

  /** Everything since the last call. */
  take(): Effects | undefined {
    const taken = this.#pending;
    this.#pending = undefined;
    return taken;
  }
}
