import { QuotaError } from '../errors.ts';
import { childrenOf, type XmlElement } from '../xml/element.ts';
import { placeOf } from '../xml/well-formed.ts';

/** What may be there more than once in an element that holds limits. */
const repeatable: Readonly<Record<string, readonly string[]>> = {
  cputune: ['vcpupin', 'iothreadpin', 'vcpusched', 'iothreadsched', 'cachetune', 'memorytune'],
  memtune: [],
  blkiotune: ['device'],
  iotune: [],
  bandwidth: [],
};

/**
 * Refuses a domain in which a limit, or what holds limits, stands twice. libvirt reads each limit where it finds it
 * first, from several elements at once; nobody writes that, and no edit of it would be safe.
 *
 * @throws QuotaError `invalid-input` with line and column of the second one.
 */
export function refuseTwins(xml: string, domain: XmlElement): void {
  const devices = childrenOf(domain, 'devices');
  const holders = [
    domain,
    ...devices.flatMap(one => [...childrenOf(one, 'disk'), ...childrenOf(one, 'interface')]),
  ];
  const containers = Object.keys(repeatable);
  refuseSecond(xml, devices);
  for (const holder of holders) {
    for (const name of containers) {
      const found = childrenOf(holder, name);
      refuseSecond(xml, found);
      for (const one of found) refuseTwinChildren(xml, one);
    }
  }
}

function refuseTwinChildren(xml: string, container: XmlElement): void {
  const single = container.children.filter(child => !repeatable[container.name]?.includes(child.name));
  for (const name of new Set(single.map(child => child.name))) refuseSecond(xml, childrenOf(container, name));
}

function refuseSecond(xml: string, [, second]: readonly XmlElement[]): void {
  if (second === undefined) return;
  const { line, column } = placeOf(xml, second.start);
  const problem = `domain XML has a second <${second.name}> at line ${line}, column ${column}`;
  throw new QuotaError('invalid-input', 'domain XML', problem);
}
