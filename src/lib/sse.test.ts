import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isEventStream, parseSse, type SseEvent, SseParser, writeSse } from './sse.ts';

function inPieces(bytes: Buffer, cuts: readonly number[]): SseEvent[] {
  const parser = new SseParser();
  const events: SseEvent[] = [];
  let from = 0;
  for (const cut of [...cuts].sort((a, b) => a - b)) {
    events.push(...parser.feed(bytes.subarray(from, cut)));
    from = cut;
  }
  events.push(...parser.feed(bytes.subarray(from)), ...parser.end());
  return events;
}

const AWKWARD = Buffer.from(
  '\uFEFF: héllo\r\n\r\nevent: a\r\ndata: 1\r\ndata:  zwei 🎈\r\n\r\ndata\n\nid: 7\rretry: 10\r\rfoo: bar\n\ndata: x\n: inside\ndata: y\n\n\n\ndata: 終わり',
);
const AWKWARD_EVENTS: SseEvent[] = [
  { comment: 'héllo' },
  { event: 'a', data: '1\n zwei 🎈' },
  { data: '' },
  { id: '7', retry: '10' },
  { comment: 'inside' },
  { data: 'x\ny' },
  { data: '終わり' },
];

describe('SseParser', () => {
  it('reads line endings, a byte-order mark, comments, repeated and unknown fields, and an unterminated end', () => {
    expect(parseSse(AWKWARD)).toEqual(AWKWARD_EVENTS);
  });

  it('gives the same events wherever the bytes are cut once', () => {
    for (let cut = 0; cut <= AWKWARD.length; cut++) expect(inPieces(AWKWARD, [cut])).toEqual(AWKWARD_EVENTS);
  });

  it('gives the same events byte by byte', () => {
    expect(inPieces(AWKWARD, [...AWKWARD.keys()])).toEqual(AWKWARD_EVENTS);
  });

  it('returns an event as soon as its blank line is there, also when the line ends in CR only', () => {
    const parser = new SseParser();
    expect(parser.feed(Buffer.from('data: 1\r\r'))).toEqual([{ data: '1' }]);
    expect(parser.feed(Buffer.from('\ndata: 2\n\n'))).toEqual([{ data: '2' }]);
  });

  it('knows when it holds nothing back', () => {
    const parser = new SseParser();
    const balloon = Buffer.from('data: 🎈\n\n');
    expect(parser.atBoundary).toBe(true);
    parser.feed(balloon.subarray(0, 8));
    expect(parser.atBoundary).toBe(false);
    parser.feed(balloon.subarray(8, 11));
    expect(parser.atBoundary).toBe(false);
    expect(parser.feed(balloon.subarray(11))).toEqual([{ data: '🎈' }]);
    expect(parser.atBoundary).toBe(true);
    parser.feed(Buffer.from([0xf0]));
    expect(parser.atBoundary).toBe(false);
  });

  it('reads any text with any cuts as it reads the whole', () => {
    const piece = fc.constantFrom(
      'data',
      'event',
      'id',
      ':',
      ' ',
      '\r',
      '\n',
      '\r\n',
      '\n\n',
      'ä',
      '🎈',
      'x',
      '\uFEFF',
    );
    fc.assert(
      fc.property(fc.array(piece), fc.array(fc.nat(60), { maxLength: 6 }), (pieces, cuts) => {
        const bytes = Buffer.from(pieces.join(''));
        const inside = cuts.filter((cut) => cut <= bytes.length);
        expect(inPieces(bytes, inside)).toEqual(parseSse(bytes));
      }),
    );
  });
});

describe('writeSse', () => {
  it('writes one field a line and one data line per line of data', () => {
    expect(writeSse({ event: 'a', data: '1\n2', id: '3' })).toBe('event: a\nid: 3\ndata: 1\ndata: 2\n\n');
    expect(writeSse({ comment: 'keep-alive' })).toBe(': keep-alive\n\n');
    expect(writeSse({ event: 'a\nb', data: '' })).toBe('event: a b\ndata: \n\n');
  });

  it('is read back as the same event', () => {
    const line = fc.string({ unit: 'grapheme' }).filter((text) => !/[\r\n\0]/.test(text));
    const data = fc.array(line, { minLength: 1 }).map((parts) => parts.join('\n'));
    const event = fc.record({ event: line, id: line, data }, { requiredKeys: ['data'] });
    fc.assert(fc.property(event, (value) => expect(parseSse(writeSse(value))).toEqual([value])));
  });
});

describe('isEventStream', () => {
  it.each(['text/event-stream', 'text/event-stream; charset=utf-8', ' Text/Event-Stream'])('accepts %s', (type) => {
    expect(isEventStream(type)).toBe(true);
  });
  it.each([undefined, '', 'application/json', 'text/event-streams'])('refuses %s', (type) => {
    expect(isEventStream(type)).toBe(false);
  });
});
