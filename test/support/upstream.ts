/**
 * Options for the servers that a test puts behind an Envoy. Node closes a connection that was silent for five seconds; on a busy machine Envoy may send the
 * next request on it at that very moment, and a POST is not sent twice.
 */
export const UPSTREAM = { keepAliveTimeout: 60_000 };
