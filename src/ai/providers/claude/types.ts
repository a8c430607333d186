/** The parts of Anthropic's Messages API that the gateway writes. What it reads is read member by member: vendors add kinds without notice. */
import type { JsonObject } from '../../json.ts';

export type ContentBlock =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'image'; readonly source: ImageSource }
  | { readonly type: 'file'; readonly source: { readonly type: 'url'; readonly file_id: string } }
  | { readonly type: 'tool_use'; readonly id: string; readonly name: string; readonly input: JsonObject }
  | { readonly type: 'tool_result'; readonly tool_use_id: string; readonly content: string | readonly ContentBlock[] };

export type ImageSource =
  | { readonly type: 'base64'; readonly media_type: string; readonly data: string }
  | { readonly type: 'url'; readonly url: string };

export interface Turn {
  readonly role: 'user' | 'assistant';
  readonly content: string | readonly ContentBlock[];
}
