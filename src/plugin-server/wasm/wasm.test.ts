import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { pack } from 'tar-stream';
import { buildWasm } from '../../../test/support/wasm.ts';
import { judgeModule } from './abi.ts';
import { exportNames, functionImports, renameExport, WasmFormatError } from './binary.ts';
import { parseOciUrl } from './oci.ts';
import { type ModuleState, ModuleStore } from './store.ts';
import { unpackModule } from './unpack.ts';

const digest = (data: Uint8Array) => createHash('sha256').update(data).digest('hex');

/** Node's own engine as a judge; its type lives in the DOM library, which this project does not load. */
const { WebAssembly: webAssembly } = globalThis as unknown as {
  WebAssembly: { validate(module: Uint8Array): boolean };
};

let module: Buffer;

beforeAll(() => {
  module = buildWasm('add-header');
}, 60_000);

/** The module with one import renamed to a name of the same length that no Envoy has. */
function withForeignImport(): Buffer {
  return Buffer.from(
    module.toString('latin1').replaceAll('proxy_add_header_map_value', 'proxy_foreign_redis_call_x'),
    'latin1',
  );
}

function tarOf(name: string, data: Buffer): Promise<Buffer> {
  const archive = pack();
  archive.entry({ name: 'README.md' }, 'no module');
  archive.entry({ name }, data);
  archive.finalize();
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    archive.on('data', (part: unknown) => parts.push(part as Buffer));
    archive.on('end', () => resolve(Buffer.concat(parts)));
    archive.on('error', reject);
  });
}

describe('module binaries', () => {
  it('show their imports and exports', () => {
    expect(functionImports(module)).toContainEqual({ module: 'env', name: 'proxy_add_header_map_value' });
    expect(exportNames(module)).toContain('proxy_on_request_headers');
  });

  it('keep working after an export was renamed', async () => {
    const changed = renameExport(module, 'proxy_abi_version_0_2_100', 'proxy_abi_version_0_2_1');
    expect(exportNames(changed)).toContain('proxy_abi_version_0_2_1');
    expect(exportNames(changed)).not.toContain('proxy_abi_version_0_2_100');
    expect(webAssembly.validate(changed)).toBe(true);
    expect(renameExport(module, 'no_such_export', 'x')).toBe(module);
  });

  it('that are none, or cut off anywhere, are a WasmFormatError and never anything else', () => {
    expect(() => functionImports(Buffer.from('#!/bin/sh'))).toThrow(WasmFormatError);
    fc.assert(
      fc.property(fc.nat(module.length - 1), (length) => {
        try {
          functionImports(module.subarray(0, length));
          exportNames(module.subarray(0, length));
        } catch (error) {
          expect(error).toBeInstanceOf(WasmFormatError);
        }
      }),
    );
  });
});

describe('the judgement', () => {
  it('makes a module of the reference SDKs ready for a stock Envoy', () => {
    const judged = judgeModule(module);
    expect(judged.accepted && exportNames(judged.module)).toContain('proxy_abi_version_0_2_1');
  });

  it('refuses imports that a stock Envoy lacks, with the list', () => {
    expect(judgeModule(withForeignImport())).toMatchObject({
      accepted: false,
      missingImports: ['env.proxy_foreign_redis_call_x'],
    });
  });

  it('refuses a module without an ABI marker', () => {
    const plain = Buffer.from(renameExport(module, 'proxy_abi_version_0_2_100', 'something_else'));
    expect(judgeModule(plain)).toMatchObject({ accepted: false, reason: expect.stringContaining('proxy_abi_version') });
  });
});

describe('unpacking', () => {
  it('finds the module bare, gzipped, in a tar and in a gzipped tar', async () => {
    const tar = await tarOf('plugin.wasm', module);
    for (const form of [module, gzipSync(module), tar, gzipSync(tar)])
      expect(digest(await unpackModule(form))).toBe(digest(module));
  });

  it('says when there is none', async () => {
    await expect(unpackModule(await tarOf('plugin.txt', module))).rejects.toThrow('holds no .wasm file');
    await expect(unpackModule(Buffer.from('<html>'))).rejects.toThrow('neither a WebAssembly module');
  });
});

