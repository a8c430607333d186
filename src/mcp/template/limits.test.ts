import { describe, expect, it } from '@jest/globals';
import { DEFAULT_LIMITS, parseTemplate, type TemplateLimits } from './template.ts';

function render(source: string, limits: Partial<TemplateLimits> = {}, data = '{}'): string {
  return parseTemplate(source, { ...DEFAULT_LIMITS, ...limits }).render(data);
}

describe('limits of a rendering', () => {
  it('stops templates that take too many steps', () => {
    expect(() => render('{{range 1000000000}}{{end}}', { maxSteps: 1_000 })).toThrow('more than 1000 steps');
    expect(render('{{range 10}}.{{end}}', { maxSteps: 1_000 })).toBe('.'.repeat(10));
  });

  it('stops templates that take too long', () => {
    expect(() =>
      render('{{range 1000000000}}{{end}}', { maxSteps: Number.POSITIVE_INFINITY, maxMilliseconds: 20 }),
    ).toThrow('took longer than 20 ms');
  });

  it('counts the whole output', () => {
    expect(render('{{range 10}}12345{{end}}', { maxLength: 50 })).toHaveLength(50);
    expect(() => render('{{range 11}}12345{{end}}', { maxLength: 50 })).toThrow('longer than 50 characters');
  });

  it.each([
    '{{$x := repeat 1000000000 "abc"}}',
    '{{$x := indent 1000000000 "abc"}}',
    '{{$x := nindent 1000000000 "abc"}}',
    '{{$x := until 1000000000}}',
    '{{$x := untilStep 0 1000000000 1}}',
    '{{$x := seq 1000000000}}',
    '{{$x := randAlpha 1000000000}}',
    '{{$x := randBytes 1000000000}}',
    '{{$x := replace "" (repeat 1000 "y") (repeat 1000000 "x")}}',
    '{{$x := regexReplaceAllLiteral "x" (repeat 1000000 "x") (repeat 1000 "y")}}',
    '{{$x := wrapWith 1 (repeat 1000 "y") (repeat 1000000 "x")}}',
    '{{$x := "ab"}}{{range 60}}{{$x = print $x $x}}{{end}}',
    '{{$x := "ab"}}{{range 60}}{{$x = cat $x $x}}{{end}}',
    '{{$x := "\\""}}{{range 60}}{{$x = quote $x}}{{end}}',
  ])('refuses to make huge values: %s', (source) => {
    const start = performance.now();
    expect(() => render(source)).toThrow(/longer than 16777216 characters/);
    expect(performance.now() - start).toBeLessThan(30_000);
  });

  it('stops templates that call themselves', () => {
    const source = '{{define "again"}}{{template "again" .}}{{end}}{{template "again" .}}';
    expect(() => render(source)).toThrow('templates call each other more than 100 deep');
  });

  it('reads deeply nested data', () => {
    const depth = 100_000;
    const data = `{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`;
    expect(render('{{len .a}}', {}, data)).toBe('1');
    for (const modifier of ['@pretty', '@ugly', '@flatten:{"deep":true}', '@dig:x']) {
      expect(() => render(`{{gjson \`a.${modifier}\`}}`, {}, data)).toThrow('nested more than 500 deep');
    }
  });

  it.each(['[@this,@this]', '@tostr', '{"a":@this,"b":@this}'])(
    'stops paths whose steps double the data: %s',
    (step) => {
      const path = Array.from({ length: 60 }, () => step).join('|');
      expect(() => render(`{{gjson \`${path}\`}}`, {}, '{"a":"\\""}')).toThrow(/longer than|too much/);
    },
  );

  it('looks up the same data many times without reading it anew', () => {
    const items = Array.from({ length: 20_000 }, (_, id) => ({ id, text: 'x'.repeat(50) }));
    const data = JSON.stringify({ items, total: 7 });
    expect(render('{{range .items}}{{$.total}}{{end}}', {}, data)).toBe('7'.repeat(20_000));
  });
});
