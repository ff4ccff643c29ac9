import type { DomainAudit } from '../../../src/audit/domain-audit.ts';
import type { Finding } from '../../../src/audit/finding.ts';
import { intentNamespace } from '../../../src/domain/intent-record.ts';
import type { Hypervisor } from '../hypervisor.ts';
import type { Actor, Case } from './case.ts';
import type { Scene } from './scene.ts';

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

/** Takes away the record that an apply leaves, where the scene has none. */
export function withoutRecord({ domains }: Scene, actor: Actor): string {
  if (actor === 'own') return '';
  const scopes = actor === 'off' ? ['--config'] : ['--live', '--config'];
  const removed = scopes.map(
    scope => `virsh -q metadata ${domains[actor].name} ${intentNamespace} --remove ${scope} >/dev/null 2>&1`,
  );
  return removed.map(command => `${command} || true`).join('\n');
}

/** Tells of each case whether none before it had the same causes at knobs like its own, asked for in the same way. */
export function firstOfItsKind(): (one: Case, scene: Scene) => boolean {
  const seen = new Set<string>();
  return (one, scene) => {
    const found = one.found(scene).map(({ knob: words, cause }) => {
      const [layer, , knob] = words.split(' ');
      return `${layer} ${knob} ${cause}`;
    });
    const kind = [one.asked === 'told', one.actor, ...new Set(found)].join();
    const isFirst = !seen.has(kind);
    seen.add(kind);
    return isFirst;
  };
}
