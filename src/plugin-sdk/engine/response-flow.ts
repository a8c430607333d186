/** Carries response bytes through the plugins of a chain, last to first, as each of them reads them. */
import { isPromise, type MaybePromise } from '#lib/maybe-promise.ts';
import { type SseEvent, writeSse } from '#lib/sse.ts';
import type { StreamPartResult, StreamResult } from '../hooks.ts';
import type { Guard } from './guard.ts';
import type { Slot } from './slot.ts';

/** The bytes that leave for one part that came. The same buffer object means: unchanged. A promise only where a hook returns one. */
export function flowPart(slots: readonly Slot[], guard: Guard, part: Buffer, end: boolean): MaybePromise<Buffer> {
  return flowFrom(slots.length - 1, slots, guard, new Flow(part, end));
}

/** From the plugin `from` on, down to the first. */
function flowFrom(from: number, slots: readonly Slot[], guard: Guard, flow: Flow): MaybePromise<Buffer> {
  for (let i = from; i >= 0; i--) {
    const slot = slots[i]!;
    if (!slot.active) continue;
    const through =
      slot.reading === 'events'
        ? flow.events(slot, guard)
        : slot.reading === 'parts'
          ? flow.part(slot, guard)
          : undefined;
    if (through) {
      return through.then(() => (guard.failure ? flow.bytes() : flowFrom(i - 1, slots, guard, flow)));
    }
    if (guard.failure) break;
  }
  return flow.bytes();
}

/** One unit on its way: bytes, or the events parsed from them as long as plugins read events. */
export class Flow {
  #bytes: Buffer;
  #events: SseEvent[] | undefined;
  /** The bytes that the events were parsed from, while they still say the same. */
  #raw: Buffer | undefined;
  /** Whose parser made the events. */
  #parsedFor: Slot | undefined;
  readonly #end: boolean;

  constructor(bytes: Buffer, end: boolean) {
    this.#bytes = bytes;
    this.#end = end;
  }

  bytes(): Buffer {
    if (this.#events === undefined) return this.#bytes;
    if (this.#parsedFor) this.#parsedFor.rewritten = this.#raw === undefined;
    this.#bytes = this.#raw ?? Buffer.from(this.#events.map(writeSse).join(''));
    this.#events = undefined;
    return this.#bytes;
  }

  replace(bytes: Buffer): void {
    this.#events = undefined;
    this.#bytes = bytes;
  }

  /** Undefined: done, at once. */
  part(slot: Slot, guard: Guard): Promise<void> | undefined {
    const bytes = this.bytes();
    const called = guard.call(slot, () => slot.hooks.onResponsePart?.(bytes, this.#end, slot));
    if (isPromise(called)) return called.then((result) => this.#takePart(result));
    this.#takePart(called);
    return undefined;
  }

  #takePart(result: StreamPartResult | undefined): void {
    if (result?.part !== undefined) this.replace(toBuffer(result.part));
  }

  /** Undefined: done, at once. */
  events(slot: Slot, guard: Guard): Promise<void> | undefined {
    return this.#eventsFrom(0, { events: this.#events ?? this.#parse(slot), out: undefined }, slot, guard);
  }

  #eventsFrom(from: number, pass: EventPass, slot: Slot, guard: Guard): Promise<void> | undefined {
    const { events } = pass;
    for (let i = from; i < events.length && slot.active; i++) {
      const event = events[i]!;
      const called = guard.call(slot, () => slot.hooks.onSseEvent?.(event, slot));
      if (isPromise(called)) {
        return called.then((result) => {
          if (guard.failure) return undefined;
          takeEvent(pass, i, result, slot);
          return this.#eventsFrom(i + 1, pass, slot, guard);
        });
      }
      if (guard.failure) return undefined;
      takeEvent(pass, i, called, slot);
    }
    if (!this.#end || !slot.active) {
      this.#pass(pass);
      return undefined;
    }
    slot.ended = true;
    const called = guard.call(slot, () => slot.hooks.onSseEvent?.(undefined, slot));
    if (isPromise(called)) return called.then((result) => this.#last(pass, result));
    this.#last(pass, called);
    return undefined;
  }

  #last(pass: EventPass, result: StreamResult | undefined): void {
    const last = result?.events;
    if (last !== undefined && last.length > 0) pass.out = [...(pass.out ?? pass.events), ...last];
    this.#pass(pass);
  }

  #pass({ out }: EventPass): void {
    if (out === undefined) return;
    this.#events = out;
    this.#raw = undefined;
  }

  #parse(slot: Slot): SseEvent[] {
    const { parser } = slot;
    const whole = parser.atBoundary;
    // The second half of a line end whose event has left as text: nothing of it is left to pass on.
    const from = slot.rewritten && parser.afterCr && this.#bytes[0] === LINE_FEED ? 1 : 0;
    const events = parser.feed(this.#bytes);
    // At the end nothing is held back: an unterminated last event keeps its bytes as long as no plugin changes anything.
    const unchanged = from === 0 ? this.#bytes : this.#bytes.subarray(from);
    this.#raw = whole && (this.#end || parser.atBoundary) ? unchanged : undefined;
    if (this.#end) events.push(...parser.end());
    this.#parsedFor = slot;
    this.#events = events;
    return events;
  }
}

const LINE_FEED = 0x0a;

/** The events of one unit on their way through one plugin; `out` once they differ from what came. */
interface EventPass {
  readonly events: readonly SseEvent[];
  out: SseEvent[] | undefined;
}

function takeEvent(pass: EventPass, at: number, result: StreamResult | undefined, slot: Slot): void {
  const event = pass.events[at]!;
  const replaced = result?.events;
  slot.copies = result?.copies;
  if (replaced === undefined || (replaced.length === 1 && replaced[0] === event)) {
    pass.out?.push(event);
    // A failed plugin no longer touches what follows.
    if (!slot.active) pass.out?.push(...pass.events.slice(at + 1));
    return;
  }
  pass.out ??= pass.events.slice(0, at);
  pass.out.push(...replaced);
}

export function toBuffer(body: string | Uint8Array): Buffer {
  if (typeof body === 'string') return Buffer.from(body);
  return Buffer.isBuffer(body) ? body : Buffer.from(body.buffer, body.byteOffset, body.byteLength);
}
