import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { WasmModuleRef } from '#ir/types.ts';
import { createLogger } from '#lib/log.ts';
import type { ModuleState } from '#plugin-server/wasm/store.ts';
import { eventually } from '#test/gateway.ts';
import { WasmResolver } from './wasm-resolver.ts';

const REF = { url: 'http://files.test/a.wasm', sha256: '', pullPolicy: 'IfNotPresent' } as WasmModuleRef;
const READY: ModuleState = { state: 'ready', sha256: 'ab' };

let server: Server;
let answer: ModuleState | undefined;
let asked = 0;
let changes = 0;
let resolver: WasmResolver;

beforeEach(async () => {
  answer = READY;
  asked = 0;
  changes = 0;
  server = createServer((_request, response) => {
    asked += 1;
    if (answer === undefined) response.destroy();
    else response.end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  resolver = new WasmResolver({
    server: { hosts: ['127.0.0.1'], port: (server.address() as AddressInfo).port },
    credentials: () => ({ username: '', password: '' }),
    onChange: () => {
      changes += 1;
    },
    log: createLogger({ component: 'test', level: 'silent' }),
    pollMs: 5,
    recheckMs: 5,
  });
});

afterEach(async () => {
  await resolver.stop();
  server.close();
  server.closeAllConnections();
});

const uri = () => {
  const found = resolver.moduleUri(REF);
  return found.ready ? found.uri : found.reason;
};
const ready = () => eventually('it is ready', () => resolver.moduleUri(REF).ready);

describe('a module', () => {
  it('keeps its address while every plugin server has it', async () => {
    await ready();
    const before = asked;
    await eventually('it is asked for again', () => asked > before + 3);
    expect([uri(), changes]).toEqual(['http://plugin-server/wasm/ab.wasm', 1]);
  });

  it.each<[string, ModuleState | undefined]>([
    ['no plugin server answered', undefined],
    ['one did not have it yet', { state: 'pending' }],
    ['one could not get it', { state: 'failed', reason: 'refused', final: false }],
  ])('has another address after a time in which %s', async (_what, state) => {
    await ready();
    answer = state;
    const before = asked;
    await eventually('it is missed', () => asked > before + 1);
    // Envoys that have it go on.
    expect([uri(), changes]).toEqual(['http://plugin-server/wasm/ab.wasm', 1]);
    answer = READY;
    await eventually('it is there again', () => changes === 2);
    expect(uri()).toBe('http://plugin-server/wasm/ab.wasm?again=1');
  });
});
