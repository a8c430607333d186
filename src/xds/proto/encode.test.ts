import { describe, expect, it } from '@jest/globals';
import { SecretText } from '#lib/secret.ts';
import type { Message } from '#xds/snapshot/resources.ts';
import { anyOf, decode, EncodeError, encode } from './index.ts';

const LISTENER = 'envoy.config.listener.v3.Listener';
const ROUTE_CONFIGURATION = 'envoy.config.route.v3.RouteConfiguration';
const CLUSTER = 'envoy.config.cluster.v3.Cluster';
const HCM = 'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager';

function hex(typeName: string, message: Message): string {
  return Buffer.from(encode(typeName, message)).toString('hex');
}

function failure(typeName: string, message: Message): EncodeError {
  try {
    encode(typeName, message);
  } catch (error) {
    if (error instanceof EncodeError) return error;
    throw error;
  }
  throw new Error('no error');
}

describe('encode gives the bytes that the wire format prescribes', () => {
  it.each<[string, string, Message, string]>([
    ['a string', CLUSTER, { name: 'a' }, '0a0161'],
    ['a duration', CLUSTER, { connect_timeout: '1.5s' }, '220808011080cab5ee01'],
    ['a negative duration', CLUSTER, { connect_timeout: '-1s' }, '220b08ffffffffffffffffff01'],
    ['an enum word', CLUSTER, { lb_policy: 'RING_HASH' }, '3002'],
    ['a wrapper', CLUSTER, { per_connection_buffer_limit_bytes: 300 }, '2a0308ac02'],
    ['a wrapper of zero', CLUSTER, { per_connection_buffer_limit_bytes: 0 }, '2a00'],
    ['an empty message', CLUSTER, { eds_cluster_config: {} }, '1a00'],
    ['nothing for undefined', CLUSTER, { name: undefined }, ''],
    ['nothing for defaults without presence', CLUSTER, { name: '', lb_policy: 'ROUND_ROBIN' }, ''],
    ['packed numbers', 'envoy.config.route.v3.RetryPolicy', { retriable_status_codes: [503, 429] }, '3a04f703ad03'],
    ['a negative number', 'envoy.type.v3.Int64Range', { start: -1, end: '2' }, '08ffffffffffffffffff011002'],
    ['a double', 'envoy.type.v3.DoubleRange', { end: 1 }, '11000000000000f03f'],
  ])('%s', (_what, type, message, expected) => {
    expect(hex(type, message)).toBe(expected);
  });

  it('a map with sorted keys, whatever their order in the object', () => {
    const type = 'envoy.config.core.v3.Metadata';
    const one = hex(type, { filter_metadata: { b: { y: 1, x: [null, true, 'z'] }, a: {} } });
    expect(hex(type, { filter_metadata: { a: {}, b: { x: [null, true, 'z'], y: 1 } } })).toBe(one);
    expect(one.startsWith('0a050a01611200')).toBe(true);
  });

  it('fields by their numbers, whatever their order in the object', () => {
    expect(hex(CLUSTER, { connect_timeout: '1s', name: 'a' })).toBe(hex(CLUSTER, { name: 'a', connect_timeout: '1s' }));
  });

  it('lengths of several bytes around nested messages', () => {
    const text = 'x'.repeat(20_000);
    const message = { virtual_hosts: [{ name: text, domains: ['ä€𐍈', 'y'.repeat(130)] }] };
    expect(decode(ROUTE_CONFIGURATION, encode(ROUTE_CONFIGURATION, message))).toEqual(message);
  });

  it('a virtual host object read once, however often it is encoded', () => {
    let reads = 0;
    const host = {
      name: 'a',
      get domains() {
        reads++;
        return ['a.example'];
      },
    };
    const first = hex(ROUTE_CONFIGURATION, { virtual_hosts: [host] });
    const readsOfOne = reads;
    expect(hex(ROUTE_CONFIGURATION, { virtual_hosts: [host] })).toBe(first);
    expect(reads).toBe(readsOfOne);
    const more = { virtual_hosts: [host, { name: 'b', domains: ['b'.repeat(300)] }] };
    expect(decode(ROUTE_CONFIGURATION, encode(ROUTE_CONFIGURATION, more))).toEqual({
      virtual_hosts: [{ name: 'a', domains: ['a.example'] }, more.virtual_hosts[1]],
    });
  });

  it('an Any with the bytes of its message', () => {
    const router = anyOf('envoy.extensions.filters.http.router.v3.Router', { suppress_envoy_headers: true });
    expect(router['@type']).toBe('type.googleapis.com/envoy.extensions.filters.http.router.v3.Router');
    expect(decode('google.protobuf.Any', encode('google.protobuf.Any', router))).toEqual(router);
    expect(
      hex('google.protobuf.Any', { '@type': 'type.googleapis.com/google.protobuf.StringValue', value: 'hi' }).endsWith(
        '12040a026869',
      ),
    ).toBe(true);
  });

  it('secrets with their real text', () => {
    const type = 'envoy.config.core.v3.DataSource';
    expect(hex(type, { inline_string: new SecretText('key') })).toBe(hex(type, { inline_string: 'key' }));
    expect(hex(type, { inline_bytes: new SecretText('a2V5') })).toBe(hex(type, { inline_bytes: Buffer.from('key') }));
  });
});

