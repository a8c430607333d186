import { describe, expect, it } from '@jest/globals';
import { culpritsOf, detailOf } from './culprits.ts';

describe('culpritsOf', () => {
  it('takes the only resource, whatever the text', () => {
    expect(culpritsOf('route', 'nothing helpful', ['a'])).toEqual(['a']);
  });

  it('reads the names that Envoy lists for listeners and clusters', () => {
    const text = 'Error adding/updating cluster(s) outbound|80||a.b: no type, b: bad';
    expect(culpritsOf('cluster', text, ['outbound|80||a.b', 'a.b', 'b', 'c'])).toEqual(['outbound|80||a.b', 'b']);
    expect(detailOf('outbound|80||a.b', text, ['outbound|80||a.b', 'a.b', 'b', 'c'])).toBe('no type');
  });

  it('does not guess from a text without names', () => {
    expect(
      culpritsOf('route', 'Only unique values for domains are permitted. Duplicate entry of domain * in route http', [
        'http',
        'https',
      ]),
    ).toBeUndefined();
    expect(culpritsOf('listener', 'Proto constraint validation failed', ['a', 'b'])).toBeUndefined();
  });
});
