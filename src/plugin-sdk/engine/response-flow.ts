/** Carries response bytes through the plugins of a chain, last to first, as each of them reads them. */
import { type SseEvent, type SseParser, writeSse } from '#lib/sse.ts';
import type { Guard } from './guard.ts';
import { isPromise } from './outcome.ts';
import type { Slot } from './slot.ts';

/** The bytes that leave for one part that came. The same buffer object means: unchanged. */
export async function flowPart(slots: readonly Slot[], guard: Guard, part: Buffer, end: boolean): Promise<Buffer> {
  const flow = new Flow(part, end);
  for (let i = slots.length - 1; i >= 0; i--) {
    const slot = slots[i]!;
    if (!slot.active) continue;
    if (slot.reading === 'events') await flow.events(slot, guard);
    else if (slot.reading === 'parts') await flow.part(slot, guard);
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
  readonly #end: boolean;

  constructor(bytes: Buffer, end: boolean) {
    this.#bytes = bytes;
    this.#end = end;
  }

  bytes(): Buffer {
    if (this.#events === undefined) return this.#bytes;
    this.#bytes = this.#raw ?? Buffer.from(this.#events.map(writeSse).join(''));
    this.#events = undefined;
    return this.#bytes;
  }

  replace(bytes: Buffer): void {
    this.#events = undefined;
    this.#bytes = bytes;
  }

  async part(slot: Slot, guard: Guard): Promise<void> {
    const bytes = this.bytes();
    const called = guard.call(slot, () => slot.hooks.onResponsePart?.(bytes, this.#end, slot));
    const result = isPromise(called) ? await called : called;
    if (result?.part !== undefined) this.replace(toBuffer(result.part));
  }

  async events(slot: Slot, guard: Guard): Promise<void> {
    const events = this.#events ?? this.#parse(slot.parser);
    let out: SseEvent[] | undefined;
    for (let i = 0; i < events.length && slot.active; i++) {
      const event = events[i]!;
      const called = guard.call(slot, () => slot.hooks.onSseEvent?.(event, slot));
      const result = isPromise(called) ? await called : called;
      if (guard.failure) return;
      const replaced = result?.events;
      if (replaced === undefined || (replaced.length === 1 && replaced[0] === event)) {
        out?.push(event);
        // A failed plugin no longer touches what follows.
        if (!slot.active) out?.push(...events.slice(i + 1));
        continue;
      }
      out ??= events.slice(0, i);
      out.push(...replaced);
    }
    if (this.#end && slot.active) {
      slot.ended = true;
      const called = guard.call(slot, () => slot.hooks.onSseEvent?.(undefined, slot));
      const last = (isPromise(called) ? await called : called)?.events;
      if (last !== undefined && last.length > 0) out = [...(out ?? events), ...last];
    }
    if (out !== undefined) {
      this.#events = out;
      this.#raw = undefined;
    }
  }

  #parse(parser: SseParser): SseEvent[] {
    const whole = parser.atBoundary;
    const events = parser.feed(this.#bytes);
    // At the end nothing is held back: an unterminated last event keeps its bytes as long as no plugin changes anything.
    this.#raw = whole && (this.#end || parser.atBoundary) ? this.#bytes : undefined;
    if (this.#end) events.push(...parser.end());
    this.#events = events;
    return events;
  }
}

export function toBuffer(body: string | Uint8Array): Buffer {
  if (typeof body === 'string') return Buffer.from(body);
  return Buffer.isBuffer(body) ? body : Buffer.from(body.buffer, body.byteOffset, body.byteLength);
}
