/** One plugin's place in one run: its state, its context, and how it reads this answer. */
import { SseParser } from '#lib/sse.ts';
import type { FilterHooks, Headers, HookContext, HookNeeds, StreamResult } from '../hooks.ts';
import type { HostServices } from '../host.ts';
import type { ChainPlugin } from './chain.ts';

/** What the transport knows of the request besides its headers. Getters may decode late. */
export interface RequestFacts {
  readonly routeName: string;
  readonly clusterName: string;
  readonly sourceAddress: string;
  readonly requestId: string;
  readonly startedMs: number;
  readonly signal: AbortSignal;
}

export interface RunView {
  readonly facts: RequestFacts;
  readonly request: HookContext['request'];
  readonly response: { readonly headers: Headers; readonly status: number } | undefined;
}

/** `off`: the plugin does not see the body of this answer. */
export type Reading = 'off' | 'whole' | 'parts' | 'events';

export class Slot implements HookContext {
  readonly plugin: ChainPlugin;
  readonly hooks: FilterHooks;
  readonly needs: HookNeeds;
  readonly host: HostServices;
  readonly #run: RunView;
  readonly state: unknown;
  /** False when the plugin is done with the request or failed. */
  active = true;
  wantsRequestBody: boolean;
  reading: Reading = 'off';
  /** Time in this plugin's hooks so far, waiting for calls included. */
  spentMs = 0;
  /** `onSseEvent(undefined)` has been called. */
  ended = false;
  /** The events that it parsed last left as new text, not as the bytes that came. */
  rewritten = false;
  /** As its hooks have said last. */
  copies: StreamResult['copies'];
  copiesBehind: string | undefined;
  #parser: SseParser | undefined;

  constructor(plugin: ChainPlugin, needs: HookNeeds, host: HostServices, run: RunView) {
    this.plugin = plugin;
    this.hooks = plugin.hooks;
    this.needs = needs;
    this.host = host;
    this.#run = run;
    this.wantsRequestBody = needs.requestBody !== undefined && needs.requestBody !== 'none';
    this.state = plugin.hooks.newState?.();
  }

  get parser(): SseParser {
    this.#parser ??= new SseParser();
    return this.#parser;
  }

  get request(): HookContext['request'] {
    return this.#run.request;
  }

  get response(): HookContext['response'] {
    return this.#run.response;
  }

  get routeName(): string {
    return this.#run.facts.routeName;
  }

  get clusterName(): string {
    return this.#run.facts.clusterName;
  }

  get sourceAddress(): string {
    return this.#run.facts.sourceAddress;
  }

  get requestId(): string {
    return this.#run.facts.requestId;
  }

  get startedMs(): number {
    return this.#run.facts.startedMs;
  }

  get signal(): AbortSignal {
    return this.#run.facts.signal;
  }
}

/** How a plugin reads an answer whose content type, as it reaches the plugin, is or is not an event stream. */
export function readingOf(slot: Slot, eventStream: boolean): Reading {
  const { hooks, needs } = slot;
  switch (needs.responseBody) {
    case 'buffered':
      return hooks.onResponseBody ? 'whole' : 'off';
    case 'stream':
      return hooks.onResponsePart ? 'parts' : 'off';
    case 'auto':
      if (!eventStream) return hooks.onResponseBody ? 'whole' : 'off';
      if (hooks.onSseEvent) return 'events';
      return hooks.onResponsePart ? 'parts' : 'off';
    default:
      return 'off';
  }
}

/** `asked` by the plugin's own headers hook; refused when the plugin lacks the hook for it. */
export function readingAsked(slot: Slot, asked: 'whole' | 'parts' | 'events'): Reading {
  const { hooks } = slot;
  if (asked === 'whole') return hooks.onResponseBody ? 'whole' : 'off';
  if (asked === 'parts') return hooks.onResponsePart ? 'parts' : 'off';
  return hooks.onSseEvent ? 'events' : 'off';
}
