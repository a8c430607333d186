/** When a plugin's rules for events that are copied (`CopyRule`) may be used. */
import type { Copies } from './outcome.ts';
import type { Slot } from './slot.ts';

const CARRIAGE_RETURN = 0x0d;

/** The plugin that gives rules, if it is the only one that looks at the body of the answer. */
export function copyingSlot(slots: readonly Slot[]): Slot | undefined {
  const readers = slots.filter(({ active, reading }) => active && reading !== 'off');
  const [only] = readers;
  return readers.length === 1 && only?.reading === 'events' && only.copiesBehind !== undefined ? only : undefined;
}

/** Rules that hold behind the part that came: where an event has ended with it, and whatever comes begins one. */
export function copiesAfter(slot: Slot, came: Buffer): Copies | undefined {
  const { active, copies, copiesBehind, parser } = slot;
  if (!active || copies === undefined || copiesBehind === undefined || !parser.atBoundary || parser.afterCr) {
    return undefined;
  }
  const rules = copies();
  return rules && { behind: copiesBehind, rules, crLf: came.at(-2) === CARRIAGE_RETURN };
}
