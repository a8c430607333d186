import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { hostKey, KEY_COUNT, KEY_EXPRESSION, KEY_PATTERNS } from './host-key.ts';
import { HostSharder, type ShardedHost, type Sharding } from './host-shards.ts';
import { scopes } from './scopes.ts';

interface Named extends ShardedHost {
  readonly name: string;
}

const named = (name: string): Named => ({ name, shardKey: hostKey(name) });

/** The key as Envoy computes it from a Host header. */
function envoyKey(header: string): number {
  return KEY_PATTERNS.reduce((key, pattern, bit) => (new RegExp(pattern).test(header) ? key | (1 << bit) : key), 0);
}

const label = fc.stringMatching(/^[a-z0-9_]([a-z0-9_-]{0,12}[a-z0-9_])?$/);
const exactHost = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join('.'));
const wildcardHost = fc.oneof(
  exactHost.map((host) => `*.${host}`),
  fc.constant('*'),
);
const header = fc.oneof(
  exactHost,
  fc.tuple(exactHost, fc.integer({ min: 0, max: 65_535 })).map(([host, port]) => `${host}:${port}`),
  exactHost.map((host) => `${host.toUpperCase()}:`),
  fc.ipV6().map((address) => `[${address}]:80`),
  fc.string({ maxLength: 40 }),
);

describe('hostKey', () => {
  it('is what Envoy computes, whatever case and port a request has', () => {
    fc.assert(
      fc.property(exactHost, fc.infiniteStream(fc.boolean()), fc.constantFrom('', ':80', ':'), (host, upper, port) => {
        const sent = [...host].map((one) => (upper.next().value ? one.toUpperCase() : one)).join('') + port;
        expect(envoyKey(sent)).toBe(hostKey(host));
      }),
      { numRuns: 500 },
    );
  });

  it('is none for hosts that belong into every table', () => {
    for (const host of ['*', '*.example.com', '', '[::1]', 'a:80', 'ä.example.com'])
      expect(hostKey(host)).toBeUndefined();
  });

  it.each([
    ['numbered', (n: number) => `app-${String(n).padStart(5, '0')}.example.com`],
    ['numbered below www', (n: number) => `www.site${n}.com`],
    ['hexadecimal', (n: number) => `${(n * 2_654_435_761).toString(16)}.svc.example.com`],
    ['of letters', (n: number) => `${n.toString(26).replace(/\d/g, (d) => 'qrstuvwxyz'[Number(d)]!)}.example.com`],
  ])('spreads ten thousand hosts: %s', (_, host) => {
    const counts = new Map<number, number>();
    for (let n = 0; n < 10_000; n += 1) counts.set(hostKey(host(n))!, (counts.get(hostKey(host(n))!) ?? 0) + 1);
    expect(Math.max(...counts.values())).toBeLessThan(400);
    expect(counts.size).toBeGreaterThan(KEY_COUNT / 2);
  });

  it('takes patterns that keep within what Envoy compiles', () => {
    for (const pattern of KEY_PATTERNS) expect(pattern.length).toBeLessThan(150);
    expect(KEY_EXPRESSION).not.toContain('%');
  });
});

function tablesOf(sharding: Sharding<Named>): Map<string, Set<string>> {
  return new Map(sharding.shards.map(({ name, hosts }) => [name, new Set(hosts.map((host) => host.name))]));
}

describe('HostSharder', () => {
  it('leads every Host header to a table with the exact host and all wildcards', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(exactHost, { maxLength: 400, minLength: 100 }),
        fc.uniqueArray(wildcardHost, { maxLength: 10 }),
        fc.array(header, { maxLength: 50 }),
        (exact, wildcards, headers) => {
          const sharding = new HostSharder<Named>('http').shard([...exact, ...wildcards].map(named));
          const tables = tablesOf(sharding);
          expect(sharding.shardOfKey).toHaveLength(KEY_COUNT);
          for (const host of exact) expect(tables.get(sharding.shardOfKey[envoyKey(host)]!)).toContain(host);
          for (const sent of headers) {
            const table = tables.get(sharding.shardOfKey[envoyKey(sent)]!)!;
            for (const wildcard of wildcards) expect(table).toContain(wildcard);
          }
          const total = [...tables.values()].reduce((sum, table) => sum + table.size, 0);
          expect(total).toBe(exact.length + wildcards.length * tables.size);
        },
      ),
      { numRuns: 30 },
    );
  });

  const hosts = (count: number) => Array.from({ length: count }, (_, n) => named(`host-${n}.example.com`));

  it('changes one table for one host, and no scope', () => {
    const sharder = new HostSharder<Named>('http');
    const before = sharder.shard(hosts(5000));
    const after = sharder.shard(hosts(4999));
    expect(after.shardOfKey).toBe(before.shardOfKey);
    const sizes = (sharding: Sharding<Named>) =>
      new Map(sharding.shards.map(({ name, hosts }) => [name, hosts.length]));
    const changed = [...sizes(after)].filter(([name, size]) => sizes(before).get(name) !== size);
    expect(changed).toHaveLength(1);
  });

  it('keeps tables small, and few when there are few hosts', () => {
    const sharder = new HostSharder<Named>('http');
    expect(sharder.shard(hosts(80)).shards.map(({ name }) => name)).toEqual(['http']);
    const { shards } = sharder.shard(hosts(10_000));
    expect(shards.length).toBeGreaterThan(100);
    expect(Math.max(...shards.map(({ hosts }) => hosts.length))).toBeLessThan(400);
    expect(sharder.shard(hosts(40)).shards).toHaveLength(1);
  });

  it('does not split and merge to and fro', () => {
    const sharder = new HostSharder<Named>('http');
    sharder.shard(hosts(101));
    const split = sharder.shard(hosts(101)).shardOfKey;
    expect(new Set(split).size).toBe(2);
    for (const count of [100, 99, 80, 101, 90]) expect(sharder.shard(hosts(count)).shardOfKey).toBe(split);
    expect(new Set(sharder.shard(hosts(49)).shardOfKey).size).toBe(1);
  });

  it('splits less when many wildcards are in every table', () => {
    const wildcards = Array.from({ length: 1000 }, (_, n) => named(`*.tenant-${n}.example.com`));
    const { shards } = new HostSharder<Named>('http').shard([...hosts(5000), ...wildcards]);
    expect(shards.length).toBeGreaterThan(1);
    expect(shards.reduce((sum, { hosts }) => sum + hosts.length, 0)).toBeLessThan(5 * 6000);
  });
});

describe('scopes', () => {
  const { shardOfKey } = new HostSharder<Named>('http').shard([named('a.test')]);

  it('cover every key, a request without one, and each table by an anchor that no request reaches', () => {
    const names = scopes('http', shardOfKey, undefined).map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (let key = 0; key < KEY_COUNT; key += 1) expect(names).toContain(`http/${key}`);
    expect(names).toEqual(expect.arrayContaining(['http/', 'http/-', 'anchor:http']));
  });

  it('are the same objects while they lead to the same tables', () => {
    const before = scopes('http', shardOfKey, undefined);
    const known = new Map(before.map((one) => [one.name, one]));
    expect(scopes('http', shardOfKey, known).every((one) => before.includes(one))).toBe(true);
    const moved = scopes('http', shardOfKey.with(7, 'http/1'), known);
    expect(moved.filter((one) => !before.includes(one)).map(({ name }) => name)).toEqual(['http/7', 'anchor:http/1']);
  });
});
