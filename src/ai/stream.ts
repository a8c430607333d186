/** A step that turns one kind of event stream into another. Fed by one incremental parser, so an event is always whole. */
import type { CopyRule, SseEvent } from '#plugin-sdk/hooks.ts';

export interface StreamStep {
  next(event: SseEvent): readonly SseEvent[];
  /** The stream ended: the last chance to say something. Called once. */
  end(): readonly SseEvent[];
  /** Text in the events behind which there are `copies`. */
  readonly copiesBehind?: string;
  /** Events that `next` would only copy a string of, as the step stands now. Not asked where other steps come behind. Needs no `this`. */
  readonly copies?: () => readonly CopyRule[] | undefined;
  /** The last event that was copied by a rule that remembers it. */
  copied?(event: SseEvent): void;
}

/** Runs the steps one behind the other. */
export function chainSteps(steps: readonly StreamStep[]): StreamStep {
  const [first, ...rest] = steps;
  if (first === undefined) return { next: (event) => [event], end: () => [] };
  if (rest.length === 0) return first;
  const feed = (events: readonly SseEvent[], from: number): readonly SseEvent[] =>
    steps
      .slice(from)
      .reduce<readonly SseEvent[]>((current, step) => current.flatMap((event) => step.next(event)), events);
  return {
    next: (event) => feed([event], 0),
    end: () => steps.flatMap((step, index) => feed(step.end(), index + 1)),
  };
}
