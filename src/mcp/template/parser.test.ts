import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseTemplate, TemplateSyntaxError, templateData } from './template.ts';

function thrown(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return error;
  }
}

describe('errors', () => {
  it.each([
    ['a\nb {{nofunc}}', 2],
    ['{{if .x}}\n\n{{else}}\n', 4],
    ['\n\n{{.a', 3],
    ['x\n{{/* never closed', 2],
    ['{{.a}}\n{{.b}}\n{{.c-d}}', 3],
  ])('of syntax tell the line: %j', (source, line) => {
    const error = thrown(() => parseTemplate(source));
    expect(error).toBeInstanceOf(TemplateSyntaxError);
    expect(error).toMatchObject({ line, message: expect.stringMatching(`^line ${line}: `) });
  });

  it.each([
    ['a\n{{fail "x"}}', 2],
    ['{{range .list}}\n{{if true}}\n{{index . 5}}{{end}}{{end}}', 3],
    ['{{define "t"}}\n{{fail "x"}}{{end}}\n{{template "t"}}', 2],
    ['{{if fail "x"}}\n{{end}}', 1],
    ['\n{{template "none"}}', 2],
  ])('of rendering tell the line of the action: %j', (source, line) => {
    const error = thrown(() => parseTemplate(source).render('{"list":[[]]}'));
    expect(error).toMatchObject({ name: 'TemplateError', line, message: expect.stringMatching(`^line ${line}: `) });
  });

  it('have no line when the data is wrong', () => {
    expect(thrown(() => parseTemplate('').render('5'))).toMatchObject({ line: undefined });
  });
});

describe('nesting', () => {
  it('has a limit, so that no template overflows the stack', () => {
    expect(() => parseTemplate(`{{${'('.repeat(10_000)}1${')'.repeat(10_000)}}}`)).toThrow('nested too deeply');
    expect(() => parseTemplate('{{if 1}}'.repeat(10_000))).toThrow('nested too deeply');
    expect(parseTemplate(`{{${'('.repeat(50)}1${')'.repeat(50)}}}`).render('{}')).toBe('1');
  });

  it('ends with each parenthesis and structure', () => {
    expect(parseTemplate('{{(1)}}{{if 1}}{{end}}'.repeat(1_000)).render('{}')).toBe('1'.repeat(1_000));
  });
});

describe('any text', () => {
  const pieces = fc.constantFrom(
    ...[
      '{{',
      '}}',
      '{{-',
      '-}}',
      ' ',
      '\n',
      '.a',
      '.',
      '$x',
      ':=',
      '=',
      '|',
      '(',
      ')',
      '"s"',
      '`',
      "'c'",
      '1',
      '-2.5',
      ',',
    ],
    ...[
      'if',
      'else',
      'end',
      'range',
      'with',
      'define',
      'template',
      'block',
      'break',
      'upper',
      'len',
      'index',
      'eq',
      '/*',
      '*/',
    ],
  );
  const source = fc.array(pieces, { maxLength: 25 }).map((parts) => parts.join(' '));

  it('parses and renders or fails with an error of templates', () => {
    fc.assert(
      fc.property(source, (text) => {
        const error = thrown(() => parseTemplate(text).render('{"a":[1,"x",{"b":null}]}'));
        if (typeof error !== 'string')
          expect(['TemplateError', 'TemplateSyntaxError']).toContain((error as Error).name);
      }),
      { numRuns: 2_000 },
    );
  });

  it('without braces is printed as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        fc.pre(!text.includes('{{'));
        expect(parseTemplate(text).render('{}')).toBe(text);
      }),
    );
  });

  it('in data is printed as it is, and survives quoting', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const data = JSON.stringify({ text });
        expect(parseTemplate('{{.text}}').render(data)).toBe(text);
        expect(JSON.parse(parseTemplate('{{toJson .text}}').render(data))).toBe(text);
        expect(parseTemplate('{{.text | b64enc | b64dec}}{{.text | b32enc | b32dec}}').render(data)).toBe(text + text);
        expect(parseTemplate('{{.text | encryptAES "key" | decryptAES "key"}}').render(data)).toBe(text);
      }),
    );
  });

  it('as a gjson path finds something or nothing', () => {
    const part = fc.constantFrom(
      ...'.|#@{}[]()"\\*?!:,=<>%~ab0'.split(''),
      '@reverse',
      '@flatten',
      '#(a>1)#',
      'a',
      'b',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
        const data = JSON.stringify({ path: parts.join(''), a: [1, 'x', { b: null, a: [] }], b: { a: 'y' } });
        expect(typeof parseTemplate('{{gjson .path}}').render(data)).toBe('string');
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('one template', () => {
  it('renders many times, each on its own', () => {
    const template = parseTemplate('{{$x := .a}}{{$x}}');
    expect([template.render('{"a":1}'), template.render('{"a":"b"}'), template.render('{}')]).toEqual(['1', 'b', '']);
  });

  it('takes its time and bytes from the environment', () => {
    const template = parseTemplate('{{date "2006" now}} {{uuidv4}} {{randNumeric 3}}');
    const environment = { now: () => 0, randomBytes: (count: number) => new Uint8Array(count) };
    expect(template.render('{}', environment)).toBe('1970 00000000-0000-4000-8000-000000000000 000');
  });
});

describe('template data', () => {
  it('has sorted members and escapes that printing takes away', () => {
    const data = templateData({ args: { b: '<&>', a: [1, 2.5, null, true, undefined], c: undefined } });
    expect(data).toBe('{"args":{"a":[1,2.5,null,true,null],"b":"\\u003c\\u0026\\u003e"}}');
    expect(parseTemplate('{{.args.b}} {{.args}}').render(data)).toBe(`<&> ${data.slice(8, -1)}`);
  });
});
