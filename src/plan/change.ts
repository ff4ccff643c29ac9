import type { LimitName } from '../domain/tuning.ts';

/** One parameter that will be written. Named as Terraform names it: `before` and `after`. */
export interface Change {
  readonly parameter: LimitName;
  /** What libvirt's definition has; absent: not set. Text for `group_name` only. */
  readonly before?: number | string;
  /** What it shall have; absent: the limit is taken away. */
  readonly after?: number | string;
  /** The key that asked for it; absent when it changes along with another one of its family. */
  readonly because?: string;
  /** `definition`: libvirt has another value. `enforcer`: libvirt has this value, but a knob does not hold it. */
  readonly reason: 'definition' | 'enforcer';
  /** The knob that does not hold it, when the reason is `enforcer`. */
  readonly knob?: string;
}
