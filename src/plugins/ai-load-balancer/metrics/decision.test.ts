/** The decision tree, branch by branch. */
import { describe, expect, it } from '@jest/globals';
import { candidates, lowest } from './decision.ts';
import type { ModelServer } from './model-server.ts';

const server = (address: string, waiting: number, cacheUsage: number, adapters: string[] = [], maxAdapters = 0) =>
  ({ address, waiting, cacheUsage, adapters: new Set(adapters), maxAdapters }) satisfies ModelServer;
const names = (list: readonly ModelServer[]) => list.map(({ address }) => address).join('');
const critical = (...servers: ModelServer[]) => names(candidates(servers, { model: 'm', critical: true }));
const sheddable = (...servers: ModelServer[]) => names(candidates(servers, { model: 'm', critical: false }));

describe('candidates', () => {
  it('of a critical request: short queue first, then free cache', () => {
    expect(critical(server('a', 9, 0), server('b', 1, 0.5), server('c', 1, 0.1))).toBe('c');
    expect(critical(server('a', 0, 0.2), server('b', 0, 0.2))).toBe('ab');
  });

  it('of a critical request: a server that has the adapter loaded before one with room for it before the others', () => {
    expect(critical(server('a', 0, 0), server('b', 3, 0, ['x'], 2), server('c', 40, 0.9, ['m'], 1))).toBe('c');
    expect(critical(server('a', 0, 0), server('b', 3, 0, ['x'], 2), server('c', 9, 0, ['y'], 1))).toBe('b');
  });

  it('of a critical request when every queue is long: shortest queue before adapters', () => {
    expect(critical(server('a', 50, 0), server('b', 90, 0, ['m'], 1), server('c', 51, 0.9, [], 1))).toBe('c');
    expect(critical(server('a', 50, 0.5), server('b', 50, 0.1))).toBe('b');
  });

  it('of another request: only servers with something to spare, none when there are none', () => {
    expect(sheddable(server('a', 6, 0), server('b', 5, 0.8), server('c', 0, 0.81))).toBe('b');
    expect(sheddable(server('a', 0, 0.1), server('b', 0, 0.1, ['m'], 1))).toBe('b');
    expect(sheddable(server('a', 6, 0), server('c', 0, 0.81))).toBe('');
  });

  it('counts values of one band as equal: the range divided by the number of items', () => {
    expect(lowest([0, 25, 26, 100], (value) => value)).toEqual([0, 25]);
    expect(lowest([7], (value) => value)).toEqual([7]);
    expect(lowest([], Number)).toEqual([]);
  });
});
