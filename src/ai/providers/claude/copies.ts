/** Anthropic's deltas, of which only a string is copied: nearly all events of an answer. */
import { JSON_STRING } from '#lib/json-text.ts';
import { ANY_SPACES, type CopyRule } from '#plugin-sdk/hooks.ts';
import { type ChatMessage, type ContentFrame, deltaFrame, type Envelope } from '../../openai.ts';

const DELTAS = {
  text: { type: 'text_delta', member: 'text' },
  thinking: { type: 'thinking_delta', member: 'thinking' },
  tool_use: { type: 'input_json_delta', member: 'partial_json' },
} as const;
/** As the block is called where it starts. */
export type DeltaKind = keyof typeof DELTAS;

const KIND_OF_TYPE: ReadonlyMap<string, DeltaKind> = new Map(
  Object.entries(DELTAS).map(([kind, { type }]) => [type, kind as DeltaKind]),
);

/** A delta as Anthropic writes it: index, type, the member's name and the JSON text of its string. Spaces differ from event to event. */
const DELTA = new RegExp(
  `^\\{"type":"content_block_delta","index":(\\d{1,9}),"delta":\\{"type":"(\\w+)","(\\w+)":(${JSON_STRING}) *\\} *\\}$`,
);

export function isDeltaKind(type: unknown): type is DeltaKind {
  return typeof type === 'string' && Object.hasOwn(DELTAS, type);
}

export interface Delta {
  readonly index: number;
  readonly kind: DeltaKind;
  /** JSON text. */
  readonly string: string;
}

export function readDelta(data: string): Delta | undefined {
  const [, index, type = '', member, string] = DELTA.exec(data) ?? [];
  const kind = KIND_OF_TYPE.get(type);
  if (kind === undefined || string === undefined || DELTAS[kind].member !== member) return undefined;
  return { index: Number(index), kind, string };
}

/** What becomes of the deltas of one block. */
export interface BlockCopy {
  readonly index: number;
  readonly kind: DeltaKind;
  /** Undefined: nothing leaves. */
  readonly frame: ContentFrame | undefined;
  readonly rules: readonly CopyRule[];
}

/** `tool`: number of the call that the block is; `named`: the vendor's events have names. */
export function blockCopy(
  { index, kind }: { readonly index: number; readonly kind: DeltaKind },
  envelope: Envelope,
  tool: number | undefined,
  named: boolean,
): BlockCopy {
  const frame = frameOf(kind, envelope, tool);
  const { type, member } = DELTAS[kind];
  const name = (event: string) => (named ? { event } : {});
  const delta: CopyRule = {
    ...name('content_block_delta'),
    before: `{"type":"content_block_delta","index":${index},"delta":{"type":"${type}","${member}":`,
    after: `${ANY_SPACES}}${ANY_SPACES}}`,
    becomes: frame,
  };
  const silent: readonly CopyRule[] = [
    { ...name('content_block_stop'), before: `{"type":"content_block_stop","index":${index}`, after: `${ANY_SPACES}}` },
    { ...name('ping'), before: '{"type":', after: `${ANY_SPACES}"ping"}` },
  ];
  return { index, kind, frame, rules: frame ? [delta, ...silent] : silent };
}

function frameOf(kind: DeltaKind, envelope: Envelope, tool: number | undefined): ContentFrame | undefined {
  const frame = (delta: ChatMessage, member: string) => deltaFrame(envelope, delta, member);
  switch (kind) {
    case 'text':
      return frame({ content: '' }, 'content');
    case 'thinking':
      return frame({ reasoning_content: '' }, 'reasoning_content');
    case 'tool_use':
      if (tool === undefined) return undefined;
      return frame({ tool_calls: [{ index: tool, function: { arguments: '' } }] }, 'arguments');
  }
}
