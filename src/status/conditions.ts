/** Problems turned into what Kubernetes shows on an object: conditions in the shape of `metav1.Condition`. Pure. */
import type { Problem } from '#ir/types.ts';
import type { Condition } from '#model/status.ts';

export type { Condition } from '#model/status.ts';

/** A condition before it is known since when it holds. */
export type Verdict = Omit<Condition, 'lastTransitionTime'>;

type ConditionType = 'Accepted' | 'ResolvedRefs' | 'Programmed';

/** Reasons of problems that mean: something that the object names is not there or not usable. */
const REFERENCE_REASONS: ReadonlySet<string> = new Set([
  'CertificateMissing',
  'RegistryUnavailable',
  'SecretMissing',
  'ServiceNotFound',
  'ServicePortMismatch',
  'ServicePortNotFound',
  'WasmModuleUnavailable',
]);

/** Reasons of problems that mean: the whole object counts for nothing, though nothing in it need be wrong. */
const IGNORED_REASONS: ReadonlySet<string> = new Set(['KindNotSupported', 'WrongName', 'WrongNamespace']);

const MAX_MESSAGE = 1024;

export interface ConditionInput {
  readonly generation: number | undefined;
  /** Those of this object alone. */
  readonly problems: readonly Problem[];
  /** Every connected Envoy has taken the configuration. */
  readonly programmed: boolean;
  /** Reason `Accepted` gets when nothing is wrong, for example the way a plugin takes. */
  readonly detail?: string;
}

export function verdicts({ generation, problems, programmed, detail }: ConditionInput): readonly Verdict[] {
  const ignored = problems.filter(({ reason }) => IGNORED_REASONS.has(reason));
  if (ignored.length > 0) return ignoredVerdicts(ignored, generation);
  const errors = problems.filter(({ severity }) => severity === 'error');
  const refused = errors.filter(({ reason }) => reason === 'EnvoyRejected');
  const references = problems.filter(({ reason }) => REFERENCE_REASONS.has(reason));
  const others = errors.filter((problem) => !refused.includes(problem) && !references.includes(problem));
  const warnings = problems.filter(({ severity, reason }) => severity === 'warning' && !REFERENCE_REASONS.has(reason));
  const observed = generation === undefined ? {} : { observedGeneration: generation };
  const of = (type: ConditionType, wrong: readonly Problem[], good: string, message: string): Verdict => ({
    type,
    status: wrong.length === 0 ? 'True' : 'False',
    ...observed,
    reason: wrong[0]?.reason ?? good,
    message: wrong.length === 0 ? message : text(wrong),
  });
  const accepted = of('Accepted', others, 'Accepted', warnings.length > 0 ? text(warnings) : (detail ?? ''));
  const resolved = of('ResolvedRefs', references, 'ResolvedRefs', '');
  if (refused.length > 0) return [accepted, resolved, of('Programmed', refused, '', '')];
  const done: Verdict = {
    type: 'Programmed',
    status: programmed ? 'True' : 'Unknown',
    ...observed,
    reason: programmed ? 'Programmed' : 'Pending',
    message: programmed ? '' : 'not every connected Envoy has taken the configuration yet',
  };
  return [accepted, resolved, done];
}

/** What is ignored is nowhere looked at: its references are unknown, and no Envoy will get it. */
function ignoredVerdicts(problems: readonly Problem[], generation: number | undefined): readonly Verdict[] {
  const observed = generation === undefined ? {} : { observedGeneration: generation };
  const reason = problems[0]?.reason ?? '';
  const notAccepted = { ...observed, reason: 'NotAccepted', message: 'the object is ignored' } as const;
  return [
    { type: 'Accepted', status: 'False', ...observed, reason, message: text(problems) },
    { type: 'ResolvedRefs', status: 'Unknown', ...notAccepted },
    { type: 'Programmed', status: 'False', ...notAccepted },
  ];
}

/** The new conditions, each with the time at which its status last changed. Undefined when nothing differs from what is there. */
export function transition(
  before: readonly Condition[],
  next: readonly Verdict[],
  now: string,
): readonly Condition[] | undefined {
  const result = next.map((verdict): Condition => {
    const old = before.find(({ type }) => type === verdict.type);
    return { ...verdict, lastTransitionTime: old?.status === verdict.status ? old.lastTransitionTime : now };
  });
  const own = new Set(next.map(({ type }) => type));
  const same = result.every((condition) => {
    const old = before.find(({ type }) => type === condition.type);
    return (
      old !== undefined &&
      old.status === condition.status &&
      old.reason === condition.reason &&
      old.message === condition.message &&
      old.observedGeneration === condition.observedGeneration
    );
  });
  return same ? undefined : [...before.filter(({ type }) => !own.has(type)), ...result];
}

function text(problems: readonly Problem[]): string {
  const lines = problems.map(({ origin, message, hint }) => {
    const where = origin.path === undefined ? '' : `${origin.path}: `;
    return `${where}${message}${hint === undefined ? '' : ` (${hint})`}`;
  });
  const whole = [...new Set(lines)].join('; ');
  return whole.length <= MAX_MESSAGE ? whole : `${whole.slice(0, MAX_MESSAGE - 1)}…`;
}
