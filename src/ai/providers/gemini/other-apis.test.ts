/** Embeddings, images and lists of models. */
import { describe, expect, it } from '@jest/globals';
import { createModelMapper } from '../../model-mapping.ts';
import { fromBatchEmbed, toBatchEmbed } from './embeddings.ts';
import { fromDrawing, fromPredict, toDrawing, toPredict } from './images.ts';
import { fromModels } from './models.ts';
import { actionPath, detectNative, withoutParameters } from './native.ts';

describe('embeddings', () => {
  it('asks for one vector per text', () => {
    expect(toBatchEmbed({ input: ['a', 'b'], dimensions: 8 }, 'm')).toEqual({
      requests: [
        { model: 'models/m', content: { parts: [{ text: 'a' }] }, outputDimensionality: 8 },
        { model: 'models/m', content: { parts: [{ text: 'b' }] }, outputDimensionality: 8 },
      ],
    });
    expect(toBatchEmbed({ input: 'a' }, 'm').requests).toHaveLength(1);
  });

  it.each([[undefined], [[]], [[1, 2]], [[[1], [2]]]])('refuses %p', (input) => {
    expect(() => toBatchEmbed({ input }, 'm')).toThrow(/input/);
  });

  it('numbers the vectors by their place', () => {
    const text = '{"embeddings":[{"values":[0.5,-1]},{"values":[2]}]}';
    expect(fromBatchEmbed(text, 'm', false)).toEqual({
      object: 'list',
      data: [
        { object: 'embedding', index: 0, embedding: [0.5, -1] },
        { object: 'embedding', index: 1, embedding: [2] },
      ],
      model: 'm',
      usage: { prompt_tokens: 0, total_tokens: 0 },
    });
    const [first] = fromBatchEmbed(text, 'm', true).data as { embedding: string }[];
    expect([...new Float32Array(Uint8Array.from(Buffer.from(first?.embedding ?? '', 'base64')).buffer)]).toEqual([
      0.5, -1,
    ]);
  });
});

