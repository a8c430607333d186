import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ConnectionError, ERROR } from '../protocol.ts';
import { HeaderDecoder, type HeaderList } from './decoder.ts';
import { HeaderEncoder, keptHeader, outHeader } from './encoder.ts';
import { entryBytes } from './static-table.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(/\s/g, ''), 'hex');
const reader = (listBytes = 65_536): HeaderDecoder<HeaderList> => new HeaderDecoder((list) => list, listBytes);
const flat = (...lines: string[]): string[] =>
  lines.flatMap((line) => [line.slice(0, line.indexOf(': ')), line.slice(line.indexOf(': ') + 2)]);

const REQUESTS = [
  flat(':method: GET', ':scheme: http', ':path: /', ':authority: www.example.com'),
  flat(':method: GET', ':scheme: http', ':path: /', ':authority: www.example.com', 'cache-control: no-cache'),
  flat(
    ':method: GET',
    ':scheme: https',
    ':path: /index.html',
    ':authority: www.example.com',
    'custom-key: custom-value',
  ),
];
const RESPONSE = ['cache-control: private', 'date: Mon, 21 Oct 2013 20:13:21 GMT', 'location: https://www.example.com'];
const RESPONSES = [
  flat(':status: 302', ...RESPONSE),
  flat(':status: 307', ...RESPONSE),
  flat(
    ':status: 200',
    'cache-control: private',
    'date: Mon, 21 Oct 2013 20:13:22 GMT',
    'location: https://www.example.com',
    'content-encoding: gzip',
    'set-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1',
  ),
];

/** RFC 7541, appendix C.3 to C.6: three blocks on one connection each. */
const EXAMPLES: [string, string[], string[][]][] = [
  [
    'requests without Huffman code (C.3)',
    [
      '8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d',
      '8286 84be 5808 6e6f 2d63 6163 6865',
      '8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65',
    ],
    REQUESTS,
  ],
  [
    'requests with Huffman code (C.4)',
    [
      '8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff',
      '8286 84be 5886 a8eb 1064 9cbf',
      '8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf',
    ],
    REQUESTS,
  ],
  [
    'responses without Huffman code, in a table of 256 bytes (C.5)',
    [
      `3fe1 01 4803 3330 3258 0770 7269 7661 7465 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3120 474d
       546e 1768 7474 7073 3a2f 2f77 7777 2e65 7861 6d70 6c65 2e63 6f6d`,
      '4803 3330 37c1 c0bf',
      `88c1 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3220 474d 54c0 5a04 677a 6970 7738 666f 6f3d
       4153 444a 4b48 514b 425a 584f 5157 454f 5049 5541 5851 5745 4f49 553b 206d 6178 2d61 6765 3d33 3630 303b 2076 6572
       7369 6f6e 3d31`,
    ],
    RESPONSES,
  ],
  [
    'responses with Huffman code, in a table of 256 bytes (C.6)',
    [
      `3fe1 01 4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e 919d 29ad 1718 63c7
       8f0b 97c8 e9ae 82ae 43d3`,
      '4883 640e ffc1 c0bf',
      `88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab 77ad 94e7 821d d7f2 e6c7 b335 dfdf cd5b
       3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 65c0 03ed 4ee5 b106 3d50 07`,
    ],
    RESPONSES,
  ],
];

