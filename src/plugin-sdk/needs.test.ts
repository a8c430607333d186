import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { HookNeeds } from './hooks.ts';
import { combineNeeds, DEFAULT_BUFFER_LIMIT_BYTES, needsOf } from './needs.ts';

describe('needsOf', () => {
  it('keeps what is said and takes the rest from the hooks', () => {
    const hooks = {
      needs: { responseBody: 'stream' as const },
      onRequestHeaders: () => undefined,
      onRequestBody: () => undefined,
      onSseEvent: () => undefined,
    };
    expect(needsOf(hooks)).toEqual({
      requestHeaders: true,
      requestBody: 'buffered',
      responseHeaders: false,
      responseBody: 'stream',
    });
  });

  it('reads events and whole bodies as auto', () => {
    expect(needsOf({ needs: {}, onSseEvent: () => undefined, onResponseBody: () => undefined }).responseBody).toBe(
      'auto',
    );
  });
});

describe('combineNeeds', () => {
  it('takes the strongest wish', () => {
    const needs = combineNeeds([
      { requestBody: 'stream', responseBody: 'auto', bufferLimitBytes: 10 },
      { requestBody: 'buffered', responseBody: 'stream', bufferLimitBytes: 20 },
    ]);
    expect(needs).toEqual({
      requestHeaders: true,
      requestBody: 'buffered',
      responseHeaders: true,
      responseBody: 'auto',
      observeOnly: false,
      sourceAddress: false,
      mayReplace: false,
      bufferLimitBytes: 20,
    });
  });

  it('needs nothing for no plugins', () => {
    expect(combineNeeds([])).toMatchObject({ requestHeaders: false, requestBody: 'none', responseBody: 'none' });
  });

  it('does not depend on the order, and more plugins never need less', () => {
    const need = fc.record<HookNeeds>(
      {
        requestBody: fc.constantFrom('none', 'stream', 'buffered'),
        responseHeaders: fc.boolean(),
        responseBody: fc.constantFrom('none', 'stream', 'auto', 'buffered'),
      },
      { requiredKeys: [] },
    );
    const rank = ['none', 'stream', 'auto', 'buffered'];
    fc.assert(
      fc.property(fc.array(need), need, (list, more) => {
        const before = combineNeeds(list);
        const after = combineNeeds([more, ...list]);
        expect(combineNeeds([...list, more])).toEqual(after);
        expect(rank.indexOf(after.responseBody)).toBeGreaterThanOrEqual(rank.indexOf(before.responseBody));
        expect(after.bufferLimitBytes).toBe(DEFAULT_BUFFER_LIMIT_BYTES);
      }),
    );
  });
});
