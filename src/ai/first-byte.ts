/** `firstByteTimeout`: how long an answer may take to begin. */

/** Higress's own header, and the one that stock Envoy acts on: its time for a try ends when the answer's headers have come. */
export const FIRST_BYTE_HEADERS = [
  'x-envoy-upstream-rq-first-byte-timeout-ms',
  'x-envoy-upstream-rq-per-try-timeout-ms',
] as const;

export function firstByteHeaders(timeoutMs: number): Record<string, string> {
  return timeoutMs > 0 ? Object.fromEntries(FIRST_BYTE_HEADERS.map((name) => [name, String(timeoutMs)])) : {};
}
