import type { DomainAudit } from '../../../src/audit/domain-audit.ts';
import type { Finding } from '../../../src/audit/finding.ts';
import type { Hypervisor } from '../hypervisor.ts';

/**
 * Runs what an audit prints as repairs, each command once and word by word as it stands there, and says what is left:
 * findings of the next audit, and those that have no command but say what has to be done by hand.
 */
export async function afterRepair(
  hypervisor: Hypervisor,
  { findings }: Pick<DomainAudit, 'findings'>,
  again: () => Promise<DomainAudit>,
): Promise<readonly string[]> {
  const commands = new Map(
    findings.flatMap(({ repair }) => (repair ? [[repair.argv.join('\0'), repair]] : [])),
  );
  for (const { argv } of commands.values()) {
    const { exitCode, stderr } = await hypervisor.run(argv);
    if (exitCode !== 0) throw new Error(`'${argv.join(' ')}' ends with ${exitCode}: ${stderr}`);
  }
  const left = commands.size === 0 ? findings : (await again()).findings;
  return left.map(finding => `${isByHand(finding) ? 'by hand: ' : ''}${lineOf(finding)}`).sort();
}

/** Whether there is no command for it, and its explanation tells a person what to do. */
function isByHand({ repair, explanation }: Finding): boolean {
  return repair === undefined && /(?:^|[ :])(?:write|stop and start|move|remove) /i.test(explanation);
}

function lineOf({ layer, subject, knob, cause }: Finding): string {
  return `${layer} ${subject} ${knob}: ${cause}`;
}
