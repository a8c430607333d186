import { describe, expect, it } from '@jest/globals';
import { statusMatch } from './status-match.ts';
import { type Endpoint, TokenHealth } from './token-health.ts';

const endpoint: Endpoint = { cluster: 'c', authority: 'a', path: '/v1/chat/completions' };

function health(probe: (token: string) => Promise<number>, settings: object = {}) {
  const planned: { act: () => void; delayMs: number }[] = [];
  const changes: string[] = [];
  const value = new TokenHealth(
    {
      tokens: ['one', 'two'],
      failureThreshold: 2,
      successThreshold: 2,
      intervalMs: 5000,
      failsOn: statusMatch(['4.*', '5.*']),
      ...settings,
    },
    {
      probe,
      onChange: (change, number) => changes.push(`${change} ${number}`),
      schedule: (act, delayMs) => {
        planned.push({ act, delayMs });
        return () => {
          planned.length = 0;
        };
      },
    },
  );
  const tick = async () => {
    planned.shift()?.act();
    await new Promise(setImmediate);
  };
  return { value, changes, planned, tick };
}

describe('the tokens of a provider', () => {
  it('lose one that fails so often in a row, and only then', () => {
    const { value, changes } = health(async () => 200);
    value.report('one', 500, endpoint);
    value.report('one', 200, endpoint);
    value.report('one', 429, endpoint);
    expect(value.available).toEqual(['one', 'two']);
    value.report('one', 429, endpoint);
    expect(value.available).toEqual(['two']);
    expect([value.choose(0), value.choose(0.99)]).toEqual(['two', 'two']);
    expect(changes).toEqual(['out 1']);
  });

  it('are drawn from those that failed when none is left', () => {
    const { value } = health(async () => 500, { failureThreshold: 1 });
    value.report('one', 500, endpoint);
    value.report('two', 500, endpoint);
    expect(value.available).toEqual([]);
    expect(new Set([value.choose(0), value.choose(0.99)])).toEqual(new Set(['one', 'two']));
  });

  it('come back after so many good probes in a row', async () => {
    const statuses = [200, 500, 200, 200];
    const { value, changes, planned, tick } = health(async () => statuses.shift() ?? 0, { failureThreshold: 1 });
    value.report('two', 401, endpoint);
    expect(planned.map(({ delayMs }) => delayMs)).toEqual([5000]);
    for (let i = 0; i < 3; i++) await tick();
    expect(value.available).toEqual(['one']);
    await tick();
    expect(value.available).toEqual(['one', 'two']);
    expect(changes).toEqual(['out 2', 'back 2']);
    expect(planned).toEqual([]);
  });

  it('take a probe without an answer for a failure, and none any more after the stop', async () => {
    const { value, planned, tick } = health(() => Promise.reject(new Error('down')), { failureThreshold: 1 });
    value.report('one', 503, endpoint);
    await tick();
    expect(value.available).toEqual(['two']);
    expect(planned).toHaveLength(1);
    value.stop();
    expect(planned).toHaveLength(0);
  });
});

describe('statusMatch', () => {
  it('finds patterns anywhere in the status, but takes successes at their word', () => {
    const matches = statusMatch(['4.*', '5.*']);
    expect([400, 429, 500, 503, 504].every(matches)).toBe(true);
    expect([200, 204, 205].some(matches)).toBe(false);
    expect([200, 204].map(statusMatch(['204']))).toEqual([false, true]);
    expect([429, 500].map(statusMatch(['29']))).toEqual([true, false]);
  });
});
