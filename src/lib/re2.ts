/** Regular expressions as Envoy reads them: RE2 syntax. One that RE2 refuses would make Envoy refuse a whole route configuration. */
import { RE2JS } from 're2js';

/** Why RE2 refuses the pattern; undefined when it takes it. */
export function re2Error(pattern: string): string | undefined {
  try {
    RE2JS.compile(pattern);
    return undefined;
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return text.replace(/^error parsing regexp: /, '');
  }
}

/** Number of capture groups of a pattern that RE2 takes; 0 for one that it refuses. */
export function re2Groups(pattern: string): number {
  try {
    return RE2JS.compile(pattern).groupCount();
  } catch {
    return 0;
  }
}

/** Text as a pattern that matches just this text. */
export function escapeRe2(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

/** Whether the whole text is as the pattern says; false for a pattern that RE2 refuses. */
export function re2FullMatch(pattern: string, text: string): boolean {
  try {
    return RE2JS.compile(pattern).matches(text);
  } catch {
    return false;
  }
}
