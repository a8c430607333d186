/** An event stream that ends well whatever becomes of its source: when that breaks off, whole events leave, then an error event, then the end. */
import { isEventStream, writeSse } from '#lib/sse.ts';
import type { HttpStream } from '#plugin-sdk/host.ts';
import { anthropicError, openaiError, readVendorError } from '../errors.ts';
import { DONE, jsonEvent } from '../openai.ts';

const BROKEN_OFF = 'the vendor broke off the stream';
/** What the last event of a stream holds, in either language. */
const LAST_EVENT = /data: ?\[DONE\]|"type": ?"message_stop"/;
const BOUNDARIES = ['\n\n', '\r\n\r\n', '\r\r'];

/** `path` tells which language the caller speaks. Answers that are no event stream in plain text pass as they are. */
export function guardedStream(answer: HttpStream, path: string): HttpStream {
  const plain = (answer.headers['content-encoding'] ?? 'identity') === 'identity';
  if (!plain || !isEventStream(answer.headers['content-type'])) return answer;
  return { ...answer, body: guarded(answer.body, /\/v1\/messages(\?|$)/.test(path)) };
}

async function* guarded(source: AsyncIterable<Buffer>, anthropic: boolean): AsyncIterable<Buffer> {
  let held: Buffer = Buffer.alloc(0);
  let last = '';
  try {
    for await (const part of source) {
      const bytes = held.length === 0 ? part : Buffer.concat([held, part]);
      const end = endOfEvents(bytes);
      held = bytes.subarray(end);
      if (end === 0) continue;
      const whole = bytes.subarray(0, end);
      last = whole.toString('latin1');
      yield whole;
    }
  } catch {
    if (!LAST_EVENT.test(last)) yield brokenEvents(anthropic);
    return;
  }
  if (held.length > 0) yield held;
}

/** Behind the last event that is complete; an event in the making is of no use to anybody yet. */
function endOfEvents(bytes: Buffer): number {
  let end = 0;
  for (const boundary of BOUNDARIES) {
    const at = bytes.lastIndexOf(boundary);
    if (at >= 0) end = Math.max(end, at + boundary.length);
  }
  return end;
}

function brokenEvents(anthropic: boolean): Buffer {
  const error = readVendorError(BROKEN_OFF, 502);
  const events = anthropic
    ? [jsonEvent(anthropicError(error) as never, 'error')]
    : [jsonEvent(openaiError(error) as never), DONE];
  return Buffer.from(events.map(writeSse).join(''));
}
