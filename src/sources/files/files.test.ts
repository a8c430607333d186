import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Problem } from '#ir/types.ts';
import { MAX_FILE_BYTES, splitDocuments } from './documents.ts';
import type { WorldPart } from './kinds.ts';
import { loadPaths } from './load.ts';
import { createLocator, fieldLine } from './locate.ts';
import { FileSource } from './source.ts';

let dir = '';
const sources: FileSource[] = [];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'higress-files-'));
});
afterEach(() => {
  for (const source of sources.splice(0)) source.stop();
  rmSync(dir, { recursive: true, force: true });
});

const put = (name: string, text: string | Uint8Array) => {
  mkdirSync(join(dir, name, '..'), { recursive: true });
  writeFileSync(join(dir, name), text);
};
const service = (name: string, port = 80, more = '') =>
  `apiVersion: v1\nkind: Service\nmetadata: {name: ${name}${more}}\nspec: {ports: [{port: ${port}}]}\n`;
const plugin = (name: string, url: string) =>
  `apiVersion: extensions.higress.io/v1alpha1\nkind: WasmPlugin\nmetadata: {name: ${name}}\nspec: {url: ${url}}\n`;
const load = (...paths: string[]) =>
  loadPaths(paths.length === 0 ? [dir] : paths, { systemNamespace: 'higress-system' });
const names = (part: WorldPart) => part.services.map(({ metadata }) => metadata.name);
const told = (problems: readonly Problem[]) =>
  problems.map(
    ({ severity, reason, origin }) =>
      `${severity} ${reason} ${origin.kind === 'File' ? '' : origin.name} ${relative(dir, origin.file ?? '')}`,
  );

