/** Semantic versions. Versions may leave out minor and patch number; constraints are `>=1.2, <3 || ~4.1 || 5.x || 6 - 7.2`. */
import { TemplateError } from '../errors.ts';
import { fn, type GoFunctions } from './types.ts';

export const semverFunctions: GoFunctions = {
  semver: fn(['string'], ([text]) => versionText(parseVersion(text))),
  semverCompare: fn(['string', 'string'], ([constraint, text]) => {
    const alternatives = parseConstraint(constraint);
    const version = parseVersion(text);
    return alternatives.some((every) => every.every((one) => holds(one, version)));
  }),
};

interface Version {
  readonly numbers: readonly [bigint, bigint, bigint];
  /** Dotted, empty for a release. */
  readonly prerelease: string;
  readonly metadata: string;
}

interface Constraint {
  readonly operator: string;
  readonly version: Version;
  /** How many of the three numbers are given; `*` has none. */
  readonly given: number;
}

const SUFFIX = '(?:-([0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*))?(?:\\+([0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*))?';
const VERSION = new RegExp(`^v?(\\d+)(?:\\.(\\d+))?(?:\\.(\\d+))?${SUFFIX}$`);
const PART = '(\\d+|[xX*])';
const PATTERN = `v?${PART}(?:\\.${PART})?(?:\\.${PART})?${SUFFIX}`;
const OPERATOR = '!=|>=|=>|<=|=<|~>|[=<>~^]|';
const ONE = new RegExp(`(?:^|[\\s,]+)\\s*(${OPERATOR})\\s*${PATTERN}(?=$|[\\s,])`, 'y');
const BARE = PATTERN.replaceAll(/\((?!\?)/g, '(?:');
const HYPHEN = new RegExp(`(${BARE})\\s+-\\s+(${BARE})`, 'g');

function parseVersion(text: string): Version {
  const found = VERSION.exec(text);
  if (found === null) throw new TemplateError(`"${text}" is no semantic version`);
  const [, major = '0', minor = '0', patch = '0', prerelease = '', metadata = ''] = found;
  if (prerelease.split('.').some((part) => /^0\d+$/.test(part))) {
    throw new TemplateError(`"${text}" is no semantic version: a number in the prerelease part starts with 0`);
  }
  return { numbers: [BigInt(major), BigInt(minor), BigInt(patch)], prerelease, metadata };
}

function versionText({ numbers, prerelease, metadata }: Version): string {
  return `${numbers.join('.')}${prerelease && `-${prerelease}`}${metadata && `+${metadata}`}`;
}

function parseConstraint(text: string): Constraint[][] {
  return text
    .replace(HYPHEN, '>= $1, <= $2')
    .split('||')
    .map((part) => everyOf(part.trim(), text));
}

function everyOf(part: string, whole: string): Constraint[] {
  const found: Constraint[] = [];
  ONE.lastIndex = 0;
  let end = 0;
  for (let match = ONE.exec(part); match !== null; match = ONE.exec(part)) {
    end = ONE.lastIndex;
    const [, operator = '', major, minor, patch, prerelease = '', metadata = ''] = match;
    const parts = [major, minor, patch];
    const open = parts.findIndex((one) => one === undefined || /[xX*]/.test(one));
    const given = open < 0 ? 3 : open;
    const [a, b, c] = parts.map((one, at) => (at < given ? BigInt(one as string) : 0n));
    found.push({ operator, given, version: { numbers: [a ?? 0n, b ?? 0n, c ?? 0n], prerelease, metadata } });
  }
  if (end !== part.length || found.length === 0) throw new TemplateError(`improper constraint: ${whole}`);
  return found;
}

function compare(a: Version, b: Version): number {
  for (const [at, number] of a.numbers.entries()) {
    const other = b.numbers[at] as bigint;
    if (number !== other) return number < other ? -1 : 1;
  }
  if (a.prerelease === b.prerelease) return 0;
  if (a.prerelease === '') return 1;
  if (b.prerelease === '') return -1;
  return comparePrerelease(a.prerelease.split('.'), b.prerelease.split('.'));
}

function comparePrerelease(a: readonly string[], b: readonly string[]): number {
  for (let at = 0; at < Math.max(a.length, b.length); at++) {
    const [left, right] = [a[at], b[at]];
    if (left === right) continue;
    if (left === undefined) return -1;
    if (right === undefined) return 1;
    const [leftIsNumber, rightIsNumber] = [/^\d+$/.test(left), /^\d+$/.test(right)];
    if (leftIsNumber && rightIsNumber) return BigInt(left) < BigInt(right) ? -1 : 1;
    if (leftIsNumber !== rightIsNumber) return leftIsNumber ? -1 : 1;
    return left < right ? -1 : 1;
  }
  return 0;
}

/** A constraint without prerelease part holds for releases only. */
function holds({ operator, version: limit, given }: Constraint, version: Version): boolean {
  const onlyReleases = version.prerelease !== '' && limit.prerelease === '';
  if (onlyReleases && (operator !== '!=' || given < 3)) return false;
  const order = compare(version, limit);
  const [major, minor, patch] = limit.numbers;
  const [isMajor, isMinor, isPatch] = version.numbers;
  switch (operator) {
    case '>':
      if (given === 0 || given === 3) return order > 0;
      return isMajor > major || (given === 2 && isMajor === major && isMinor > minor);
    case '<':
      return order < 0;
    case '>=':
    case '=>':
      return order >= 0;
    case '<=':
    case '=<':
      if (given === 3) return order <= 0;
      return isMajor < major || (isMajor === major && (given === 1 || isMinor <= minor));
    case '^':
      if (order < 0) return false;
      if (major > 0n || given === 1) return isMajor === major;
      if (isMajor > 0n) return false;
      if (minor > 0n || given === 2) return isMinor === minor;
      return isMinor === 0n && isPatch === patch;
    case '!=':
      if (given === 1) return isMajor !== major;
      if (given === 2) return isMajor !== major || isMinor !== minor || version.prerelease !== limit.prerelease;
      return order !== 0;
    case '~':
    case '~>':
      return tilde(limit, given, version, order);
    default:
      return given === 3 ? order === 0 : tilde(limit, given, version, order);
  }
}

/** The same minor version, or major version when only that is given; `*` is everything. */
function tilde({ numbers: [major, minor, patch] }: Version, given: number, version: Version, order: number): boolean {
  if (order < 0) return false;
  const isZero = major === 0n && minor === 0n && patch === 0n;
  if (isZero && (given === 0 || given === 3)) return true;
  return version.numbers[0] === major && (given === 1 || version.numbers[1] === minor);
}
