/** Carries an answer that a plugin put in the upstream's place through the plugins before it, and out. */
import type { Effects, LocalReply } from '../hooks.ts';
import type { ChainRun } from './chain-run.ts';
import type { HeaderEdits } from './header-table.ts';
import type { Outcome } from './outcome.ts';
import { toBuffer } from './response-flow.ts';

/** One thing to send: the head, which has no body, comes first and once; `end` stands with the last. */
export interface ReplacedPart {
  readonly headers?: HeaderEdits | undefined;
  readonly body?: Buffer | undefined;
  readonly end: boolean;
  readonly effects?: Effects | undefined;
  /** In place of everything: nothing has left yet. */
  readonly reply?: LocalReply | undefined;
  /** The answer has begun and cannot be made good. */
  readonly abort?: string | undefined;
}

const EMPTY = Buffer.alloc(0);
const BROKEN = 'the answer broke off';

/** `head` is the outcome that named the replacement. */
export async function* replacedAnswer(run: ChainRun, head: Outcome, limitBytes: number): AsyncGenerator<ReplacedPart> {
  const source = head.replacement!;
  if (run.responseBodyMode === 'buffered') {
    yield* whole(run, head, source, limitBytes);
    return;
  }
  yield { headers: head.headers, effects: head.effects, end: false };
  const reads = run.responseBodyMode === 'stream';
  try {
    for await (const bytes of source) {
      const part = toBuffer(bytes);
      const outcome: Outcome = reads ? await run.responsePart(part, false) : {};
      yield partOf(outcome, part, false);
      if (outcome.abort !== undefined) return;
    }
  } catch {
    yield reads ? brokenEnd(await run.responsePart(EMPTY, true)) : { end: true, abort: BROKEN };
    return;
  }
  yield reads ? partOf(await run.responsePart(EMPTY, true), EMPTY, true) : { body: EMPTY, end: true };
}

async function* whole(
  run: ChainRun,
  head: Outcome,
  source: AsyncIterable<Uint8Array>,
  limitBytes: number,
): AsyncGenerator<ReplacedPart> {
  const bytes = await gather(source, limitBytes);
  if (bytes === undefined) {
    const reply = { status: 502, body: BROKEN, details: 'replacement_broken' };
    yield { end: true, reply, effects: head.effects };
    return;
  }
  const outcome = await run.responseBody(bytes);
  if (outcome.reply) {
    yield { end: true, reply: outcome.reply, effects: outcome.effects };
    return;
  }
  yield { headers: merged(head.headers, outcome.headers), effects: head.effects, end: false };
  yield partOf(outcome, bytes, true);
}

function partOf(outcome: Outcome, came: Buffer, end: boolean): ReplacedPart {
  if (outcome.abort !== undefined) return { end: true, abort: outcome.abort, effects: outcome.effects };
  return { body: outcome.body ?? came, effects: outcome.effects, end };
}

/** Plugins that translate streams end them with an error event; where none did, the client must see that something is missing. */
function brokenEnd(outcome: Outcome): ReplacedPart {
  if (outcome.body === undefined || outcome.body.length === 0) {
    return { end: true, abort: BROKEN, effects: outcome.effects };
  }
  return { body: outcome.body, effects: outcome.effects, end: true };
}

/** All bytes; undefined when the source breaks off or is too long. */
export async function gather(source: AsyncIterable<Uint8Array>, limitBytes: number): Promise<Buffer | undefined> {
  const parts: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const part of source) {
      size += part.length;
      if (size > limitBytes) return undefined;
      parts.push(part);
    }
  } catch {
    return undefined;
  }
  return Buffer.concat(parts);
}

/** Both edits as one: what the later says of a name counts. */
function merged(first: HeaderEdits | undefined, later: HeaderEdits | undefined): HeaderEdits | undefined {
  if (!first || !later) return later ?? first;
  const named = new Set([...later.remove, ...later.set.map(([name]) => name)]);
  return {
    remove: [...first.remove.filter((name) => !named.has(name)), ...later.remove],
    set: [...first.set.filter(([name]) => !named.has(name)), ...later.set],
    append: [...first.append.filter(([name]) => !named.has(name)), ...later.append],
  };
}
