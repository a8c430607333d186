/** Header edits of requests and answers. Values may hold Envoy's format operators such as `%REQ(x)%`. */
import type { HeaderControl, HeaderEdit, HeaderEdits } from '#ir/types.ts';
import { type AnnotationReader, HIGRESS_PREFIX, type KnownNames } from './value.ts';

const SIDES = ['request', 'response'] as const;
const ACTIONS = ['add', 'update', 'remove'] as const;

export const HEADER_NAMES: KnownNames = Object.fromEntries(
  SIDES.flatMap((side) => ACTIONS.map((action) => [`${side}-header-control-${action}`, 'higress' as const])),
);

const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/;
const LINE = /^("[^"]*"|'[^']*'|\S+)\s+(.+)$/;

export function parseHeaders(reader: AnnotationReader): HeaderControl | undefined {
  const request = edits(reader, 'request');
  const response = edits(reader, 'response');
  if (request === undefined && response === undefined) return undefined;
  return { ...(request === undefined ? {} : { request }), ...(response === undefined ? {} : { response }) };
}

function edits(reader: AnnotationReader, side: (typeof SIDES)[number]): HeaderEdits | undefined {
  const add = lines(reader, `${side}-header-control-add`);
  const set = lines(reader, `${side}-header-control-update`);
  const remove = removed(reader, `${side}-header-control-remove`);
  if (add.length + set.length + remove.length === 0) return undefined;
  return {
    ...(add.length === 0 ? {} : { add }),
    ...(set.length === 0 ? {} : { set }),
    ...(remove.length === 0 ? {} : { remove }),
  };
}

/** `key value` a line, both may be quoted; the last line for a key counts. */
function lines(reader: AnnotationReader, name: string): HeaderEdit[] {
  const key = HIGRESS_PREFIX + name;
  const text = reader.string(name, 'higress');
  if (text === undefined) return [];
  const byName = new Map<string, HeaderEdit>();
  for (const line of text.split('\n').filter((one) => one !== '')) {
    const parts = LINE.exec(line);
    const header = unquoted(parts?.[1] ?? '').toLowerCase();
    if (parts === null || !TOKEN.test(header)) {
      reader.invalid(key, line, 'lines of: header name, white space, value', 'works without this line');
      continue;
    }
    byName.set(header, { name: header, value: unquoted(parts[2]!.trim()) });
  }
  return [...byName.values()];
}

function removed(reader: AnnotationReader, name: string): string[] {
  const list = reader.list(name, 'higress') ?? [];
  const names = list.map((header) => unquoted(header).toLowerCase());
  const wrong = names.filter((header) => !TOKEN.test(header));
  if (wrong.length > 0) {
    reader.invalid(HIGRESS_PREFIX + name, wrong.join(','), 'a comma list of header names', 'works without these');
  }
  return [...new Set(names.filter((header) => TOKEN.test(header)))];
}

function unquoted(text: string): string {
  return /^(["']).*\1$/s.test(text) && text.length > 1 ? text.slice(1, -1) : text;
}
