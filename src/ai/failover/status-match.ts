/** Which statuses count as failures: regular expressions found anywhere in the status, as `failoverOnStatus` and `retryOnStatus` name them. */
import { RE2JS } from 're2js';

export type StatusMatch = (status: number) => boolean;

/**
 * A pattern matches anywhere in the digits. A success (2xx) must be meant from its first digit on: `4.*` would otherwise find the 4 of 204.
 * Throws `SyntaxError` for a pattern that RE2 refuses.
 */
export function statusMatch(patterns: readonly string[]): StatusMatch {
  const compiled = patterns.map((pattern) => RE2JS.compile(pattern));
  const known = new Map<number, boolean>();
  return (status) => {
    let matches = known.get(status);
    if (matches === undefined) {
      const text = String(status);
      const success = status >= 200 && status < 300;
      matches = compiled.some((pattern) => {
        const matcher = pattern.matcher(text);
        return success ? matcher.lookingAt() : matcher.find();
      });
      known.set(status, matches);
    }
    return matches;
  };
}
