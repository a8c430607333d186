/** Cohere's streams without Server-Sent Events: one JSON object per line. */
import type { SseEvent } from '#plugin-sdk/hooks.ts';
import { parseObject } from '../../json.ts';
import type { FrameReader } from '../provider.ts';

const NEWLINE = 10;
const CLOSING_BRACE = 125;

/** Every line becomes one event. A last line may lack its end: an object that is whole needs none. */
export function lineReader(): FrameReader {
  let rest: Buffer[] = [];
  return {
    feed(part) {
      const events: SseEvent[] = [];
      let from = 0;
      const take = (end: number): string => {
        const line = Buffer.concat([...rest, part.subarray(from, end)]).toString('utf8');
        return line.trim();
      };
      for (let end = part.indexOf(NEWLINE); end >= 0; end = part.indexOf(NEWLINE, from)) {
        const line = take(end);
        rest = [];
        from = end + 1;
        if (line !== '') events.push({ data: line });
      }
      if (from === part.length) return events;
      const last = part[part.length - 1] === CLOSING_BRACE ? take(part.length) : undefined;
      if (last !== undefined && parseObject(last)) {
        rest = [];
        return [...events, { data: last }];
      }
      rest.push(Buffer.from(part.subarray(from)));
      return events;
    },
  };
}
