/** Which headers of two answers leave when one takes the other's place. */
import type { ReplacementAnswer } from '../hooks.ts';
import type { HeaderTable } from './header-table.ts';

/** Facts of the exchange with the client rather than of the answer. */
const KEPT: ReadonlySet<string> = new Set(['date', 'server', 'x-envoy-upstream-service-time']);
/** The new answer's length and connection are settled on the way out. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  ...KEPT,
  'content-length',
  'connection',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
]);

export function replaceHeaders(table: HeaderTable, answer: ReplacementAnswer): void {
  const entries = Object.entries(answer.headers).filter(([name]) => !LEFT_OUT.has(name));
  table.replace([[':status', String(answer.status)], ...entries], KEPT);
}