describe('OCI references', () => {
  it.each([
    ['oci://host/repo/name:1.0.0', { registry: 'host', repository: 'repo/name', reference: '1.0.0' }],
    ['oci://127.0.0.1:5000/x', { registry: '127.0.0.1:5000', repository: 'x', reference: 'latest' }],
    [
      `oci://host/x:1@sha256:${'a'.repeat(64)}`,
      { registry: 'host', repository: 'x', reference: `sha256:${'a'.repeat(64)}` },
    ],
  ])('%s', (url, expected) => {
    expect(parseOciUrl(url)).toEqual(expected);
  });

  it('are refused with the form to write', () => {
    expect(() => parseOciUrl('oci://only-a-host')).toThrow('write oci://HOST/REPOSITORY:TAG');
  });
});

describe('the store', () => {
  let server: Server;
  let base: string;
  let answers: { status: number; body: Buffer } = { status: 200, body: Buffer.alloc(0) };
  let requests = 0;
  const dir = mkdtempSync(join(tmpdir(), 'higress-store-'));
  const quiet = { info: () => undefined, warn: () => undefined };

  beforeAll(async () => {
    server = createServer((_request, response) => {
      requests += 1;
      response.writeHead(answers.status, { 'content-length': answers.body.length }).end(answers.body);
    });
    await new Promise<void>((resolve) => server.listen({ host: '127.0.0.1', port: 0 }, resolve));
    base = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  });

  afterAll(() => {
    server.close();
    server.closeAllConnections();
    rmSync(dir, { recursive: true, force: true });
  });

  const settled = async (
    store: ModuleStore,
    request: Parameters<ModuleStore['request']>[0],
    until: (state: ModuleState) => boolean = (state) => state.state !== 'pending',
  ) => {
    for (;;) {
      const state = store.request(request);
      if (until(state)) return state;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };

  it('pulls once, keeps by content, and needs no second pull for a known digest', async () => {
    answers = { status: 200, body: module };
    requests = 0;
    const request = { url: `${base}/plugin.wasm`, sha256: digest(module), pullPolicy: 'IfNotPresent' as const };
    const first = new ModuleStore({ dir, log: quiet });
    const state = await settled(first, request);
    expect(state).toMatchObject({ state: 'ready' });
    if (state.state !== 'ready') throw new Error('unreachable');
    expect(digest((await first.read(state.sha256)) ?? Buffer.alloc(0))).toBe(state.sha256);
    expect(await first.read('../../etc/passwd')).toBeUndefined();
    await first.stop();
    const second = new ModuleStore({ dir, log: quiet });
    expect(await settled(second, request)).toEqual(state);
    expect(requests).toBe(1);
    await second.stop();
  });

  it('refuses another digest than the one asked for, for good', async () => {
    answers = { status: 200, body: module };
    const store = new ModuleStore({ dir, log: quiet });
    const state = await settled(store, {
      url: `${base}/other.wasm`,
      sha256: 'b'.repeat(64),
      pullPolicy: 'IfNotPresent',
    });
    expect(state).toEqual({
      state: 'failed',
      final: true,
      reason: expect.stringMatching(/sha256 is b{64}, but what arrived has [0-9a-f]{64}/),
    });
    await store.stop();
  });

  it('says why a URL that is down failed, and recovers by itself', async () => {
    answers = { status: 503, body: Buffer.from('later') };
    const store = new ModuleStore({ dir, log: quiet, minBackoffMs: 5, maxBackoffMs: 10 });
    const request = { url: `${base}/late.wasm`, sha256: '', pullPolicy: 'IfNotPresent' as const };
    expect(await settled(store, request)).toEqual({
      state: 'failed',
      final: false,
      reason: `${base}/late.wasm answered 503`,
    });
    answers = { status: 200, body: module };
    expect(await settled(store, request, ({ state }) => state === 'ready')).toMatchObject({ state: 'ready' });
    await store.stop();
  });

  it('names an unreachable host', async () => {
    const store = new ModuleStore({ dir, log: quiet });
    const state = await settled(store, { url: 'http://127.0.0.1:1/x.wasm', sha256: '', pullPolicy: 'IfNotPresent' });
    expect(state).toMatchObject({
      state: 'failed',
      final: false,
      reason: expect.stringContaining('http://127.0.0.1:1/x.wasm cannot be reached'),
    });
    await store.stop();
  });
});
