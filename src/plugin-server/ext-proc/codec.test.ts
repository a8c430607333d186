import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decode, encode } from '#xds/proto/index.ts';
import type { Message } from '#xds/snapshot/resources.ts';
import { FrameReader } from './frames.ts';
import { readHeaders, readMessage, WireError } from './read.ts';
import { CONTINUE, writeImmediate, writeReply } from './write.ts';

const request = (message: Message) => Buffer.from(encode('envoy.service.ext_proc.v3.ProcessingRequest', message));

/** The gRPC frame's message, read by the full descriptors. */
function response(frame: Buffer): Message {
  expect([frame[0], frame.readUInt32BE(1)]).toEqual([0, frame.length - 5]);
  return decode('envoy.service.ext_proc.v3.ProcessingResponse', frame.subarray(5));
}

describe('reading ProcessingRequest', () => {
  it('finds headers, their end and modes among fields it does not know', () => {
    const bytes = request({
      observability_mode: true,
      request_headers: {
        headers: {
          headers: [
            { key: ':path', raw_value: Buffer.from('/ä?q=1') },
            { key: 'x-empty', raw_value: Buffer.alloc(0) },
            { key: 'x-text', value: 'old style' },
          ],
        },
        end_of_stream: true,
      },
      attributes: {
        'envoy.filters.http.ext_proc': {
          'xds.route_name': 'r',
          'source.address': '1.2.3.4:5',
          'request.size': 12,
          tls: true,
          list: [1],
        },
      },
      protocol_config: {
        request_body_mode: 'BUFFERED',
        response_body_mode: 'STREAMED',
        send_body_without_waiting_for_header_response: true,
      },
    });
    const message = readMessage(bytes);
    expect([message.kind, message.endOfStream, message.modes]).toEqual([
      'requestHeaders',
      true,
      { requestBody: 2, responseBody: 1 },
    ]);
    expect(readHeaders(message.bytes)).toEqual([':path', '/ä?q=1', 'x-empty', '', 'x-text', 'old style']);
  });

  it.each([
    ['requestBody', 'request_body'],
    ['responseBody', 'response_body'],
  ])('reads %s with and without end', (kind, field) => {
    for (const end of [true, false]) {
      const message = readMessage(request({ [field]: { body: Buffer.from('abc'), end_of_stream: end } }));
      expect([message.kind, message.bytes.toString(), message.endOfStream]).toEqual([kind, 'abc', end]);
    }
    expect(readMessage(request({ [field]: { end_of_stream: true } })).bytes.length).toBe(0);
  });

  it('tells the other kinds apart', () => {
    expect(readMessage(request({ response_headers: {} })).kind).toBe('responseHeaders');
    expect(readMessage(request({ request_trailers: {} })).kind).toBe('requestTrailers');
    expect(readMessage(request({ response_trailers: {} })).kind).toBe('responseTrailers');
    expect(readMessage(Buffer.alloc(0)).kind).toBe('other');
  });

  it('never reads past the end, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (noise) => {
        try {
          const message = readMessage(Buffer.from(noise));
          readHeaders(message.bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(WireError);
        }
      }),
    );
  });
});

