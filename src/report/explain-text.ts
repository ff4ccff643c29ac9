import type { Diagnostic } from '../diagnostics.ts';
import type { ExplainedKey, Explanation, Place, Refusal, Step } from '../explain/explanation.ts';
import { diagnosticHint } from './diagnostic-hint.ts';
import { diagnosticLine } from './diagnostic-text.ts';
import { amountText, stepLines } from './explain-step-text.ts';
import type { Paint } from './table.ts';

/** An explanation for people: key by key, and for each layer what it holds, how it comes about, and where to look. */
export function renderExplanation(explanation: Explanation, paint: Paint): string {
  const keys = explanation.keys.map(key => keyLines(key, paint).join('\n'));
  const others = explanation.diagnostics.map(diagnosticLine).join('\n');
  const parts = [...keys, ...(others === '' ? [] : [others])];
  return parts.length === 0 ? 'nothing to explain\n' : `${parts.join('\n\n')}\n`;
}

function keyLines(key: ExplainedKey, paint: Paint): readonly string[] {
  const { refusal, steps } = key;
  const equals = key.equals.map(one => `, ${amountText(one.value, one.unit)}`).join('');
  return [
    paint('bold', `${key.key} = ${amountText(key.value, key.unit)}${equals}`),
    ...key.diagnostics.flatMap(one => findingLines(one, paint)),
    ...(refusal === undefined ? [] : [`  ${paint('red', refusalText(refusal))}`]),
    ...[...byPlace(steps)].flatMap(([place, here]) => [
      ...(place === undefined ? [] : [`  ${paint('bold', placeTexts[place])}`]),
      ...blocks(here).flatMap(block => blockLines(block, place === undefined ? '  ' : '    ', paint)),
    ]),
  ];
}

const styles = { error: 'red', warning: 'yellow', info: 'dim' } as const;

const placeTexts: Readonly<Record<Place, string>> = {
  'cgroup v1': 'on a host with cgroup v1',
  'cgroup v2': 'on a host with cgroup v2',
  tap: 'interface with a tap (bridge, network, ethernet)',
  macvtap: 'interface with a macvtap (direct)',
  ovs: 'interface that libvirt plugs into Open vSwitch',
  unenforced: 'interface of another type (vhostuser, hostdev, vdpa, user, …)',
};

const refusers: Readonly<Record<Refusal['layer'], string>> = {
  nova: 'Nova',
  libvirt: 'libvirt',
  cgroup: 'the kernel (or systemd)',
  qemu: 'QEMU',
  tc: 'tc',
};

const occasions: Readonly<Record<Refusal['when'], string>> = {
  build: "when it builds the domain's XML",
  define: 'when the domain is defined',
  start: 'when the guest starts',
};

function refusalText({ layer, when }: Refusal): string {
  return `refused by ${refusers[layer]} ${occasions[when]}: nothing behind that is reached`;
}

/** Steps that are the same everywhere first, then place by place. */
function byPlace(steps: readonly Step[]): ReadonlyMap<Place | undefined, readonly Step[]> {
  const found = new Map<Place | undefined, Step[]>([[undefined, []]]);
  for (const step of steps) found.set(step.place, [...(found.get(step.place) ?? []), step]);
  return found;
}

/** Steps one after the other that are looked at with the same command. */
function blocks(steps: readonly Step[]): readonly (readonly Step[])[] {
  const found: Step[][] = [];
  for (const step of steps) {
    const block = found.at(-1);
    if (block?.[0]?.look === step.look && block[0].layer === step.layer) block.push(step);
    else found.push([step]);
  }
  return found;
}

const layerWidth = 'libvirt'.length;
const screenWidth = 100;

/** A finding, and for a key that nobody reads which one was meant: nothing else is to be explained of it. */
function findingLines(found: Diagnostic, paint: Paint): readonly string[] {
  const hint = found.code === 'unknown-key' ? diagnosticHint(found) : undefined;
  const line = `  ${paint(styles[found.severity], diagnosticLine(found))}`;
  return hint === undefined ? [line] : [line, `    hint: ${hint}`];
}

function blockLines(block: readonly Step[], indent: string, paint: Paint): readonly string[] {
  const [first] = block;
  if (first === undefined) return [];
  const margin = `${indent}${' '.repeat(layerWidth)}  `;
  const [head = '', ...rest] = stepLines(block);
  const command = `$ ${first.look}`;
  const fits = margin.length + command.length + 4 + first.source.length <= screenWidth;
  const look = fits ? [`${command}  # ${first.source}`] : [command, `  # ${first.source}`];
  return [
    `${indent}${first.layer.padEnd(layerWidth)}  ${head}`,
    ...rest.map(line => `${margin}${line}`),
    ...(first.impossible === undefined ? look.map(line => paint('dim', `${margin}${line}`)) : []),
  ];
}
