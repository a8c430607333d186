import { describe, expect, it } from '@jest/globals';
import { writeCopies } from './copies.ts';

const text = (value: string) => `${String.fromCharCode(Buffer.byteLength(value), 0, 0, 0)}${value}`;

describe('rules for events that are copied', () => {
  it('are written as the module reads them, with the line ends of the answer', () => {
    const rules = [
      { event: 'delta', before: '{"é":', after: '}', becomes: { before: '{"t":', after: ',"n":1}' } },
      { before: '1', after: '2', becomes: { before: '3', after: '4' }, notEmpty: true, remember: true },
      { before: '{"type":', after: '"ping"}' },
    ];
    for (const [crLf, end] of [
      [false, '\n'],
      [true, '\r\n'],
    ] as const)
      expect(writeCopies({ behind: 'start', rules, crLf }).toString()).toBe(
        [
          text('start'),
          '\x01',
          ...[`event: delta${end}data: {"é":`, '}', end + end, 'data: {"t":', ',"n":1}\n\n'].map(text),
          '\x06',
          ...['data: 1', '2', end + end, 'data: 3', '4\n\n'].map(text),
          '\x00',
          ...['data: {"type":', '"ping"}', end + end, '', ''].map(text),
        ].join(''),
      );
    expect(writeCopies({ behind: 'start', rules: [], crLf: false }).toString()).toBe(text('start'));
  });
});
