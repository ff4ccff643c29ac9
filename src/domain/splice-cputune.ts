import { type ChildEdit, editChildren } from '../xml/edit-children.ts';
import { childOf, type XmlElement } from '../xml/element.ts';
import type { Layout } from '../xml/indentation.ts';
import { insertChildren } from '../xml/insert.ts';
import type { Splice } from '../xml/splice.ts';
import { cpuTuneFields } from './cputune.ts';
import { changedFields, type Edit } from './limit-edits.ts';
import { elementsBefore } from './splice-order.ts';
import type { Limits } from './tuning.ts';

const names = cpuTuneFields.map(field => field.xmlName);

/** Behind these elements libvirt and Nova write `<cputune>`. */
const vcpuElements = ['vcpu', 'vcpus', 'iothreads', 'iothreadids', 'defaultiothread'];

/** Edits that bring the `<cputune>` of a domain from the limits it has to others. */
export function spliceCpuTune(
  xml: string,
  domain: XmlElement,
  current: Limits,
  wanted: Limits,
  layout: Layout,
): readonly Splice[] {
  const edits = changedFields(cpuTuneFields, current, wanted);
  const cputune = childOf(domain, 'cputune');
  if (cputune !== undefined) return editChildren(xml, cputune, edits, names, layout);
  return edits.length === 0 ? [] : [insertCpuTune(xml, domain, edits, layout)];
}

function insertCpuTune(xml: string, domain: XmlElement, edits: readonly ChildEdit[], layout: Layout): Splice {
  const last = (wanted: readonly string[]) => domain.children.findLast(child => wanted.includes(child.name));
  const children = edits.map(({ name, text = '' }: Edit) => ({ name, text }));
  return insertChildren(
    xml,
    domain,
    [{ name: 'cputune', children }],
    layout,
    last(vcpuElements) ?? last(elementsBefore('cputune')),
  );
}
