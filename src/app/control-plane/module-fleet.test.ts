import { describe, expect, it } from '@jest/globals';
import { manualClock } from '#test/clock.ts';
import type { NodeInfo } from '#xds/server/node.ts';
import { ModuleFleet } from './module-fleet.ts';

const node = (id: string, nativeModule?: string, role: NodeInfo['role'] = 'gateway'): NodeInfo => ({
  id,
  cluster: '',
  role,
  version: '1.40.0',
  ...(nativeModule === undefined ? {} : { nativeModule }),
});

function fleet(name = 'v2') {
  const clock = manualClock();
  const seen: boolean[] = [];
  const made: ModuleFleet = new ModuleFleet({ name, clock, onChange: () => seen.push(made.usable) });
  return { made, clock, seen };
}

describe('the native module among several gateways', () => {
  it('is used until one without it connects, and again when the last of those has been gone for a while', async () => {
    const { made, clock, seen } = fleet();
    made.connected(node('new', 'v2'));
    expect(made.usable).toBe(true);
    made.connected(node('old-1'));
    made.connected(node('old-2'));
    expect(seen).toEqual([false]);
    made.disconnected(node('old-1'));
    made.disconnected(node('new', 'v2'));
    await clock.advance(60_000);
    expect(seen).toEqual([false]);
    made.disconnected(node('old-2'));
    await clock.advance(4_000);
    made.connected(node('old-2'));
    await clock.advance(60_000);
    expect(seen).toEqual([false]);
    made.disconnected(node('old-2'));
    await clock.advance(60_000);
    expect(seen).toEqual([false, true]);
  });

  it('of another version is used as well, but says nothing about the others', () => {
    const { made, seen } = fleet();
    made.connected(node('older', 'v1'));
    expect(seen).toEqual([]);
    expect(made.speaksForAll(node('older', 'v1'))).toBe(false);
    expect(made.speaksForAll(node('none'))).toBe(false);
    expect(made.speaksForAll(node('new', 'v2'))).toBe(true);
  });

  it('is not asked of plugin servers, nor of gateways that never say', () => {
    const { made, seen } = fleet();
    made.connected(node('plugins', undefined, 'plugin-server'));
    expect(made.speaksForAll(node('plugins', undefined, 'plugin-server'))).toBe(true);
    const nameless = fleet('');
    nameless.made.connected(node('test'));
    expect(nameless.made.speaksForAll(node('test'))).toBe(true);
    expect([...seen, ...nameless.seen]).toEqual([]);
  });

  it('leaves no timer when it is stopped', () => {
    const { made, clock } = fleet();
    made.connected(node('old'));
    made.disconnected(node('old'));
    expect(clock.pending).toBe(1);
    made.stop();
    expect(clock.pending).toBe(0);
  });
});
