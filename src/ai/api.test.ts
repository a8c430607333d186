import { describe, expect, it } from '@jest/globals';
import { API_PATHS, detectApi, fillPath, joinQuery } from './api.ts';

describe('API detection', () => {
  it.each(Object.entries(API_PATHS))('%s', (name, path) => {
    const concrete = path.replaceAll(/\{(\w+)\}/g, 'the-$1');
    const found = detectApi(`/any/prefix${concrete}`);
    expect(found?.name).toBe(name);
    expect(fillPath(path, found?.variables ?? {})).toBe(concrete);
  });

  it.each(['/', '/v1/chat', '/v1/chat/completions/x', '/v1/files/a/b', '/v1/model'])('knows no API for %s', (path) => {
    expect(detectApi(path)).toBeUndefined();
  });

  it('joins queries', () => {
    expect([joinQuery('/a', ''), joinQuery('/a', '?b=1'), joinQuery('/a?c=2', '?b=1')]).toEqual([
      '/a',
      '/a?b=1',
      '/a?c=2&b=1',
    ]);
  });
});
