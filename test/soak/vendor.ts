/** The vendor of a soak: answers each request with the stream that its message names, in the language of the way that it came. */
import { eventStream, json, type LlmHandler } from '../support/llm.ts';
import { type Stream, tokenOf, type Way } from './plan.ts';

/** What each stream's vendor says it used for the question; for the answer it is one for each event. */
export const INPUT_TOKENS = 7;
const OVERLOADED = 529;

interface Language {
  head(model: string): readonly object[];
  token(model: string, text: string): object;
  tail(model: string, outputTokens: number): readonly object[];
  readonly lastLine: string;
}

const openAiChunk = (model: string, choices: readonly object[], more: object = {}) => ({
  id: 'c-1',
  object: 'chat.completion.chunk',
  created: 1,
  model,
  choices,
  ...more,
});

const OPENAI: Language = {
  head: (model) => [openAiChunk(model, [{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }])],
  token: (model, content) => openAiChunk(model, [{ index: 0, delta: { content }, finish_reason: null }]),
  tail: (model, completion_tokens) => [
    openAiChunk(model, [{ index: 0, delta: {}, finish_reason: 'stop' }]),
    openAiChunk(model, [], {
      usage: { prompt_tokens: INPUT_TOKENS, completion_tokens, total_tokens: INPUT_TOKENS + completion_tokens },
    }),
  ],
  lastLine: 'data: [DONE]\n\n',
};

const CLAUDE: Language = {
  head: (model) => [
    {
      type: 'message_start',
      message: {
        id: 'msg_1',
        type: 'message',
        role: 'assistant',
        model,
        content: [],
        usage: { input_tokens: INPUT_TOKENS, output_tokens: 0 },
      },
    },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
  ],
  token: (_model, text) => ({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } }),
  tail: (_model, output_tokens) => [
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens } },
    { type: 'message_stop' },
  ],
  lastLine: '',
};

const LANGUAGES: Readonly<Record<Way, Language>> = { lowered: OPENAI, translated: CLAUDE, retried: CLAUDE };

const eventOf = (value: object): string =>
  `${'type' in value ? `event: ${value.type}\n` : ''}data: ${JSON.stringify(value)}\n\n`;

/** `sent` is told of each event as it leaves. Streams of the way `retried` fail once before. */
export function soakVendor(
  streams: ReadonlyMap<string, Stream>,
  sent: (stream: Stream, index: number) => void,
): LlmHandler {
  const refused = new Set<string>();
  return (request, response) => {
    const messages = request.json?.messages as readonly { content: string }[] | undefined;
    const content: unknown = messages?.at(-1)?.content;
    // Claude's requests may hold a text as a list of parts.
    const id = Array.isArray(content) ? String((content[0] as { text?: string }).text) : String(content);
    const stream = streams.get(id);
    if (stream === undefined) return json(response, 404, { error: { message: `no stream "${id}"` } });
    const { way, tokensAt, endsAt } = stream;
    if (way === 'retried' && !refused.has(id)) {
      refused.add(id);
      return json(response, OVERLOADED, { type: 'error', error: { type: 'overloaded_error', message: 'try again' } });
    }
    const language = LANGUAGES[way];
    eventStream(response);
    response.write(language.head(way).map(eventOf).join(''));
    const timers = tokensAt.map((at, index) =>
      setTimeout(() => {
        response.write(eventOf(language.token(way, tokenOf(index))));
        sent(stream, index);
      }, at),
    );
    timers.push(
      setTimeout(
        () => response.end(language.tail(way, tokensAt.length).map(eventOf).join('') + language.lastLine),
        endsAt,
      ),
    );
    response.on('close', () => timers.forEach(clearTimeout));
  };
}
