/** Turns of a conversation for vendors that want the answers of tools inside the user's turns. */
import type { JsonObject } from './json.ts';

export interface TurnMaker<Turn, Result> {
  /** A message that is no answer of a tool; undefined leaves it out. */
  turn(message: JsonObject): Turn | undefined;
  result(message: JsonObject): Result;
  /** One turn for all answers of tools that stand next to each other. */
  results(results: readonly Result[]): Turn;
}

/** OpenAI messages without system ones to turns, in their order. */
export function turnsOf<Turn, Result>(messages: readonly JsonObject[], make: TurnMaker<Turn, Result>): readonly Turn[] {
  const turns: Turn[] = [];
  let results: Result[] | undefined;
  for (const message of messages) {
    if (message.role === 'tool') {
      if (!results) {
        results = [];
        turns.push(make.results(results));
      }
      results.push(make.result(message));
      continue;
    }
    results = undefined;
    const turn = make.turn(message);
    if (turn !== undefined) turns.push(turn);
  }
  return turns;
}
