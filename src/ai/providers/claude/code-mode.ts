/** `claudeCodeMode`: tokens of a Claude Code account are taken only from requests that look like Claude Code's own. */
import type { JsonObject } from '../../json.ts';

export const CODE_HEADERS = {
  'user-agent': 'claude-cli/2.1.2 (external, cli)',
  'x-app': 'cli',
  'anthropic-beta': 'oauth-2025-04-20,interleaved-thinking-2025-05-14,claude-code-20250219',
} as const;

/** The vendor asks for this sentence at the head of a conversation. */
const IDENTITY = "You are Claude Code, Anthropic's official CLI for Claude.";

/** A Messages body whose system text is one cached block. */
export function asClaudeCode(body: JsonObject): JsonObject {
  const text = typeof body.system === 'string' ? body.system : IDENTITY;
  return { ...body, system: [{ type: 'text', text, cache_control: { type: 'ephemeral' } }] };
}

/** `path` with query. */
export function betaPath(path: string): string {
  if (!/\/v1\/messages(\?|$)/.test(path) || /[?&]beta=/.test(path)) return path;
  return `${path}${path.includes('?') ? '&' : '?'}beta=true`;
}
