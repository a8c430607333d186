import { describe, expect, it } from '@jest/globals';
import { EndpointDirectory } from './endpoints.ts';

const at = (...list: [address: string, port: number][]) => list.map(([address, port]) => ({ address, port }));

describe('EndpointDirectory', () => {
  it('tells addresses as Envoy writes them, sorted, the same list while nothing changes', async () => {
    const directory = new EndpointDirectory();
    directory.set({ name: 'c', dns: false, endpoints: at(['10.0.0.2', 80], ['10.0.0.1', 80], ['fd00::1', 81]) });
    const list = await directory.of('c');
    expect(list).toEqual(['10.0.0.1:80', '10.0.0.2:80', '[fd00::1]:81']);
    directory.set({ name: 'c', dns: false, endpoints: at(['10.0.0.1', 80], ['10.0.0.2', 80], ['fd00::1', 81]) });
    expect(await directory.of('c')).toBe(list);
    directory.set({ name: 'c', dns: false, endpoints: [] });
    expect(await directory.of('c')).toEqual([]);
    directory.remove('c');
    expect(await directory.of('c')).toEqual([]);
  });

  it('resolves names, IPv4 first, and keeps what they stood for while they cannot be resolved', async () => {
    let now = 0;
    let broken = false;
    let asked = 0;
    const directory = new EndpointDirectory(
      async () => {
        asked += 1;
        if (broken) throw new Error('no such name');
        return [
          { address: 'fd00::9', family: 6 },
          { address: '10.0.0.9', family: 4 },
        ];
      },
      () => now,
    );
    directory.set({ name: 'c', dns: true, endpoints: at(['models.example.com', 443], ['10.0.0.1', 443]) });
    expect(await directory.of('c')).toEqual(['10.0.0.1:443', '10.0.0.9:443']);
    await directory.of('c');
    expect(asked).toBe(1);
    broken = true;
    now = 6_000;
    directory.set({ name: 'c', dns: true, endpoints: at(['models.example.com', 443]) });
    await directory.of('c');
    expect(await directory.of('c')).toEqual(['10.0.0.1:443', '10.0.0.9:443']);
    expect(asked).toBe(2);
  });
});
