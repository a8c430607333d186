/** Laws: what is encoded comes back, and protobufjs, built from the same descriptors, reads and writes the same. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import protobuf from 'protobufjs';
import descriptor from 'protobufjs/ext/descriptor.js';
import type { Message } from '#xds/snapshot/resources.ts';
import { DecodeError, decode, encode, envoySchema } from './index.ts';
import { type FieldType, KIND, type MessageType } from './schema.ts';
import { formatDuration, formatTimestamp, parseDuration, parseTimestamp, SPECIAL } from './well-known.ts';

const MAX_DEPTH = 3;

const TYPES = [
  'envoy.config.cluster.v3.Cluster',
  'envoy.config.endpoint.v3.ClusterLoadAssignment',
  'envoy.config.listener.v3.Listener',
  'envoy.config.route.v3.RouteConfiguration',
  'envoy.extensions.filters.http.ext_proc.v3.ExternalProcessor',
  'envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication',
  'envoy.extensions.filters.http.rbac.v3.RBAC',
  'envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext',
  'envoy.service.discovery.v3.DeltaDiscoveryRequest',
  'envoy.service.ext_proc.v3.ProcessingResponse',
];

/** Messages of a type in the form that `decode` gives: no defaults where there is no presence. */
function messageOf(typeName: string, depth: number): fc.Arbitrary<unknown> {
  switch (SPECIAL[typeName]) {
    case 'duration':
      return fc
        .record({ seconds: fc.integer({ min: 0, max: 1e9 }), nanos: fc.integer({ min: 0, max: 999_999_999 }) })
        .map(formatDuration);
    case 'timestamp':
      return fc
        .record({ seconds: fc.integer({ min: 0, max: 4e9 }), nanos: fc.integer({ min: 0, max: 999_999_999 }) })
        .map(formatTimestamp);
    case 'struct':
      return fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 1 }).map(withoutMinusZero), { maxKeys: 2 });
    case 'value':
      return fc.jsonValue({ maxDepth: 1 }).map(withoutMinusZero);
    case 'list':
      return fc.array(fc.jsonValue({ maxDepth: 1 }).map(withoutMinusZero), { maxLength: 2 });
    case 'field-mask':
      return fc.constant('a.b,c');
    case 'any':
      return fc.constant({ '@type': 'type.googleapis.com/envoy.config.core.v3.Node', id: 'n' });
    case 'wrapper':
      return scalarOf(typeOf(typeName).byNumber.get(1) as FieldType, depth);
    default:
      return fieldsOf(typeOf(typeName), depth);
  }
}

