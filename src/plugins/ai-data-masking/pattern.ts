/** Regular expressions of rules: the syntax of Rust's fancy-regex as far as Oniguruma shares it, which GROK comes from, on JavaScript's engine. */
import { toRegExp } from 'oniguruma-to-es';
import { expandGrok } from './grok.ts';

/** Compiled to find all matches; `\d`, `\w` and `\b` know all of Unicode. Throws an Error that says what is wrong. */
export function compilePattern(source: string): RegExp {
  const { flags, rest } = leadingFlags(expandGrok(source));
  const pattern = rest.replace(/(?<!\\)\(\?P</g, '(?<').replace(/(?<!\\)\(\?P=(\w+)\)/g, '\\k<$1>');
  const compile = (target: 'ES2024' | 'ES2025') =>
    toRegExp(`${flags.letters}${pattern}`, {
      global: true,
      target,
      rules: { captureGroup: true, singleline: !flags.lines },
    });
  // Not with flags for a part, `(?i:a|b)`, where it can be said without: V8 13.6 (Node 24) misses matches of those in patterns above 20,000 characters, and in
  // all patterns of a process that has compiled a megabyte of them.
  try {
    return compile('ES2024');
  } catch {
    return compile('ES2025');
  }
}

/** Flags in front hold for the whole pattern. Oniguruma says `m` where others say `s`, and always has what others call `m`. */
function leadingFlags(pattern: string): { flags: { letters: string; lines: boolean }; rest: string } {
  const found = /^\(\?([imsux]+)\)/.exec(pattern);
  const written = found?.[1] ?? '';
  const letters = [...'ix'].filter((letter) => written.includes(letter)).join('') + (written.includes('s') ? 'm' : '');
  return {
    flags: { letters: letters === '' ? '' : `(?${letters})`, lines: written.includes('m') },
    rest: pattern.slice(found?.[0].length ?? 0),
  };
}

/** The text with every match replaced; empty matches are none. */
export function replaceMatches(pattern: RegExp, text: string, replacement: (match: RegExpExecArray) => string): string {
  let out = '';
  let from = 0;
  for (const match of text.matchAll(pattern)) {
    if (match[0] === '') continue;
    out += text.slice(from, match.index) + replacement(match);
    from = match.index + match[0].length;
  }
  return from === 0 ? text : out + text.slice(from);
}

const PLACEHOLDER = /\$(?:\$|\{([^}]*)\}|(\w+))/g;

/** `$1`, `$name`, `${name}` stand for groups of the match, those that there are not for nothing; `$$` is a dollar sign. */
export function fillTemplate(template: string, match: RegExpExecArray): string {
  if (!template.includes('$')) return template;
  return template.replace(PLACEHOLDER, (whole: string, braced: string | undefined, bare: string | undefined) => {
    const name = braced ?? bare;
    if (name === undefined) return whole === '$$' ? '$' : whole;
    return (/^\d+$/.test(name) ? match[Number(name)] : match.groups?.[name]) ?? '';
  });
}
