import { describe, expect, it } from '@jest/globals';
import { headerFields } from './header-control.ts';

describe('headerFields', () => {
  it('makes the four fields', () => {
    const { fields, refused } = headerFields([
      { request: { add: [{ name: 'a', value: '1' }], remove: ['b'] }, response: { set: [{ name: 'c', value: '2' }] } },
    ]);
    expect(fields).toEqual({
      request_headers_to_add: [{ header: { key: 'a', value: '1' }, append_action: 'APPEND_IF_EXISTS_OR_ADD' }],
      request_headers_to_remove: ['b'],
      response_headers_to_add: [{ header: { key: 'c', value: '2' }, append_action: 'OVERWRITE_IF_EXISTS_OR_ADD' }],
    });
    expect(refused).toEqual([]);
  });

  it('refuses what would make Envoy refuse the whole table', () => {
    const set = [
      { name: 'Host', value: 'x' },
      { name: ':path', value: '/' },
      { name: 'ok', value: 'a\nb' },
      { name: 'bad name', value: 'x' },
    ];
    const { fields, refused } = headerFields([{ request: { set, remove: ['host'] } }]);
    expect(fields).toEqual({});
    expect(refused).toEqual(['Host', ':path', 'ok', 'bad name', 'host']);
  });
});
