/** What routes point to before anything is known about it: a Service of the cluster or a host of some registry. */
export type BackendRef =
  | {
      readonly type: 'service';
      readonly key: string;
      readonly namespace: string;
      readonly name: string;
      readonly port: PortRef;
    }
  | {
      readonly type: 'host';
      readonly key: string;
      readonly host: string;
      /** Absent = the first or only port. */
      readonly port?: number;
      readonly subset?: string;
    };

/** Number, name, or undefined for the first port. */
export type PortRef = number | string | undefined;

export function serviceRef(namespace: string, name: string, port: PortRef): BackendRef {
  return { type: 'service', key: `service ${namespace}/${name} ${JSON.stringify(port) ?? ''}`, namespace, name, port };
}

export function hostRef(host: string, port?: number, subset?: string): BackendRef {
  return {
    type: 'host',
    key: `host ${host} ${port ?? ''} ${subset ?? ''}`,
    host,
    ...(port === undefined ? {} : { port }),
    ...(subset === undefined ? {} : { subset }),
  };
}
