import { describe, expect, it } from '@jest/globals';
import { parseCidr } from './cidr.ts';

describe('parseCidr', () => {
  it.each([
    ['10.0.0.0/8', { address: '10.0.0.0', prefix: 8, family: 4 }],
    [' 10.1.2.3 ', { address: '10.1.2.3', prefix: 32, family: 4 }],
    ['2001:db8::/32', { address: '2001:db8::', prefix: 32, family: 6 }],
    ['::1', { address: '::1', prefix: 128, family: 6 }],
    ['0.0.0.0/0', { address: '0.0.0.0', prefix: 0, family: 4 }],
  ])('reads %s', (text, expected) => expect(parseCidr(text)).toEqual(expected));

  it.each(['', '10.0.0', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/8/8', '::/129', 'fe80::1%eth0', 'example.com', '*'])(
    'refuses "%s"',
    (text) => expect(parseCidr(text)).toBeUndefined(),
  );
});
