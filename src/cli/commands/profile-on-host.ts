import { applyProfile, planProfileOn, removeProfile, verifyProfile } from '../../workflow/profile.ts';
import { readProfile } from '../profile-input.ts';
import { type SayHostOptions, sayHostPlan, sayHostResult, sayHostVerdicts } from '../say-host.ts';
import { processTerminal } from '../terminal.ts';
import { onThisHost } from '../this-host.ts';

/** Options of `profile plan`, `apply`, `verify` and `remove`. */
export interface ProfileOnHostOptions extends SayHostOptions {
  /** Somebody else's root qdisc may go. */
  readonly replace?: boolean;
}

/** `virt-quota profile plan|apply|verify|remove`. */
export function profileOnHost(
  verb: 'plan' | 'apply' | 'verify' | 'remove',
  file: string,
  options: ProfileOnHostOptions,
): Promise<void> {
  const terminal = processTerminal(options);
  const { replace = false } = options;
  return onThisHost(terminal, async surroundings => {
    const { tree } = await readProfile(file, terminal);
    switch (verb) {
      case 'plan':
        return sayHostPlan(await planProfileOn(surroundings, tree, replace), options, terminal);
      case 'apply':
        return sayHostResult(await applyProfile(surroundings, tree, replace), options, terminal);
      case 'verify':
        return sayHostVerdicts(await verifyProfile(surroundings, tree), options, terminal);
      case 'remove':
        return sayHostResult(await removeProfile(surroundings, tree), options, terminal);
    }
  });
}
