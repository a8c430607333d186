/** Cases as data: `testdata/*.yaml`, one test per case. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { builtins, goFunctions } from './functions/index.ts';
import { parseTemplate, TemplateError, TemplateSyntaxError } from './template.ts';

interface Case {
  readonly template: string;
  /** JSON text; default that of the file. */
  readonly data?: string;
  readonly expected?: string;
  /** A regular expression for random results. */
  readonly matches?: string;
  /** Part of the message of a rendering error. */
  readonly error?: string;
  /** Part of the message of a syntax error. */
  readonly syntaxError?: string;
  readonly socketAddress?: string;
  readonly forwardedFor?: string;
}

interface CaseFile {
  readonly data: string;
  readonly groups: Readonly<Record<string, readonly Case[]>>;
}

const NOW = 1_700_000_000_123;
const FILES = ['semantics', 'syntax', 'paths', 'functions'];

const files = FILES.map((name): readonly [string, CaseFile] => {
  return [name, parse(readFileSync(new URL(`testdata/${name}.yaml`, import.meta.url), 'utf8')) as CaseFile];
});
const cases = files.flatMap(([, { groups }]) => Object.values(groups).flat());

function check(one: Case, data: string): void {
  const { template, expected, matches, error, syntaxError, socketAddress = '', forwardedFor = '' } = one;
  const render = () =>
    parseTemplate(template).render(one.data ?? data, { now: () => NOW, socketAddress, forwardedFor });
  if (expected !== undefined) expect(render()).toBe(expected);
  else if (matches !== undefined) expect(render()).toMatch(new RegExp(matches, 's'));
  else {
    expect(render).toThrow(error ?? syntaxError);
    expect(render).toThrow(error === undefined ? TemplateSyntaxError : TemplateError);
  }
}

describe.each(files)('%s', (_, { data, groups }) => {
  describe.each(Object.entries(groups))('%s', (_group, list) => {
    it.each(list.map((one) => [one.template, one] as const))('%s', (_template, one) => {
      check(one, data);
    });
  });
});

describe('the list of functions', () => {
  const names = [...Object.keys(builtins), ...Object.keys(goFunctions)];
  const sprig = readFileSync(new URL('testdata/sprig-functions.txt', import.meta.url), 'utf8')
    .trim()
    .split('\n');

  it('holds all of Sprig but what reads the environment of the server', () => {
    expect(sprig).toHaveLength(211);
    expect(sprig.filter((name) => !names.includes(name))).toEqual(['env', 'expandenv']);
  });

  it.each(names)('%s has a case', (name) => {
    const call = new RegExp(`(?:\\{\\{-?\\s*|\\(|\\|\\s*|(?:if|with|range)\\s+)${name}(?![\\w.])`);
    expect(cases.some(({ template }) => call.test(template))).toBe(true);
  });
});