function withoutMinusZero(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

function typeOf(name: string): MessageType {
  const type = envoySchema().message(name);
  if (type === undefined) throw new Error(name);
  return type;
}

function fieldsOf(type: MessageType, depth: number): fc.Arbitrary<unknown> {
  const usable = type.fields.filter((field) => depth < MAX_DEPTH || field.kind !== KIND.message);
  return fc.subarray([...usable], { maxLength: Math.min(4, usable.length) }).chain((chosen) => {
    const seen = new Set<number>();
    const model: Record<string, fc.Arbitrary<unknown>> = {};
    for (const field of chosen) {
      if (field.oneof >= 0 && seen.has(field.oneof)) continue;
      seen.add(field.oneof);
      model[field.name] = fieldOf(field, depth);
    }
    return fc.record(model);
  });
}

function fieldOf(field: FieldType, depth: number): fc.Arbitrary<unknown> {
  const entry = field.repeated && field.kind === KIND.message ? typeOf(field.typeName) : undefined;
  if (entry?.mapEntry) {
    return fc.dictionary(
      fc.string({ minLength: 1, maxLength: 5 }),
      scalarOf(entry.byNumber.get(2) as FieldType, depth),
      { minKeys: 1, maxKeys: 2 },
    );
  }
  if (field.repeated) return fc.array(scalarOf(field, depth), { minLength: 1, maxLength: 3 });
  const single = scalarOf(field, depth);
  return field.presence
    ? single
    : single.filter((value) => value !== 0 && value !== '' && value !== false && value !== firstWord(field));
}

function firstWord(field: FieldType): unknown {
  return field.kind === KIND.enum ? envoySchema().enum(field.typeName)?.byNumber.get(0) : undefined;
}

function scalarOf(field: FieldType, depth: number): fc.Arbitrary<unknown> {
  switch (field.kind) {
    case KIND.message:
      return messageOf(field.typeName, depth + 1);
    case KIND.enum:
      return fc.constantFrom(...(envoySchema().enum(field.typeName)?.byNumber.values() ?? []));
    case KIND.string:
      return fc.string({ unit: 'binary', maxLength: 60 }).map((text) => text.toWellFormed());
    case KIND.bytes:
      return fc.uint8Array({ maxLength: 5 }).map((bytes) => Buffer.from(bytes).toString('base64'));
    case KIND.bool:
      return fc.boolean();
    case KIND.double:
      return fc.double({ noNaN: true, noDefaultInfinity: true });
    case KIND.float:
      return fc.float({ noNaN: true, noDefaultInfinity: true });
    case KIND.int32:
    case KIND.sint32:
    case KIND.sfixed32:
      return fc.integer();
    case KIND.int64:
    case KIND.sint64:
    case KIND.sfixed64:
      return fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(jsonWhole);
    case KIND.uint64:
    case KIND.fixed64:
      return fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(jsonWhole);
    default:
      return fc.nat({ max: 4294967295 });
  }
}

function jsonWhole(value: bigint): unknown {
  return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
}

// Built once; the reflection of all messages takes most of a second.
const peer = (() => {
  const bytes = gunzipSync(readFileSync(new URL('./data/envoy.binpb.gz', import.meta.url)));
  const set = descriptor.FileDescriptorSet.decode(bytes);
  return (protobuf.Root as unknown as { fromDescriptor(set: unknown): protobuf.Root }).fromDescriptor(set);
})();

describe.each(TYPES)('%s', (typeName) => {
  it('comes back as it was, and protobufjs writes the same bytes from it', () => {
    const type = peer.lookupType(typeName);
    fc.assert(
      fc.property(messageOf(typeName, 0), (message) => {
        const bytes = encode(typeName, message as Message);
        expect(decode(typeName, bytes)).toEqual(message);
        expect(encode(typeName, decode(typeName, bytes))).toEqual(bytes);
        // The other library keeps the order of map entries, so equal meaning is compared: its bytes decode to the same message.
        const copy = type.encode(type.decode(bytes)).finish();
        expect(decode(typeName, copy)).toEqual(message);
      }),
      { numRuns: 60 },
    );
  });

  it('never does worse than DecodeError on damaged bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          decode(typeName, bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError);
        }
      }),
      { numRuns: 100 },
    );
  });
});

describe('decode', () => {
  it('keeps an Any of unknown type as it came', () => {
    const message = { '@type': 'type.higress.io/higress.plugin.v1.Unknown', value: 'AQID' };
    const bytes = encode('google.protobuf.Any', message);
    expect(decode('google.protobuf.Any', bytes)).toEqual(message);
  });

  it('keeps a key that is special to JavaScript as a plain key', () => {
    const metadata = { filter_metadata: { a: JSON.parse('{"__proto__": {"x": 1}}') as unknown } };
    const back = decode('envoy.config.core.v3.Metadata', encode('envoy.config.core.v3.Metadata', metadata));
    expect(JSON.stringify(back)).toBe('{"filter_metadata":{"a":{"__proto__":{"x":1}}}}');
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });

  it('steps over fields that the type does not have', () => {
    expect(decode('envoy.config.cluster.v3.Cluster', Buffer.from('0a0161fa3f0161', 'hex'))).toEqual({ name: 'a' });
  });

  it('tells the type of bytes that end too early', () => {
    expect(() => decode('envoy.config.cluster.v3.Cluster', Buffer.from('0a05', 'hex'))).toThrow(
      /envoy\.config\.cluster\.v3\.Cluster.*ends too early/,
    );
  });
});

describe('durations and times', () => {
  it.each(['0s', '5s', '0.250s', '-1.500s', '0.000000001s', '315576000000s'])('%s comes back', (text) => {
    const parsed = parseDuration(text);
    expect(parsed && formatDuration(parsed)).toBe(text);
  });

  it.each(['', '5', '5ms', '1h', '.5s', '1.s', '1.0000000001s', ' 1s', '315576000001s'])(
    '%j is no duration',
    (text) => {
      expect(parseDuration(text)).toBeUndefined();
    },
  );

  it('reads a time with an offset', () => {
    expect(parseTimestamp('2026-01-31T12:00:00.5+02:00')).toEqual({
      seconds: Date.UTC(2026, 0, 31, 10) / 1000,
      nanos: 500_000_000,
    });
    expect(parseTimestamp('2026-01-31')).toBeUndefined();
    expect(parseTimestamp('2026-13-31T12:00:00Z')).toBeUndefined();
  });
});
