import { describe, expect, it } from '@jest/globals';
import { INVALID_PARAMS, INVALID_REQUEST, readMessage } from './message.ts';

const jsonrpc = '2.0';

describe('reading a message', () => {
  it.each([['a'], [0], [-7], [1.5], [2n ** 64n]])('a request with id %p', (id) => {
    expect(readMessage({ jsonrpc, id, method: 'ping' })).toEqual({ kind: 'request', id, method: 'ping', params: {} });
  });

  it('keeps params', () => {
    expect(readMessage({ jsonrpc, id: 1, method: 'm', params: { a: 1 } })).toMatchObject({ params: { a: 1 } });
    expect(readMessage({ jsonrpc, id: 1, method: 'm', params: null })).toMatchObject({ params: {} });
  });

  it('a message without id is a notification', () => {
    expect(readMessage({ jsonrpc, method: 'tools/call', params: { name: 'x' } })).toEqual({
      kind: 'notification',
      method: 'tools/call',
    });
  });

  it.each([[{ id: 1, result: {} }], [{ id: 'a', error: { code: 1, message: 'x' } }], [{}]])(
    '%j is a response',
    (rest) => {
      expect(readMessage({ jsonrpc, ...rest })).toEqual({ kind: 'response' });
    },
  );

  it.each([
    ['not an object', 17, null, INVALID_REQUEST],
    ['an array in a batch', [[]], null, INVALID_REQUEST],
    ['null', null, null, INVALID_REQUEST],
    ['no version', { id: 3, method: 'ping' }, 3, INVALID_REQUEST],
    ['another version', { jsonrpc: '1.0', id: 'x', method: 'ping' }, 'x', INVALID_REQUEST],
    ['id null', { jsonrpc, id: null, method: 'ping' }, null, INVALID_REQUEST],
    ['id an object', { jsonrpc, id: {}, method: 'ping' }, null, INVALID_REQUEST],
    ['method a number', { jsonrpc, id: 1, method: 4 }, 1, INVALID_REQUEST],
    ['neither method nor result', { jsonrpc, id: 1 }, 1, INVALID_REQUEST],
    ['params a list', { jsonrpc, id: 1, method: 'ping', params: [] }, 1, INVALID_PARAMS],
    ['params a text', { jsonrpc, id: 1, method: 'ping', params: 'x' }, 1, INVALID_PARAMS],
  ])('refuses: %s', (_, value, id, code) => {
    expect(readMessage(value)).toMatchObject({ kind: 'invalid', id, code });
  });
});
