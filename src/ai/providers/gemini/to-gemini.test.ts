import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '#ai/json.ts';
import { TranslationError } from '../provider.ts';
import { GEMINI_API, VERTEX_AI } from './dialect.ts';
import { toGeminiSchema } from './schema.ts';
import { toGemini } from './to-gemini.ts';

const json = (name: string) =>
  JSON.parse(readFileSync(new URL(`./fixtures/${name}`, import.meta.url), 'utf8')) as JsonObject;

const fetched: string[][] = [];
const fetchImages = async (urls: readonly string[]) => {
  fetched.push([...urls]);
  return new Map(urls.map((url) => [url, { mimeType: 'image/gif', data: 'R0lGODlh' }]));
};
const translate = (body: JsonObject, settings: object = {}, dialect = GEMINI_API) =>
  toGemini(
    { model: 'gemini-x', messages: [{ role: 'user', content: 'q' }], ...body },
    { dialect, settings: settings as never, fetchImages },
  );

describe('OpenAI request to Gemini', () => {
  it('translates a conversation with system texts, media, tool calls and their results', async () => {
    const settings = {
      geminiSafetySettings: { HARM_CATEGORY_HARASSMENT: 'OFF', HARM_CATEGORY_HATE_SPEECH: 'OFF' },
      geminiSafetySetting: { HARM_CATEGORY_HARASSMENT: 'BLOCK_NONE' },
      geminiThinkingBudget: 2048,
    };
    expect(await translate(json('conversation.request.json'), settings)).toEqual(json('conversation.expected.json'));
    expect(fetched.at(-1)).toEqual(['https://img.test/a']);
  });

  it('writes nothing that was not asked for', async () => {
    expect(await translate({ temperature: null, stop: null, tools: [], max_tokens: null, logprobs: false })).toEqual({
      contents: [{ role: 'user', parts: [{ text: 'q' }] }],
    });
  });

  it('speaks the dialect of Vertex AI', async () => {
    const before = fetched.length;
    const content = [
      { type: 'image_url', image_url: { url: 'https://img.test/a.webp?x' } },
      { type: 'audio_url', audio_url: { url: 'gs://bucket/sound.flac' } },
      { type: 'image_url', image_url: { url: 'data:image/png;charset=x;base64,AA==' } },
    ];
    const call = { id: 'fc-1', type: 'function', function: { name: 'f', arguments: '{}' } };
    const body = {
      messages: [
        { role: 'system', content: 's' },
        { role: 'user', content },
        { role: 'assistant', tool_calls: [call] },
        { role: 'tool', tool_call_id: 'fc-1', content: 'r' },
      ],
      tools: [{ type: 'function', function: { name: 'f' } }],
    };
    expect(await translate(body, {}, VERTEX_AI)).toEqual({
      systemInstruction: { parts: [{ text: 's' }] },
      contents: [
        {
          role: 'user',
          parts: [
            { fileData: { mimeType: 'image/webp', fileUri: 'https://img.test/a.webp?x' } },
            { fileData: { mimeType: 'audio/flac', fileUri: 'gs://bucket/sound.flac' } },
            { inlineData: { mimeType: 'image/png', data: 'AA==' } },
          ],
        },
        { role: 'model', parts: [{ functionCall: { name: 'f', args: {} } }] },
        { role: 'user', parts: [{ functionResponse: { name: 'f', response: { output: 'r' } } }] },
      ],
      tools: [{ functionDeclarations: [{ name: 'f' }] }],
    });
    expect(fetched).toHaveLength(before);
  });

  it.each([
    ['auto', { mode: 'AUTO' }],
    ['none', { mode: 'NONE' }],
    ['required', { mode: 'ANY' }],
    [
      { type: 'allowed_tools', allowed_tools: { mode: 'required', tools: [{ function: { name: 'f' } }] } },
      { mode: 'ANY', allowedFunctionNames: ['f'] },
    ],
  ])('maps tool_choice %p', async (tool_choice, functionCallingConfig) => {
    const tools = [{ type: 'function', function: { name: 'f' } }];
    expect(await translate({ tools, tool_choice })).toMatchObject({ toolConfig: { functionCallingConfig } });
    expect(await translate({ tool_choice })).not.toHaveProperty('toolConfig');
  });

  it.each<[string, object, object | undefined, object | undefined]>([
    ['gemini-2.5-pro', {}, { geminiThinkingBudget: 0 }, { includeThoughts: true, thinkingBudget: 0 }],
    ['models/gemini-2.5-flash-lite', {}, { geminiThinkingBudget: -1 }, { includeThoughts: true, thinkingBudget: -1 }],
    ['gemini-2.5-flash-preview-09-2025', {}, undefined, { includeThoughts: true }],
    ['gemini-2.5-flash-image', {}, { geminiThinkingBudget: 5 }, undefined],
    ['gemini-2.0-flash', {}, { geminiThinkingBudget: 5 }, undefined],
    [
      'gemini-2.5-pro',
      { reasoning_effort: 'high' },
      { geminiThinkingBudget: 5 },
      { includeThoughts: true, thinkingBudget: 16384 },
    ],
    ['gemini-x', { reasoning_effort: 'medium' }, undefined, { includeThoughts: true, thinkingBudget: 4096 }],
    ['gemini-x', { reasoning_effort: 'low' }, undefined, { includeThoughts: true, thinkingBudget: 1024 }],
    ['gemini-2.5-flash', { reasoning_effort: 'none' }, undefined, { includeThoughts: false, thinkingBudget: 0 }],
    ['gemini-x', { reasoning_max_tokens: 77 }, undefined, { includeThoughts: true, thinkingBudget: 77 }],
  ])('lets %s %p think with %p', async (model, body, settings, thinkingConfig) => {
    const sent = await translate({ model, ...body }, settings);
    expect((sent.generationConfig as JsonObject | undefined)?.thinkingConfig).toEqual(thinkingConfig);
  });

  it('asks Vertex AI for thoughts only when somebody wants them', async () => {
    const sent = await translate({ model: 'gemini-2.5-pro' }, {}, VERTEX_AI);
    expect(sent).not.toHaveProperty('generationConfig');
  });

  it('passes the form of the answer', async () => {
    const schema = { type: 'object', properties: { a: { type: 'string' } }, additionalProperties: false };
    const asked = { response_format: { type: 'json_schema', json_schema: { name: 'n', schema } } };
    const form = { responseMimeType: 'application/json' };
    const responseSchema = { type: 'object', properties: { a: { type: 'string' } } };
    const config = async (model: string, body: object, dialect = GEMINI_API) =>
      (await translate({ model, ...body }, {}, dialect)).generationConfig;
    expect(await config('gemini-x', asked)).toEqual({ ...form, responseSchema });
    expect(await config('gemini-2.0-flash', asked)).toEqual({ ...form, responseSchema });
    expect(await config('gemini-2.0-flash', asked, VERTEX_AI)).toEqual(form);
    expect(await config('gemini-x', { response_format: { type: 'json_object' } })).toEqual(form);
    expect(await config('gemini-x', { response_format: { type: 'text' } })).toBeUndefined();
  });

  it('signs calls for models that refuse a history without signatures', async () => {
    const call = (name: string) => ({ id: `call_${name}`, function: { name, arguments: '{}' } });
    const messages = [{ role: 'assistant', content: 'x', tool_calls: [call('a'), call('b')] }];
    expect((await translate({ model: 'gemini-3-pro-preview', messages })).contents).toEqual([
      {
        role: 'model',
        parts: [
          { text: 'x' },
          { functionCall: { name: 'a', args: {} }, thoughtSignature: 'skip_thought_signature_validator' },
          { functionCall: { name: 'b', args: {} } },
        ],
      },
    ]);
  });

  it.each([
    ['ftp://h/x.png', /starts with "ftp:"/],
    ['/etc/passwd', /has no scheme/],
    ['data:image/png,abc', /not of the form/],
  ])('refuses the image %s', async (url, reason) => {
    const messages = [{ role: 'user', content: [{ type: 'image_url', image_url: { url } }] }];
    await expect(translate({ messages })).rejects.toThrow(reason);
  });

  it('refuses a body without messages', async () => {
    await expect(translate({ messages: undefined })).rejects.toThrow(TranslationError);
  });
});

