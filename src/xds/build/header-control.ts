/** Header edits of a route or destination. Envoy refuses a whole RouteConfiguration for one bad value, so bad ones are put right here. */
import type { HeaderControl, HeaderEdit } from '#ir/types.ts';
import type { Message } from '#xds/snapshot/resources.ts';
import { headerFormat } from './header-format.ts';

const NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what a header value must not hold
const BAD_VALUE = /[\u0000-\u0008\u000a-\u001f\u007f]/;

export interface HeaderFields {
  readonly fields: Readonly<Record<string, unknown>>;
  /** Edits left out: Envoy allows no change of pseudo headers and Host here. */
  readonly refused: readonly string[];
}

/** The four header fields of Route, ClusterWeight and VirtualHost messages. */
export function headerFields(
  controls: readonly (HeaderControl | undefined)[],
  extraRequest: readonly Message[] = [],
): HeaderFields {
  const refused: string[] = [];
  const fields: Record<string, unknown> = {};
  for (const side of ['request', 'response'] as const) {
    const add: Message[] = side === 'request' ? [...extraRequest] : [];
    const remove: string[] = [];
    for (const control of controls) {
      const edits = control?.[side];
      for (const edit of edits?.add ?? []) put(add, edit, 'APPEND_IF_EXISTS_OR_ADD', refused);
      for (const edit of edits?.set ?? []) put(add, edit, 'OVERWRITE_IF_EXISTS_OR_ADD', refused);
      for (const name of edits?.remove ?? []) (mayEdit(name) ? remove : refused).push(name);
    }
    if (add.length > 0) fields[`${side}_headers_to_add`] = add;
    if (remove.length > 0) fields[`${side}_headers_to_remove`] = remove;
  }
  return { fields, refused };
}

export function setHeader(key: string, value: string): Message {
  return { header: { key, value }, append_action: 'OVERWRITE_IF_EXISTS_OR_ADD' };
}

function put(into: Message[], edit: HeaderEdit, append_action: string, refused: string[]): void {
  if (!mayEdit(edit.name) || BAD_VALUE.test(edit.value)) refused.push(edit.name);
  else into.push({ header: { key: edit.name, value: headerFormat(edit.value) }, append_action });
}

function mayEdit(name: string): boolean {
  return NAME.test(name) && name.toLowerCase() !== 'host';
}
