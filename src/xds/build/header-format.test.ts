import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { headerFormat, literalHeader } from './header-format.ts';

describe('headerFormat', () => {
  it.each([
    ['plain', 'plain'],
    ['%REQ(x-a)%', '%REQ(x-a)%'],
    ['a%START_TIME(%s)%', 'a%START_TIME(%s)%'],
    ['%REQ%', '%%REQ%%'],
    ['%REQ()%', '%%REQ()%%'],
    ['%REQ(a?:path):5%', '%REQ(a?:path):5%'],
    ['%PROTOCOL(x)%', '%%PROTOCOL(x)%%'],
    ['%METHOD%', '%%METHOD%%'],
    ['%FILTER_STATE(a:XX)%', '%%FILTER_STATE(a:XX)%%'],
    ['%REQ(:path):10%-%DOWNSTREAM_REMOTE_ADDRESS%', '%REQ(:path):10%-%DOWNSTREAM_REMOTE_ADDRESS%'],
    ['100%', '100%%'],
    ['100%%', '100%%'],
    ['%NOT_AN_OPERATOR%', '%%NOT_AN_OPERATOR%%'],
    ['50% and %REQ(x)%', '50%% and %REQ(x)%'],
  ])('%s', (value, expected) => expect(headerFormat(value)).toBe(expected));

  it('leaves no lone percent sign, whatever comes', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('%', 'R', 'E', 'Q', '(', ')', 'x', ':', '1') }), (text) => {
        const rest = headerFormat(text).replace(/%%|%REQ\([^)%]+\)(:\d+)?%/g, '');
        expect(rest).not.toContain('%');
      }),
    );
  });
});

describe('literalHeader', () => {
  it('doubles every percent sign', () => expect(literalHeader('%REQ(x)%')).toBe('%%REQ(x)%%'));
});
