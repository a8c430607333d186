/** Revisions of MCP, and what to talk with a client that asks for one. */

/** Oldest first. */
export const SUPPORTED_VERSIONS = ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25'] as const;
export type ProtocolVersion = (typeof SUPPORTED_VERSIONS)[number];

export const NEWEST_VERSION: ProtocolVersion = '2025-11-25';

export function isSupported(version: unknown): version is ProtocolVersion {
  return SUPPORTED_VERSIONS.some((one) => one === version);
}

/** The requested version when it is known, else the newest: a client that cannot speak it says goodbye. */
export function negotiate(requested: unknown): ProtocolVersion {
  return isSupported(requested) ? requested : NEWEST_VERSION;
}