describe('toGeminiSchema', () => {
  it.each<[string, JsonObject, JsonObject]>([
    [
      'drops what Gemini does not know',
      { $schema: 's', type: 'object', additionalProperties: false, strict: true },
      { type: 'object' },
    ],
    [
      'keeps what it knows',
      { type: 'string', format: 'date-time', maxLength: 3, pattern: 'x' },
      { type: 'string', format: 'date-time', maxLength: 3, pattern: 'x' },
    ],
    ['drops unknown formats', { type: 'string', format: 'email' }, { type: 'string' }],
    [
      'makes null a mark',
      { anyOf: [{ type: 'string', minLength: 1 }, { type: 'null' }] },
      { type: 'string', minLength: 1, nullable: true },
    ],
    [
      'keeps choices',
      { oneOf: [{ type: 'string' }, { type: 'number' }] },
      { anyOf: [{ type: 'string' }, { type: 'number' }] },
    ],
    ['lists texts only', { type: 'integer', enum: [1, 2] }, { type: 'integer' }],
    ['makes a constant a list', { const: 'x' }, { type: 'string', enum: ['x'] }],
    [
      'goes into lists',
      { type: 'array', items: { type: 'object', properties: { a: { $id: 'x', type: 'string' } } } },
      { type: 'array', items: { type: 'object', properties: { a: { type: 'string' } } } },
    ],
    [
      'resolves references and allOf',
      {
        $defs: { a: { type: 'object', properties: { x: { type: 'string' } }, required: ['x'] } },
        allOf: [{ $ref: '#/$defs/a' }, { properties: { y: { $ref: '#/$defs/a' } } }],
      },
      {
        type: 'object',
        properties: {
          x: { type: 'string' },
          y: { type: 'object', properties: { x: { type: 'string' } }, required: ['x'] },
        },
        required: ['x'],
      },
    ],
  ])('%s', (_title, schema, expected) => {
    expect(toGeminiSchema(schema)).toEqual(expected);
  });

  it('ends for schemas that hold themselves', () => {
    const node = { type: 'object', properties: { next: { $ref: '#/$defs/node' } } };
    expect(JSON.stringify(toGeminiSchema({ $defs: { node }, $ref: '#/$defs/node' })).length).toBeLessThan(5000);
    expect(toGeminiSchema({ $defs: { a: { $ref: '#/$defs/a' } }, $ref: '#/$defs/a' })).toEqual({});
  });
});
