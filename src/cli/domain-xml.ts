import type { HypervisorReader } from '../ports/hypervisor.ts';
import { type LookOptions, looking } from './looking.ts';
import type { Terminal } from './terminal.ts';

/** Gets a domain's XML, of the running one if it runs. @throws QuotaError as the connection and the lookup do */
export function domainXmlFrom(domain: string, options: LookOptions, terminal: Terminal) {
  return (): Promise<string> => looking(options, terminal, ({ hypervisor }) => xmlOf(hypervisor, domain));
}

async function xmlOf(hypervisor: HypervisorReader, name: string): Promise<string> {
  const domain = await hypervisor.lookup(name);
  return hypervisor.getXml(domain, domain.active ? 'live' : 'config');
}
