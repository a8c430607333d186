import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MODULE_FILE } from './native-build.ts';
import { findNativeModule, NativeModuleError } from './native-module.ts';

describe('the native module', () => {
  let dir = '';
  let said: string[] = [];

  beforeEach(() => {
    dir = realpathSync(mkdtempSync(join(tmpdir(), 'native-module-')));
    said = [];
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  /** An Envoy as far as its version goes. */
  function envoyOf(version: string): string {
    const path = join(dir, '1.40.9', 'envoy');
    mkdirSync(join(dir, '1.40.9'), { recursive: true });
    writeFileSync(path, `#!/bin/sh\necho\necho "$0  version: 0123abcd/${version}/Clean/RELEASE/BoringSSL"\n`);
    chmodSync(path, 0o755);
    return path;
  }

  function folderWithModule(name: string): string {
    mkdirSync(join(dir, name), { recursive: true });
    writeFileSync(join(dir, name, MODULE_FILE), '');
    return join(dir, name);
  }

  /** In a package without a shipped module, and a world without pip. */
  const find = (env: Record<string, string> = {}, envoy = envoyOf('1.40.0')) =>
    findNativeModule({
      env: { XDG_CACHE_HOME: dir, PATH: dir, ...env },
      envoy,
      root: dir,
      say: (text) => said.push(text),
    });

  it('is that of HIGRESS_NATIVE_MODULE, before one that the package carries', async () => {
    const shipped = folderWithModule('native');
    const named = folderWithModule('mine');
    expect(await find({ HIGRESS_NATIVE_MODULE: named })).toBe(named);
    expect(await find({ HIGRESS_NATIVE_MODULE: relative(process.cwd(), named) })).toBe(named);
    expect(await find()).toBe(shipped);
    expect(said).toEqual([]);
  });

  it('fits every patch release of its Envoy', async () => {
    const shipped = folderWithModule('native');
    expect(await find({}, envoyOf('1.40.7'))).toBe(shipped);
    expect(await find({}, envoyOf('1.40.1-dev'))).toBe(shipped);
  });

  it('that is named and missing is an error with the file and the way out', async () => {
    folderWithModule('native');
    const attempt = find({ HIGRESS_NATIVE_MODULE: '/nowhere' });
    await expect(attempt).rejects.toThrow(NativeModuleError);
    await expect(attempt).rejects.toThrow(
      'HIGRESS_NATIVE_MODULE is "/nowhere", a folder without libhigress.so. Correct it, unset it to have the module found or compiled, or set it to "off".',
    );
  });

  it('can be switched off, silently', async () => {
    folderWithModule('native');
    expect(await find({ HIGRESS_NATIVE_MODULE: 'off' })).toBeUndefined();
    expect(said).toEqual([]);
  });

  it.each(['1.39.2', '1.41.0', '1.4.0', '2.40.0'])('is not given to an Envoy %s', async (version) => {
    folderWithModule('native');
    const envoy = envoyOf(version);
    expect(await find({}, envoy)).toBeUndefined();
    expect(said).toEqual([
      expect.stringContaining(`${envoy} is version ${version}, and the module is made for 1.40\nPlugins that`),
    ]);
    expect(await find({ HIGRESS_NATIVE_MODULE: join(dir, 'native') }, envoy)).toBeUndefined();
    expect(said).toHaveLength(2);
  });

  it('is not given to an Envoy that cannot be asked', async () => {
    folderWithModule('native');
    expect(await find({}, join(dir, 'gone'))).toBeUndefined();
    expect(said).toEqual([expect.stringContaining(`${join(dir, 'gone')} --version failed: not installed`)]);
  });

  it('is done without where it cannot be compiled, with the reason', async () => {
    expect(await find()).toBeUndefined();
    expect(said.at(-1)).toContain('pip could not install ziglang==0.14.1:\n  python3: not installed');
    expect(said.at(-1)).toContain('run in the plugin server instead');
    expect(said.at(-1)).toContain('Install Python 3 with pip');
  });
});
