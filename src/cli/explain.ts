/** `higress explain`: what the gateway does with one request, and why. Exit status 1 when nothing matches, 2 when that could not be found out. */

import type { OfflineOptions } from '#app/offline.ts';
import { explainRequest } from '#explain/explain.ts';
import { parseRequest } from '#explain/request.ts';
import { catalogue } from '#plugins/index.ts';
import { createLocator } from '#sources/files/locate.ts';
import { answering, type PlaceFlags, printJson, viewOf } from './ask.ts';
import { explanationText } from './explain-text.ts';

interface Options extends OfflineOptions, PlaceFlags {
  readonly header?: readonly string[];
  readonly method?: string;
  readonly configDir?: readonly string[];
  readonly output: string;
}

export function explain(url: string, options: Options): Promise<void> {
  return answering(async () => {
    const { header = [], method, configDir, output } = options;
    const request = parseRequest({ url, headers: header, ...(method === undefined ? {} : { method }) });
    const view = await viewOf(configDir, options, options);
    const explanation = explainRequest(view, request, { catalogue, locate: createLocator() });
    if (output === 'json') printJson(explanation);
    else process.stdout.write(explanationText(explanation, view.problems));
    if (explanation.outcome.type === 'nothing') process.exitCode = 1;
  });
}
