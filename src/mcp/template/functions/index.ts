/** All functions that templates know, by name. */
import { builtins } from './builtins.ts';
import { collectionFunctions } from './collections.ts';
import { cryptoFunctions } from './crypto.ts';
import { dateFunctions } from './dates.ts';
import { encodingFunctions } from './encoding.ts';
import { flowFunctions } from './flow.ts';
import { mathFunctions } from './math.ts';
import { pathFunctions } from './paths.ts';
import { randomFunctions } from './random.ts';
import { regexFunctions } from './regex.ts';
import { semverFunctions } from './semver.ts';
import { stringFunctions } from './strings.ts';
import type { GoFunctions } from './types.ts';
import { urlFunctions } from './url.ts';
import { wordFunctions } from './words.ts';

export { builtins };

/** The text functions of Sprig 3 without `env` and `expandenv`: templates must not read the environment of the server. */
export const goFunctions: GoFunctions = {
  ...stringFunctions,
  ...wordFunctions,
  ...mathFunctions,
  ...flowFunctions,
  ...collectionFunctions,
  ...dateFunctions,
  ...encodingFunctions,
  ...cryptoFunctions,
  ...randomFunctions,
  ...regexFunctions,
  ...semverFunctions,
  ...urlFunctions,
  ...pathFunctions,
};

export function isFunction(name: string): boolean {
  return Object.hasOwn(builtins, name) || Object.hasOwn(goFunctions, name);
}
