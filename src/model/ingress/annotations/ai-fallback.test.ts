import { describe, expect, it } from '@jest/globals';
import { parseAnnotations } from './index.ts';

function parse(annotations: Readonly<Record<string, string>>) {
  const full = Object.entries(annotations).map(([key, value]) => [`higress.io/${key}`, value]);
  const metadata = { name: 'web', namespace: 'shop', labels: {}, annotations: Object.fromEntries(full) };
  const { annotations: read, problems } = parseAnnotations({ kind: 'Ingress', apiVersion: 'v1', metadata });
  return { fallback: read.aiFallback, reasons: problems.map(({ reason }) => reason) };
}

describe('annotations: ai-fallback-route, ai-fallback-codes', () => {
  it.each([
    [{ 'ai-fallback-route': 'other' }, { namespace: 'shop', name: 'other' }, ['4xx', '5xx']],
    [
      { 'ai-fallback-route': 'ai/chat.fallback.internal', 'ai-fallback-codes': '5XX, 429' },
      { namespace: 'ai', name: 'chat.fallback.internal' },
      ['5xx', '429'],
    ],
  ])('%j', (annotations, target, codes) => {
    expect(parse(annotations as Record<string, string>)).toEqual({ fallback: { target, codes }, reasons: [] });
  });

  it('take the default for codes that are none, and report them', () => {
    const { fallback, reasons } = parse({ 'ai-fallback-route': 'other', 'ai-fallback-codes': '200,5xx' });
    expect([fallback?.codes, reasons]).toEqual([['4xx', '5xx'], ['AnnotationInvalid']]);
  });

  it('report a name that can be no Ingress', () => {
    expect(parse({ 'ai-fallback-route': 'a b' })).toEqual({ fallback: undefined, reasons: ['AnnotationInvalid'] });
  });
});