describe('reading header blocks', () => {
  it.each(EXAMPLES)('knows the examples of RFC 7541: %s', (_name, blocks, lists) => {
    const decoder = reader();
    expect(blocks.map((block) => decoder.decode(hex(block)))).toEqual(lists);
  });

  it('reads the forms that are never to be indexed (C.2)', () => {
    const decoder = reader();
    expect(decoder.decode(hex('040c 2f73 616d 706c 652f 7061 7468'))).toEqual([':path', '/sample/path']);
    expect(decoder.decode(hex('1008 7061 7373 776f 7264 0673 6563 7265 74'))).toEqual(['password', 'secret']);
    expect(decoder.decode(hex('82'))).toEqual([':method', 'GET']);
    // None of them went into the table.
    expect(() => decoder.decode(hex('be'))).toThrow('no table entry 62');
  });

  it('keeps what it made of a block only while the table stands', () => {
    let made = 0;
    const decoder = new HeaderDecoder((list) => ({ list, number: ++made }), 65_536);
    decoder.decode(hex('4001 6101 31'));
    const one = decoder.decode(hex('be'));
    expect(decoder.decode(hex('be'))).toBe(one);
    expect(one.list).toEqual(['a', '1']);
    decoder.decode(hex('4001 6101 32'));
    expect(decoder.decode(hex('be')).list).toEqual(['a', '2']);
    expect(decoder.decode(hex('bf')).list).toEqual(['a', '1']);
    // Size updates empty the table.
    expect(decoder.decode(hex('20 82')).list).toEqual([':method', 'GET']);
    expect(() => decoder.decode(hex('be'))).toThrow('no table entry 62');
  });

  it.each([
    ['an index of nothing', '80', 'no table entry 0'],
    ['an index behind the table', 'bf', 'no table entry 63'],
    ['a cut string', '4003 61', 'cut short'],
    ['a cut number', 'ff', 'cut short'],
    ['a number without end', 'ff ffff ffff ffff ffff ff7f', 'too large'],
    ['a table larger than allowed', '3fe2 1f', 'larger than allowed'],
    ['a table size behind a header', '82 20', 'within a header block'],
    ['the end-of-string code', '0001 61 84 ffff ffff', 'end-of-string'],
    ['padding that is not ones', '0001 61 81 18', 'within a code'],
    ['padding of a whole byte', '0001 61 82 1fff', 'within a code'],
  ])('refuses %s', (_name, block, reason) => {
    let thrown: unknown;
    try {
      reader().decode(hex(block));
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(ConnectionError);
    expect((thrown as ConnectionError).code).toBe(ERROR.compression);
    expect((thrown as ConnectionError).message).toContain(reason);
  });

  it('says that a list is too large, and still learns its entries', () => {
    const decoder = reader(100);
    const big = Buffer.concat([hex('4001 61 7f00'), Buffer.alloc(127, 'x')]);
    expect(decoder.decode(big)).toBeUndefined();
    expect(decoder.decode(hex('4001 6201 31'))).toEqual(['b', '1']);
    expect(decoder.decode(hex('be'))).toEqual(['b', '1']);
    expect(decoder.decode(hex('bf'))).toBeUndefined();
  });

  it('fails only by ConnectionError, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 4 }), (blocks) => {
        const decoder = reader();
        try {
          for (const block of blocks) decoder.decode(Buffer.from(block));
        } catch (error) {
          expect(error).toBeInstanceOf(ConnectionError);
        }
      }),
    );
  });
});

describe('writing header blocks', () => {
  const STATUS = keptHeader(':status', '200');
  const TYPE = keptHeader('content-type', 'application/grpc');
  const DONE = keptHeader('grpc-status', '0');

  it('uses one byte for headers that come again', () => {
    const encoder = new HeaderEncoder();
    const decoder = reader();
    const head = [STATUS, TYPE];
    const first = encoder.encode(head);
    expect(decoder.decode(first)).toEqual([':status', '200', 'content-type', 'application/grpc']);
    expect(decoder.decode(encoder.encode([DONE]))).toEqual(['grpc-status', '0']);
    const again = encoder.encode(head);
    expect(again).toEqual(hex('88 bf'));
    expect(encoder.encode(head)).toBe(again);
    expect(decoder.decode(again)).toEqual([':status', '200', 'content-type', 'application/grpc']);
    expect(decoder.decode(encoder.encode([DONE, outHeader('grpc-message', 'ä')]))).toEqual([
      'grpc-status',
      '0',
      'grpc-message',
      'ä',
    ]);
  });

  it('keeps to the size of table that the peer wants', () => {
    const encoder = new HeaderEncoder();
    const decoder = reader();
    decoder.decode(encoder.encode([TYPE, DONE]));
    encoder.limit(10_000);
    expect(encoder.encode([TYPE])).toEqual(hex('bf'));
    encoder.limit(entryBytes('grpc-status', '0'));
    expect(decoder.decode(encoder.encode([TYPE, DONE]))).toEqual([
      'content-type',
      'application/grpc',
      'grpc-status',
      '0',
    ]);
    expect(encoder.encode([DONE])).toEqual(hex('be'));
    encoder.limit(0);
    const none = encoder.encode([TYPE]);
    expect(none.subarray(0, 2)).toEqual(hex('20 20'));
    expect(decoder.decode(none)).toEqual(['content-type', 'application/grpc']);
    expect(decoder.decode(encoder.encode([DONE]))).toEqual(['grpc-status', '0']);
  });

  it('is read back, whatever the headers', () => {
    const field = fc.tuple(
      fc.constantFrom('a', 'bb', 'date', ':status', 'x'.repeat(300)),
      fc.string({ maxLength: 200 }),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(field, fc.boolean()), { maxLength: 30 }), fc.nat(5000), (fields, limit) => {
        const encoder = new HeaderEncoder();
        const decoder = reader(2 ** 20);
        encoder.limit(limit);
        const latin = fields.map(
          ([[name, value], kept]) => [name, Buffer.from(value).toString('latin1'), kept] as const,
        );
        const headers = latin.map(([name, value, kept]) => outHeader(name, value, kept));
        for (let round = 0; round < 3; round++) {
          expect(decoder.decode(encoder.encode(headers))).toEqual(latin.flatMap((one) => one.slice(0, 2)));
        }
      }),
    );
  });
});
