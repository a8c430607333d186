/** What the streams of a soak are: which way each goes, how long its vendor is silent between two events, and how long it stays open. */

/** Ways that streams take: `lowered` by Envoy alone, `translated` past the plugin server, `retried` brought by the plugin server itself. */
export const WAYS = ['lowered', 'translated', 'retried'] as const;
export type Way = (typeof WAYS)[number];

/** Minutes of silence in an hour's run. A shorter run has shorter ones, in proportion. */
export const GAPS = [1, 5, 30] as const;
const HOUR = 60;
const MINUTE_MS = 60_000;

export interface Stream {
  readonly id: string;
  readonly way: Way;
  /** Milliseconds of silence between two events. */
  readonly gapMs: number;
  /** After how many milliseconds each of its events leaves the vendor, from the first one on. */
  readonly tokensAt: readonly number[];
  /** After how many milliseconds the vendor ends it. */
  readonly endsAt: number;
}

/** One stream of each gap in each way, and `idle` further ones with the longest gap, spread over the ways. */
export function planned(minutes: number, idle: number): readonly Stream[] {
  const scale = Math.min(1, minutes / HOUR);
  const endsAt = minutes * MINUTE_MS;
  const stream = (way: Way, gap: number, name: string): Stream => {
    const step = gap * scale * MINUTE_MS;
    const tokensAt = Array.from({ length: Math.ceil(endsAt / step) }, (_, index) => Math.floor(index * step));
    return { id: `${way}-${gap}-${name}`, way, gapMs: step, tokensAt, endsAt };
  };
  return [
    ...WAYS.flatMap((way) => GAPS.map((gap) => stream(way, gap, 'one'))),
    ...Array.from({ length: idle }, (_, index) =>
      stream(WAYS[index % WAYS.length] ?? 'lowered', GAPS[GAPS.length - 1] ?? HOUR, String(index)),
    ),
  ];
}

/** The text of an event of a stream. */
export const tokenOf = (index: number): string => `${index} `;

/** Milliseconds for people. */
export const span = (ms: number): string =>
  ms < MINUTE_MS ? `${(ms / 1000).toFixed(1)} s` : `${(ms / MINUTE_MS).toFixed(1)} min`;