describe('images', () => {
  it('asks Imagen for pictures', () => {
    expect(toPredict({ prompt: 'cat' })).toEqual({ instances: [{ prompt: 'cat' }], parameters: { sampleCount: 1 } });
    expect(toPredict({ prompt: 'cat', n: 3, size: '1792x1024' }).parameters).toEqual({
      sampleCount: 3,
      aspectRatio: '16:9',
    });
    expect(() => toPredict({})).toThrow(/missing prompt/);
  });

  it('gives what Imagen made', () => {
    const text =
      '{"predictions":[{"mimeType":"image/png","bytesBase64Encoded":"AA=="},{"bytesBase64Encoded":"AQ==","prompt":"a cat"}]}';
    expect(fromPredict(text, 5)).toEqual({
      created: 5,
      data: [{ b64_json: 'AA==' }, { b64_json: 'AQ==', revised_prompt: 'a cat' }],
    });
    expect(() => fromPredict('{"predictions":[{"raiFilteredReason":"x"}]}', 5)).toThrow(/made no image/);
  });

  it.each([
    ['1024x1024', { aspectRatio: '1:1' }],
    ['1536x1024', { aspectRatio: '3:2' }],
    ['1024x1792', { aspectRatio: '9:16' }],
    ['2048x2048', { aspectRatio: '1:1', imageSize: '2K' }],
    ['4096x2304', { aspectRatio: '16:9', imageSize: '4K' }],
    ['auto', undefined],
  ])('draws %s', (size, imageConfig) => {
    const { generationConfig } = toDrawing({ prompt: 'cat', size }, 'generate', {} as never);
    expect(generationConfig).toEqual({ responseModalities: ['TEXT', 'IMAGE'], ...(imageConfig && { imageConfig }) });
  });

  it('edits and varies files of forms and data URLs', () => {
    const image = { filename: 'a.png', base64: 'R0lGODlhAQABAA==' };
    expect(
      toDrawing({ prompt: 'more', image: [image, 'data:image/webp;base64,AA=='], n: '1' }, 'edit', {} as never),
    ).toEqual({
      contents: [
        {
          role: 'user',
          parts: [
            { inlineData: { mimeType: 'image/gif', data: 'R0lGODlhAQABAA==' } },
            { inlineData: { mimeType: 'image/webp', data: 'AA==' } },
            { text: 'more' },
          ],
        },
      ],
      generationConfig: { responseModalities: ['TEXT', 'IMAGE'] },
    });
    const varied = toDrawing({ image, n: '2' }, 'vary', { geminiSafetySetting: { A: 'OFF' } } as never);
    expect(varied).toMatchObject({
      contents: [{ parts: [{}, { text: expect.stringContaining('variation') }] }],
      generationConfig: { candidateCount: 2 },
      safetySettings: [{ category: 'A', threshold: 'OFF' }],
    });
  });

  it.each([
    [{ prompt: 'p' }, /missing image/],
    [{ image: 'data:image/png;base64,AA==' }, /missing prompt/],
    [{ prompt: 'p', image: 'http://h/x' }, /file of a form or a data URL/],
    [{ prompt: 'p', image: 'data:image/png;base64,AA==', mask: {} }, /mask/],
  ])('refuses the edit %p', (body, reason) => {
    expect(() => toDrawing(body, 'edit', {} as never)).toThrow(reason);
  });

  it('gives what was drawn, or the words instead', () => {
    const inlineData = { mimeType: 'image/png', data: 'AA==' };
    const usageMetadata = { promptTokenCount: 3, candidatesTokenCount: 4, totalTokenCount: 7 };
    const drawn = { candidates: [{ content: { parts: [{ text: 'Here' }, { inlineData }] } }], usageMetadata };
    expect(fromDrawing(JSON.stringify(drawn), 5)).toEqual({
      created: 5,
      data: [{ b64_json: 'AA==' }],
      usage: { input_tokens: 3, output_tokens: 4, total_tokens: 7 },
    });
    const refused = { candidates: [{ content: { parts: [{ text: 'No cats.' }] }, finishReason: 'IMAGE_SAFETY' }] };
    expect(() => fromDrawing(JSON.stringify(refused), 5)).toThrow('the vendor made no image: IMAGE_SAFETY: No cats.');
  });
});

describe('paths and lists', () => {
  it('names models as OpenAI does', () => {
    expect(fromModels('{"models":[{"name":"models/gemini-x","displayName":"X"}]}')).toEqual({
      object: 'list',
      data: [{ id: 'gemini-x', object: 'model', created: 0, owned_by: 'google' }],
    });
  });

  it.each([
    ['/v1beta/models/a:generateContent', 'v1beta', 'mapped'],
    ['/prefix/v1/models/other:streamGenerateContent', 'v1', 'other'],
    ['/v1beta/models/x%40y:generateContent', 'v1beta', 'x@y'],
    ['/v1beta/models/%E0%A4%A:generateContent', 'v1beta', '%25E0%25A4%25A'],
  ])('finds the model in %s', (path, api_version, model) => {
    expect(detectNative(path, createModelMapper([['a', 'models/mapped']]))?.variables).toEqual({ api_version, model });
  });

  it.each([
    '/v1beta/models/a:countTokens',
    '/v1beta1/publishers/google/models/a:generateContent',
    '/v1beta/models',
    '/v1/chat/completions',
  ])('leaves %s alone', (path) => {
    expect(detectNative(path, createModelMapper([]))).toBeUndefined();
  });

  it('writes paths of models', () => {
    expect(actionPath('v1', 'a b@1', 'x')).toBe('/v1/models/a%20b@1:x');
    expect(actionPath('v1', 'tunedModels/a', 'x')).toBe('/v1/tunedModels/a:x');
  });

  it.each([
    ['/p?key=k', '/p'],
    ['/p?a=%20&key=k&b&key=l', '/p?a=%20&b'],
    ['/p?monkey=1', '/p?monkey=1'],
    ['/p', '/p'],
  ])('%s without key', (path, expected) => {
    expect(withoutParameters(path, ['key'])).toBe(expected);
  });
});
