import { planNoOrphans, removeOrphans } from '../../workflow/ovs-orphans.ts';
import { type SayHostOptions, sayHostPlan, sayHostResult } from '../say-host.ts';
import { processTerminal } from '../terminal.ts';
import { onThisHost } from '../this-host.ts';

/** Options of `port prune`. */
export interface PortPruneOptions extends SayHostOptions {
  readonly dryRun?: boolean;
}

/** `virt-quota port prune`: takes away rows of ours in Open vSwitch's database that no port has any more. */
export async function portPrune(options: PortPruneOptions): Promise<void> {
  const terminal = processTerminal(options);
  await onThisHost(terminal, async surroundings => {
    if (options.dryRun === true) sayHostPlan(await planNoOrphans(surroundings), options, terminal);
    else sayHostResult(await removeOrphans(surroundings), options, terminal);
  });
}
