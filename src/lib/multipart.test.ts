import { describe, expect, it } from '@jest/globals';
import { boundaryOf, fieldPart, multipartParts } from './multipart.ts';

const body = `preamble\r\n${fieldPart('B', 'a', '1')}--B\r\nContent-Type: image/png\r\nContent-Disposition: form-data; filename=x.png; name=f\r\n\r\n\r\n--B--\r\n`;

describe('multipart bodies', () => {
  it('are cut into parts', () => {
    const parts = multipartParts(body, 'B') ?? [];
    expect(parts.map(({ name, filename }) => [name, filename])).toEqual([
      ['a', undefined],
      ['f', 'x.png'],
    ]);
    expect(parts.map((part) => body.slice(part.contentStart, part.contentEnd))).toEqual(['1', '']);
  });

  it.each([body.slice(0, -6), body.replaceAll('--B', '--C'), ''])('are refused when broken', (text) => {
    expect(multipartParts(text, 'B')).toBeUndefined();
  });

  it('name their boundary', () => {
    expect(boundaryOf('multipart/form-data; boundary="a b"; x=y')).toBe('a b');
    expect(boundaryOf('multipart/form-data;Boundary=ab; x=y')).toBe('ab');
    expect(boundaryOf('multipart/form-data')).toBeUndefined();
  });
});