describe('writing ProcessingResponse', () => {
  it('has constants that say continue', () => {
    expect(response(CONTINUE.requestHeaders)).toEqual({ request_headers: {} });
    expect(response(CONTINUE.responseBody)).toEqual({ response_body: {} });
    expect(response(CONTINUE.responseTrailers)).toEqual({ response_trailers: {} });
  });

  it('writes header edits, body, re-route, mode and metadata', () => {
    const effects = {
      aiLog: { n: 1.5, t: 'ä', b: true, z: null, list: [1, { a: [] }], skipped: undefined },
      logFields: { f: 'g' },
      metadata: { 'envoy.lb': { k: 'v' } },
    };
    const frame = writeReply('requestBody', {
      headers: {
        remove: ['x-a', 'x-b'],
        set: [
          ['x-c', '1'],
          ['x-e', ''],
        ],
        append: [['x-c', '2']],
      },
      body: Buffer.from('new'),
      reroute: true,
      effects,
      mode: { responseHeaders: true, requestBody: 0, responseBody: 2 },
    });
    const written = response(frame) as {
      request_body: { response: Record<string, unknown> };
      mode_override: Message;
      dynamic_metadata: Message;
    };
    expect(written.request_body.response).toMatchObject({
      header_mutation: {
        set_headers: [
          {
            header: { key: 'x-c', raw_value: Buffer.from('1').toString('base64') },
            append_action: 'OVERWRITE_IF_EXISTS_OR_ADD',
          },
          { header: { key: 'x-e' }, append_action: 'OVERWRITE_IF_EXISTS_OR_ADD', keep_empty_value: true },
          { header: { key: 'x-c', raw_value: Buffer.from('2').toString('base64') }, append: true },
        ],
        remove_headers: ['x-a', 'x-b'],
      },
      body_mutation: { body: Buffer.from('new').toString('base64') },
      clear_route_cache: true,
    });
    expect(written.mode_override).toMatchObject({
      request_header_mode: 'SEND',
      response_header_mode: 'SEND',
      response_body_mode: 'BUFFERED',
    });
    expect(written.dynamic_metadata).toEqual({
      'higress.ai_log': { n: 1.5, t: 'ä', b: true, z: null, list: [1, { a: [] }] },
      'higress.log': { f: 'g' },
      'envoy.lb': { k: 'v' },
    });
  });

  it('clears a body that becomes empty, and keeps large ones', () => {
    expect(response(writeReply('responseBody', { body: Buffer.alloc(0) }))).toEqual({
      response_body: { response: { body_mutation: { clear_body: true } } },
    });
    const large = Buffer.alloc(3_000_000, 'x');
    const frame = writeReply('responseBody', { body: large });
    expect(frame.subarray(-large.length).equals(large)).toBe(true);
    // The writer is clean again.
    expect(response(writeReply('requestHeaders', { reroute: true }))).toEqual({
      request_headers: { response: { clear_route_cache: true } },
    });
  });

  it('writes local replies', () => {
    const frame = writeImmediate(
      { status: 429, headers: { 'Content-Type': 'application/json' }, body: '{"ä":1}', details: 'p.why' },
      { aiLog: { a: 1 } },
    );
    expect(response(frame)).toMatchObject({
      immediate_response: {
        headers: { set_headers: [{ header: { key: 'content-type' } }] },
        body: Buffer.from('{"ä":1}').toString('base64'),
        details: 'p.why',
      },
      dynamic_metadata: { 'higress.ai_log': { a: 1 } },
    });
    expect(JSON.stringify(response(frame).immediate_response)).toMatch(/TooManyRequests|429/);
  });

  it('writes any JSON as metadata the way the descriptors read it', () => {
    const plain = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }));
    fc.assert(
      fc.property(plain, (value) => {
        const safe = JSON.parse(JSON.stringify(value).replaceAll('-0', '0')) as Record<string, unknown>;
        const written = response(writeReply('requestHeaders', { effects: { aiLog: safe } }))
          .dynamic_metadata as Message;
        expect(written['higress.ai_log']).toEqual(safe);
      }),
    );
  });
});

describe('FrameReader', () => {
  it('gives the same messages wherever the bytes are cut', () => {
    const messages = ['', 'a', 'bb'.repeat(300), '', 'c'].map((text) => Buffer.from(text));
    const framed = messages.map((message) => {
      const head = Buffer.alloc(5);
      head.writeUInt32BE(message.length, 1);
      return Buffer.concat([head, message]);
    });
    const bytes = Buffer.concat(framed);
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length), { maxLength: 12 }), (cuts) => {
        const reader = new FrameReader();
        const got: string[] = [];
        let from = 0;
        for (const cut of [...cuts.sort((a, b) => a - b), bytes.length]) {
          reader.feed(bytes.subarray(from, cut), (message) => got.push(message.toString()));
          from = cut;
        }
        expect(got).toEqual(messages.map(String));
      }),
    );
  });

  it('refuses compressed and oversized messages', () => {
    expect(() => new FrameReader().feed(Buffer.from([1, 0, 0, 0, 0]), () => {})).toThrow(/compressed/);
    expect(() => new FrameReader().feed(Buffer.from([0, 0xff, 0, 0, 0]), () => {})).toThrow(/limit/);
  });
});
