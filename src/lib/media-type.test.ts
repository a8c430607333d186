import { describe, expect, it } from '@jest/globals';
import { sniffImage, typeOfPath } from './media-type.ts';

describe('sniffImage', () => {
  it.each([
    ['iVBORw0KGgoAAAANSUhEUg==', 'image/png'],
    ['/9j/4AAQSkZJRg==', 'image/jpeg'],
    ['R0lGODlhAQABAIAAAA==', 'image/gif'],
    ['UklGRiIAAABXRUJQVlA4IA==', 'image/webp'],
    ['AAAAGGZ0eXBoZWljAAAAAA==', 'image/heic'],
    ['AAAAGGZ0eXBtcDQyAAAAAA==', undefined],
    ['PGh0bWw+', undefined],
    ['', undefined],
  ])('%s is %s', (base64, type) => {
    expect(sniffImage(Buffer.from(base64, 'base64'))).toBe(type);
  });

  it('looks at the view, not at the memory behind it', () => {
    const memory = Buffer.from(`xx${'GIF89a'}`, 'latin1');
    expect(sniffImage(new Uint8Array(memory.buffer, memory.byteOffset + 2, 6))).toBe('image/gif');
  });
});

describe('typeOfPath', () => {
  it.each([
    ['https://h/a.PNG?x=1.gif#y.mp4', 'image/png'],
    ['gs://bucket/film.mov', 'video/quicktime'],
    ['https://h/a.b/c', undefined],
    ['https://h/', undefined],
    ['https://h/a.constructor', undefined],
  ])('%s: %s', (url, type) => {
    expect(typeOfPath(url)).toBe(type);
  });
});
