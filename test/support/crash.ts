/** Processes under test end when they are told to, and never by an error or a rejection that nobody caught: their supervisor would hide that. */

/** What Node writes last. */
const FATAL = /^Node\.js v\d+\./m;
const LINES_TOLD = 30;

/** Throws when a Node process that wrote to this log ended by an error. */
export function refuseCrash(log: string): void {
  const at = log.search(FATAL);
  if (at < 0) return;
  const told = log.slice(0, at).split('\n').slice(-LINES_TOLD).join('\n');
  throw new Error(`a process ended by an error that nobody caught:\n${told}`);
}
