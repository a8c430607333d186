/** Rules for events that the module translates (`CopyRule`), as the payload of a frame: `Copies.set` in `src/native/hop/copies.zig` reads it. */
import type { Copies } from '#plugin-sdk/engine/outcome.ts';
import type { CopyRule } from '#plugin-sdk/hooks.ts';

const STRING = { none: 0, any: 1, notEmpty: 2 } as const;
const REMEMBER = 4;

/** `behind`, then the rules: what string there is (u8), and five texts, each behind its length in bytes (u32, little endian). */
export function writeCopies({ behind, rules, crLf }: Copies): Buffer {
  return Buffer.concat([text(behind), ...rules.flatMap((rule) => writeRule(rule, crLf ? '\r\n' : '\n'))]);
}

function writeRule(
  { event, before, after, becomes, notEmpty, remember }: CopyRule,
  lineEnd: string,
): readonly Buffer[] {
  const name = event === undefined ? '' : `event: ${event}${lineEnd}`;
  const leaves = becomes ? [`data: ${becomes.before}`, `${becomes.after}\n\n`] : ['', ''];
  const string = STRING[becomes === undefined ? 'none' : notEmpty ? 'notEmpty' : 'any'];
  return [
    Buffer.of(string + (remember ? REMEMBER : 0)),
    ...[`${name}data: ${before}`, after, lineEnd + lineEnd, ...leaves].map(text),
  ];
}

function text(value: string): Buffer {
  const length = Buffer.byteLength(value);
  const bytes = Buffer.alloc(4 + length);
  bytes.writeUInt32LE(length);
  bytes.write(value, 4);
  return bytes;
}
