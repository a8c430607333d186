/** A value that its message type does not allow. */
export class EncodeError extends Error {
  /** Full name of the message that was being encoded. */
  readonly typeName: string;
  /** Where in it, for example `filter_chains[0].filters[0].typed_config.stat_prefix`; '' for the message itself. */
  readonly path: string;
  /** What is wrong and what to do, without the place. */
  readonly reason: string;

  constructor(typeName: string, path: string, reason: string) {
    super(`${typeName}${path === '' ? '' : ` at ${path}`}: ${reason}`);
    this.name = 'EncodeError';
    this.typeName = typeName;
    this.path = path;
    this.reason = reason;
  }
}

/** Bytes that are not a message of the type. */
export class DecodeError extends Error {
  readonly typeName: string;

  constructor(typeName: string, reason: string, options?: ErrorOptions) {
    super(`${typeName}: ${reason}`, options);
    this.name = 'DecodeError';
    this.typeName = typeName;
  }
}
