/** Answers of Cohere's chat API, whole and as the events of a stream. */

export const META = {
  api_version: { version: '1' },
  billed_units: { input_tokens: 1 },
  tokens: { input_tokens: 5, output_tokens: 3 },
};
export const ANSWER = {
  text: 'Zürich 🌧',
  generation_id: 'gen-1',
  response_id: 'res-1',
  finish_reason: 'COMPLETE',
  meta: META,
};
export const CALLS = [{ name: 'weather', parameters: { city: 'Zürich' } }];
export const STREAM = [
  { is_finished: false, event_type: 'stream-start', generation_id: 'gen-1' },
  { is_finished: false, event_type: 'text-generation', text: 'Zür' },
  { is_finished: false, event_type: 'text-generation', text: 'ich 🌧' },
  { is_finished: false, event_type: 'citation-generation', citations: [] },
  { is_finished: true, event_type: 'stream-end', finish_reason: 'MAX_TOKENS', response: ANSWER },
];
export const TOOL_STREAM = [
  { event_type: 'stream-start', generation_id: 'gen-1' },
  { event_type: 'tool-calls-chunk', text: 'I look.' },
  { event_type: 'tool-calls-chunk', tool_call_delta: { index: 0, name: 'weather' } },
  { event_type: 'tool-calls-generation', text: 'I look.', tool_calls: CALLS },
  { event_type: 'stream-end', finish_reason: 'COMPLETE', response: { ...ANSWER, text: 'I look.', tool_calls: CALLS } },
];
export const lines = (events: readonly object[]) => events.map((event) => `${JSON.stringify(event)}\n`).join('');
export const sse = (events: readonly { event_type: string }[]) =>
  events.map((event) => `event: ${event.event_type}\r\ndata: ${JSON.stringify(event)}\r\n\r\n`).join('');
/** Content types that streams come in, with who writes events so. */
export const FORMS = [
  ['application/x-ndjson', (events: readonly object[]) => lines(events).trimEnd()],
  ['text/event-stream', sse],
  ['application/stream+json', lines],
] as const;