describe('loadPaths', () => {
  it('reads nested files and several documents a file, with file and line', () => {
    put('b/c/two.yml', `# comment\n---\n# another\n${service('b')}---\n${service('c')}...\n---\n`);
    put(
      'a.json',
      JSON.stringify({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'a' }, spec: { ports: [{ port: 1 }] } }),
    );
    put('notes.txt', 'no: [manifest');
    put('.hidden/x.yaml', service('x'));
    const { world, problems, files } = load();
    expect(
      world.services.map(({ metadata, file }) => [metadata.namespace, metadata.name, relative(dir, file ?? '')]),
    ).toEqual([
      ['default', 'a', 'a.json:1'],
      ['default', 'b', 'b/c/two.yml:4'],
      ['default', 'c', 'b/c/two.yml:9'],
    ]);
    expect([problems, files, world.registryServices]).toEqual([[], 2, []]);
  });

  it('expands lists and takes paths of single files of any name', () => {
    put(
      'list.manifest',
      `apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Service, metadata: {name: a}, spec: {ports: [{port: 1}]}}\n`,
    );
    expect(names(load(join(dir, 'list.manifest')).world)).toEqual(['a']);
    expect(told(load(join(dir, 'none.yaml')).problems)).toEqual(['error FileUnreadable  none.yaml']);
  });

  it('puts objects without a namespace where they belong', () => {
    put(
      'x.yaml',
      [
        plugin('p', 'x/y:1'),
        'apiVersion: networking.higress.io/v1\nkind: McpBridge\nmetadata: {name: default}\nspec: {}\n',
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: higress-config}\ndata: {}\n',
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: other}\ndata: {}\n',
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: higress-https, namespace: mine}\ndata: {}\n',
      ].join('---\n'),
    );
    const { world } = load();
    expect(
      [...world.wasmPlugins, ...world.mcpBridges, ...world.configMaps].map(({ metadata }) => metadata.namespace),
    ).toEqual(['higress-system', 'higress-system', 'higress-system', 'default', 'mine']);
  });

  it('warns once of each object of another kind, and knows what to use instead', () => {
    put(
      'x.yaml',
      'apiVersion: networking.istio.io/v1alpha3\nkind: EnvoyFilter\nmetadata: {name: f}\n---\napiVersion: extensions/v1beta1\nkind: Ingress\nmetadata: {name: i}\n---\napiVersion: v1\nkind: constructor\n',
    );
    const { problems } = load();
    expect(told(problems)).toEqual([
      'warning KindIgnored f x.yaml:1',
      'warning KindIgnored i x.yaml:5',
      'warning KindIgnored  x.yaml:9',
    ]);
    expect(problems[0]?.hint).toMatch(/WasmPlugin/);
    expect(problems[1]?.hint).toBe('use apiVersion: networking.k8s.io/v1');
  });

  it('tells duplicates; the first counts', () => {
    put('a.yaml', service('s', 1));
    put('b.yaml', `${service('s', 2)}---\n${service('s', 3, ', namespace: other')}`);
    const { world, problems } = load();
    expect(world.services.map(({ metadata, file }) => [metadata.namespace, relative(dir, file ?? '')])).toEqual([
      ['default', 'a.yaml:1'],
      ['other', 'b.yaml:6'],
    ]);
    expect(told(problems)).toEqual(['error DuplicateObject s b.yaml:1']);
    expect(problems[0]?.message).toMatch(/a\.yaml:1 counts$/);
  });

  it('makes a problem of whatever else a folder may hold, and reads the rest', () => {
    put('bad.yaml', `${service('lost')}---\na: [1\nb: 2\n`);
    put(
      'bomb.yaml',
      `a: &a [1,1,1,1,1,1,1,1,1]\n${'bcdefghi'
        .split('')
        .map((letter, at) => `${letter}: &${letter} [${Array(9).fill(`*${'abcdefgh'[at]}`)}]`)
        .join('\n')}\n`,
    );
    put('deep.yaml', `a: ${'['.repeat(100_000)}`);
    put('deeper.yaml', `a: ${'['.repeat(300)}${']'.repeat(300)}`);
    put('binary.yaml', new Uint8Array([0, 1, 2, 255, 254]));
    put('huge.yaml', `# ${'x'.repeat(MAX_FILE_BYTES)}`);
    put('proto.yaml', `${service('p')}__proto__: {polluted: true}\n`);
    put('text.yaml', 'just text\n--- \n[1, 2]\n');
    put('ok.yaml', service('ok'));
    symlinkSync('.', join(dir, 'loop'));
    symlinkSync('self.yaml', join(dir, 'self.yaml'));
    symlinkSync('gone', join(dir, 'gone.yaml'));
    const { world, problems } = load();
    expect(names(world)).toEqual(['ok']);
    expect(told(problems).sort()).toEqual([
      'error FileUnreadable  binary.yaml',
      'error FileUnreadable  huge.yaml',
      'error FileUnreadable  loop',
      'error FileUnreadable  self.yaml',
      'error NotAManifest  text.yaml:1',
      'error NotAManifest  text.yaml:3',
      'error YamlInvalid  bad.yaml:7',
      'error YamlInvalid  bomb.yaml:1',
      'error YamlInvalid  deep.yaml:1',
      'error YamlInvalid  deeper.yaml:1',
      'error YamlInvalid  proto.yaml:1',
    ]);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('says why a file cannot be read', () => {
    put('secret.yaml', service('s'));
    chmodSync(join(dir, 'secret.yaml'), 0);
    const { problems } = load();
    // The superuser may read it all the same.
    expect(process.getuid?.() === 0 ? [] : ['error FileUnreadable  secret.yaml']).toEqual(told(problems));
  });

  it('survives any mutation of valid manifests', () => {
    const valid = Buffer.from(
      [
        service('a'),
        plugin('p', 'oci://x/y:1'),
        'apiVersion: networking.higress.io/v1\nkind: McpBridge\nmetadata: {name: default}\nspec: {registries: [{type: nacos2, name: n, domain: d, port: 8848, nacosGroups: [A], nacosRefreshInterval: 30s}]}\n',
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: higress-config}\ndata:\n  higress: |\n    downstream: {idleTimeout: 5}\n',
        'apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {a: b}\ndata: {c: ZGQ=}\n',
        'apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: i, annotations: {higress.io/timeout: "5"}}\nspec:\n  rules:\n  - host: a.com\n    http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: a, port: {number: 80}}}}]}\n',
      ].join('---\n'),
    );
    const edit = fc.record({
      at: fc.nat(valid.length - 1),
      cut: fc.nat(20),
      put: fc.oneof(
        fc.uint8Array({ maxLength: 4 }),
        fc
          .constantFrom('[', '{', '&a ', '*a', '!!js ', '__proto__: ', '\n', '- ', '"', '? ', '<<: ', '---\n', '|\n')
          .map((text) => Buffer.from(text)),
      ),
    });
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
        let bytes = valid;
        for (const { at, cut, put: extra } of edits)
          bytes = Buffer.concat([bytes.subarray(0, at), extra, bytes.subarray(at + cut)]);
        put('m.yaml', bytes);
        const { problems } = load();
        const locate = createLocator();
        for (const problem of problems) expect(locate(problem.origin)?.line).toBeGreaterThan(0);
      }),
      { numRuns: 400 },
    );
  });
});

describe('lines', () => {
  it('of fields are found through lists and keys with dots', () => {
    const text = [
      '# head',
      '---',
      '# more',
      'kind: A',
      '---',
      '# lead',
      'kind: B',
      'metadata:',
      '  annotations:',
      '    higress.io/timeout: "5"',
      'spec:',
      '  rules:',
      '  - host: a',
      '    paths:',
      '    - {path: /}',
      '    - path: /b',
      '      type: X',
      '',
    ].join('\n');
    const [, chunk] = splitDocuments(text);
    expect(chunk?.line).toBe(7);
    const at = (path: string) => fieldLine(text, 7, path);
    expect([
      at('kind'),
      at('metadata.annotations.higress.io/timeout'),
      at('spec.rules[0].paths[1].type'),
      at('spec.rules[0].paths[1]'),
      at('spec.rules[0].paths[7].type'),
      at('nowhere'),
    ]).toEqual([7, 10, 17, 16, 14, 7]);
    expect(fieldLine(text, 4, 'kind')).toBe(4);
  });
});

