/** The part of pino-roll that is used here; the package brings no types. */
declare module 'pino-roll' {
  import type { SonicBoom, SonicBoomOpts } from 'sonic-boom';

  interface Options extends Omit<SonicBoomOpts, 'dest'> {
    /** Files become `NAME.1.log`, `NAME.2.log`, …; the highest number is the current one. */
    readonly file: string;
    /** With unit: `k`, `m` or `g`. */
    readonly size: string;
    /** `count`: older files kept beside the current one. */
    readonly limit: { readonly count: number; readonly removeOtherLogFiles?: boolean };
  }

  export default function roll(options: Options): Promise<SonicBoom>;
}