describe('encode refuses', () => {
  const hcm = (content: Message): Message => ({
    filter_chains: [{ filters: [{ name: 'hcm', typed_config: { '@type': HCM, ...content } }] }],
  });

  it.each<[string, string, Message, string, string]>([
    [
      'a misspelt field inside an Any',
      LISTENER,
      hcm({ stat_prefx: 'x' }),
      'filter_chains[0].filters[0].typed_config.stat_prefx',
      'did you mean "stat_prefix"?',
    ],
    ['lowerCamelCase', CLUSTER, { connectTimeout: '1s' }, 'connectTimeout', 'did you mean "connect_timeout"?'],
    ['a word that the enum lacks', CLUSTER, { lb_policy: 'RINGHASH' }, 'lb_policy', 'did you mean "RING_HASH"?'],
    ['an enum number that does not exist', CLUSTER, { lb_policy: 99 }, 'lb_policy', 'got 99'],
    ['a duration without unit', CLUSTER, { connect_timeout: '5' }, 'connect_timeout', '"5s"'],
    ['a duration in milliseconds', CLUSTER, { connect_timeout: '5ms' }, 'connect_timeout', 'got "5ms"'],
    ['a number for a duration', CLUSTER, { connect_timeout: 5 }, 'connect_timeout', 'got 5'],
    ['a number for a string', CLUSTER, { name: 5 }, 'name', 'expected a string'],
    [
      'a string for a boolean',
      ROUTE_CONFIGURATION,
      { validate_clusters: 'true' },
      'validate_clusters',
      'expected true or false',
    ],
    [
      'a fraction for a whole number',
      CLUSTER,
      { per_connection_buffer_limit_bytes: 1.5 },
      'per_connection_buffer_limit_bytes',
      'whole number',
    ],
    [
      'a negative number for an unsigned one',
      CLUSTER,
      { per_connection_buffer_limit_bytes: -1 },
      'per_connection_buffer_limit_bytes',
      'from 0',
    ],
    ['an object for a list', ROUTE_CONFIGURATION, { virtual_hosts: {} }, 'virtual_hosts', 'expected a list'],
    ['a list for an object', CLUSTER, { eds_cluster_config: [] }, 'eds_cluster_config', 'got a list'],
    ['null', CLUSTER, { name: null }, 'name', 'leave the field out'],
    [
      'two members of a oneof',
      ROUTE_CONFIGURATION,
      { virtual_hosts: [{ routes: [{ route: {}, redirect: {} }] }] },
      'virtual_hosts[0].routes[0].redirect',
      '"route" and "redirect" exclude each other',
    ],
    [
      'an Any without type',
      LISTENER,
      { filter_chains: [{ filters: [{ typed_config: {} }] }] },
      'filter_chains[0].filters[0].typed_config',
      '"@type"',
    ],
    [
      'an Any of unknown type',
      LISTENER,
      { filter_chains: [{ filters: [{ typed_config: { '@type': `${HCM}s` } }] }] },
      'filter_chains[0].filters[0].typed_config',
      'did you mean "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"?',
    ],
    [
      'a value of a map',
      'envoy.config.core.v3.Metadata',
      { filter_metadata: { a: 1 } },
      'filter_metadata["a"]',
      'expected an object',
    ],
    [
      'bytes that are not base64',
      'envoy.config.core.v3.DataSource',
      { inline_bytes: '%' },
      'inline_bytes',
      'not base64',
    ],
    [
      'a 64-bit number that is too big',
      'envoy.type.v3.Int64Range',
      { start: '9223372036854775808' },
      'start',
      '64 bits',
    ],
    [
      'a hole in a list',
      ROUTE_CONFIGURATION,
      { internal_only_headers: ['a', undefined] },
      'internal_only_headers[1]',
      'holes',
    ],
    [
      'NaN in a Struct',
      'envoy.config.core.v3.Metadata',
      { filter_metadata: { a: { b: Number.NaN } } },
      'filter_metadata["a"]["b"]',
      'finite',
    ],
  ])('%s', (_what, type, message, path, reason) => {
    const error = failure(type, message);
    expect(error.path).toBe(path);
    expect(error.reason).toContain(reason);
    expect(error.message).toContain(type);
  });

  it('an object that contains itself', () => {
    const loop: Record<string, unknown> = {};
    loop.fields = loop;
    expect(failure('envoy.config.core.v3.Metadata', { filter_metadata: { a: loop } }).reason).toContain(
      'contain itself',
    );
  });

  it('a secret in the wrong place without printing it', () => {
    const error = failure(CLUSTER, { lb_policy: new SecretText('hunter2'), name: 'a' });
    expect(error.message).not.toContain('hunter2');
    expect(
      failure('envoy.config.core.v3.DataSource', { inline_bytes: new SecretText('%hunter2') }).message,
    ).not.toContain('hunter2');
  });

  it('and works on after an error', () => {
    failure(CLUSTER, { name: 'abc', connect_timeout: 'x' });
    expect(hex(CLUSTER, { name: 'a' })).toBe('0a0161');
  });
});