/** Starts a source and collects what it delivers. */
function watching() {
  const events: { part: WorldPart; problems: readonly Problem[] }[] = [];
  const log = { info: () => undefined, warn: () => undefined };
  let wake: () => void = () => undefined;
  const source = new FileSource({
    dir,
    systemNamespace: 'higress-system',
    log,
    rescanMs: 60_000,
    onWorld: (part, problems) => {
      events.push({ part, problems });
      wake();
    },
  });
  sources.push(source);
  source.start();
  const last = () => events.at(-1)!;
  const until = async (holds: (part: WorldPart, problems: readonly Problem[]) => boolean) => {
    while (!holds(last().part, last().problems))
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    return last();
  };
  return { events, last, until };
}

describe('FileSource', () => {
  it('delivers at the start and after adding, editing, renaming and deleting', async () => {
    put('a.yaml', service('a'));
    const { last, until } = watching();
    expect(names(last().part)).toEqual(['a']);
    put('deep/er/b.yaml', service('b'));
    await until((part) => names(part).join() === 'a,b');
    put('a.yaml', service('a2'));
    await until((part) => names(part).join() === 'a2,b');
    renameSync(join(dir, 'a.yaml'), join(dir, 'z.yaml'));
    await until((part) => names(part).join() === 'b,a2');
    rmSync(join(dir, 'deep'), { recursive: true });
    await until((part) => names(part).join() === 'a2');
    rmSync(join(dir, 'z.yaml'));
    await until((part) => part.services.length === 0);
  });

  it('keeps unchanged objects, lists and files as they are, and reads the changed file only', async () => {
    put('a.yaml', `${service('a')}---\n${service('b')}`);
    put('c.yaml', plugin('c', 'x/y:1'));
    const { last, until, events } = watching();
    const before = last().part;
    put('a.yaml', `${service('a')}---\n${service('b', 81)}`);
    const { part } = await until((now) => now !== before);
    expect(part.services[0]).toBe(before.services[0]);
    expect(part.services[1]).not.toBe(before.services[1]);
    expect(part.wasmPlugins).toBe(before.wasmPlugins);
    expect(part.ingresses).toBe(before.ingresses);
    expect(events.length).toBe(2);
  });

  it('keeps the objects of a half-written file, and of a file that is emptied before it is filled again', async () => {
    put('a.yaml', `${service('a')}---\n${service('b')}`);
    const { until, events } = watching();
    put('a.yaml', `${service('a')}---\napiVersion: v1\nkind: Service\nmetadata: {name: b`);
    const broken = await until((_, problems) => problems.length > 0);
    expect([names(broken.part), told(broken.problems)]).toEqual([['a', 'b'], ['error YamlInvalid  a.yaml:8']]);
    put('a.yaml', '');
    put('a.yaml', service('c'));
    await until((part) => names(part).join() === 'c');
    expect(events.every(({ part }) => part.services.length > 0)).toBe(true);
    put('a.yaml', '');
    await until((part) => part.services.length === 0);
  });

  it('keeps the last valid version of an object that became invalid, and says so', async () => {
    put('a.yaml', plugin('p', 'x/y:1'));
    const { until } = watching();
    put('a.yaml', plugin('p', '[no, text]'));
    const stale = await until((_, problems) => problems.length > 0);
    expect(stale.part.wasmPlugins.map(({ spec }) => spec.url)).toEqual(['x/y:1']);
    expect(stale.problems[0]?.hint).toBe('the last valid version stays in force');
    put('a.yaml', plugin('p', 'x/y:2'));
    const good = await until((_, problems) => problems.length === 0);
    expect(good.part.wasmPlugins.map(({ spec }) => spec.url)).toEqual(['x/y:2']);
  });

  it('follows the links of a mounted ConfigMap', async () => {
    put('..one/a.yaml', service('one'));
    put('..two/a.yaml', service('two'));
    symlinkSync('..one', join(dir, '..data'));
    symlinkSync('..data/a.yaml', join(dir, 'a.yaml'));
    const { last, until } = watching();
    expect(names(last().part)).toEqual(['one']);
    symlinkSync('..two', join(dir, '..data_tmp'));
    renameSync(join(dir, '..data_tmp'), join(dir, '..data'));
    await until((part) => names(part).join() === 'two');
  });

  it('waits for a folder that is not there yet', async () => {
    rmSync(dir, { recursive: true });
    const events: string[][] = [];
    let wake: () => void = () => undefined;
    const log = { info: () => undefined, warn: () => undefined };
    const source = new FileSource({
      dir,
      systemNamespace: 's',
      log,
      rescanMs: 20,
      onWorld: (part) => {
        events.push(names(part));
        wake();
      },
    });
    sources.push(source);
    source.start();
    expect(events).toEqual([[]]);
    put('a.yaml', service('a'));
    while (events.at(-1)?.[0] !== 'a')
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
  });
});
