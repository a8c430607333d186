/** From a path of an Ingress to a match, its order and its rewrite. */
import type { PathMatch, Rewrite } from '#ir/types.ts';
import { re2Error, re2Groups } from '#lib/re2.ts';
import type { IngressAnnotations } from '#model/ingress/annotations/index.ts';
import type { IngressPath } from '#model/ingress/ingress.ts';
import { RANK } from './draft.ts';

export type PathKind = 'exact' | 'prefix' | 'fullRegex' | 'prefixRegex';

export interface PathPlan {
  readonly kind: PathKind;
  /** As written, defaults applied. */
  readonly written: string;
  readonly match: PathMatch;
  readonly rank: number;
}

export interface PathError {
  readonly reason: string;
  readonly message: string;
  readonly hint: string;
}

const REGEX_SIGNS = /[\\.+*?()|[\]{}^$]/;

export function planPath(path: IngressPath, annotations: IngressAnnotations): PathPlan | PathError {
  const { useRegex, fullPathRegex, ignoreCase } = annotations.matching;
  const { target } = annotations.rewrite;
  const written = writtenPath(path, useRegex || fullPathRegex || target !== undefined);
  const caseless = ignoreCase ? { ignoreCase } : {};
  const byTarget = target !== undefined && (REGEX_SIGNS.test(written) || /[$\\]/.test(target));
  if (byTarget || useRegex || fullPathRegex) {
    const kind = fullPathRegex ? 'fullRegex' : 'prefixRegex';
    const error = re2Error(written);
    if (error !== undefined) {
      const message = `path "${written}" is no regular expression that RE2 takes: ${error}; the path is left out`;
      return { reason: 'RegexInvalid', message, hint: 'use RE2 syntax: no look-around, no back-references' };
    }
    return { kind, written, match: { type: 'regex', value: regexOf(written, kind), ...caseless }, rank: RANK[kind] };
  }
  if (!written.startsWith('/') || /[?#\s]/.test(written)) {
    const message = `path "${written}" must begin with / and hold no ?, # or white space; the path is left out`;
    return { reason: 'PathInvalid', message, hint: 'for a regular expression add higress.io/use-regex: "true"' };
  }
  if (path.pathType === 'Exact') {
    return { kind: 'exact', written, match: { type: 'exact', value: written, ...caseless }, rank: RANK.exact };
  }
  const segments = written.replace(/\/+$/, '');
  if (segments === '')
    return { kind: 'prefix', written: '/', match: { type: 'prefix', value: '/' }, rank: RANK.prefix };
  const match: PathMatch = { type: 'segments', value: segments, ...caseless };
  return { kind: 'prefix', written: segments, match, rank: RANK.prefix };
}

/** Without a pathType, endings such as `/*` and `.*` are taken for what people meant by them. */
function writtenPath({ path = '/', pathType }: IngressPath, regex: boolean): string {
  const written = pathType === undefined && !regex ? path.replace(/\.\*$/, '').replace(/\/\*$/, '') : path;
  return written === '' ? '/' : written;
}

function regexOf(written: string, kind: 'fullRegex' | 'prefixRegex'): string {
  if (kind === 'fullRegex') return written;
  // Without the group the tail would belong to the last alternative only. It does not capture, so references keep their numbers.
  return written.includes('|') ? `(?:${written}).*` : `${written}.*`;
}

/** `missingGroup`: the target refers to a capture group that the path does not have; the path is then not rewritten. */
export function planRewrite(
  plan: PathPlan,
  annotations: IngressAnnotations,
): { readonly rewrite?: Rewrite; readonly missingGroup?: string } {
  const { path, target, host } = annotations.rewrite;
  const hostPart = host === undefined ? {} : { host };
  if (path !== undefined) return { rewrite: { ...hostPart, path: { type: 'prefix', value: path } } };
  if (target === undefined) return host === undefined ? {} : { rewrite: hostPart };
  if (plan.match.type !== 'regex') {
    const type = plan.kind === 'exact' ? 'full' : 'prefix';
    return { rewrite: { ...hostPart, path: { type, value: target } } };
  }
  const references = [...target.matchAll(/\\(\d)/g)].map((match) => Number(match[1]));
  const groups = re2Groups(plan.written);
  const missing = references.find((reference) => reference > groups);
  if (missing !== undefined) {
    return { ...(host === undefined ? {} : { rewrite: hostPart }), missingGroup: `$${missing}` };
  }
  const pattern = `${plan.match.ignoreCase === true ? '(?i)' : ''}^(?:${plan.match.value})$`;
  return { rewrite: { ...hostPart, path: { type: 'regex', pattern, substitution: target } } };
}
