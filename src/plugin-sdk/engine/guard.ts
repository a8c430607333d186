/** Calls hooks such that a failing plugin becomes a fact of the run instead of an exception. */
import { isPromise, type MaybePromise } from '#lib/maybe-promise.ts';
import type { Effects, LocalReply } from '../hooks.ts';
import { EffectBox } from './effects.ts';
import type { Slot } from './slot.ts';

export class Guard {
  /** Set once a plugin that fails closed has failed. */
  failure: LocalReply | undefined;
  readonly effects = new EffectBox();

  /** The hook's result; undefined when it returned nothing or failed. Effects are collected on the way. */
  call<T extends Effects>(slot: Slot, invoke: () => MaybePromise<T | undefined>): MaybePromise<T | undefined> {
    const started = performance.now();
    try {
      const result = invoke();
      if (isPromise(result)) {
        return result.then(
          (value) => {
            slot.spentMs += performance.now() - started;
            return this.#keep(value);
          },
          (error: unknown) => {
            slot.spentMs += performance.now() - started;
            return this.#fail(slot, error);
          },
        );
      }
      slot.spentMs += performance.now() - started;
      return this.#keep(result);
    } catch (error) {
      slot.spentMs += performance.now() - started;
      return this.#fail(slot, error);
    }
  }

  #keep<T extends Effects>(result: T | undefined): T | undefined {
    if (result !== undefined) this.effects.add(result);
    return result;
  }

  #fail(slot: Slot, error: unknown): undefined {
    const { name, failStrategy } = slot.plugin;
    slot.active = false;
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    slot.host.log.error({ plugin: name, failStrategy, route: slot.routeName, err: reason }, 'a plugin hook failed');
    slot.host.metrics.count('higress_plugin_failures_total', { plugin: name });
    if (failStrategy === 'closed') {
      this.failure ??= { status: 500, body: 'Internal Server Error', details: `${name}.failed` };
    }
    return undefined;
  }
}
