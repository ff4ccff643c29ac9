import { capturedHypervisor, loadRecording } from '../host/recording.ts';
import type { HypervisorReader } from '../ports/hypervisor.ts';
import { type ConnectOptions, connected } from './connection.ts';
import type { Terminal } from './terminal.ts';

/** Where a domain is to be found. */
export interface DomainOptions extends ConnectOptions {
  /** A captured host; absent: the one that is connected to. */
  readonly host?: string;
}

/** Gets a domain's XML, of the running one if it runs. @throws QuotaError as the connection and the lookup do */
export function domainXmlFrom(domain: string, options: DomainOptions, terminal: Terminal) {
  return async (): Promise<string> => {
    if (options.host !== undefined)
      return xmlOf(capturedHypervisor(await loadRecording(options.host)), domain);
    return connected({ ...options, readOnly: true }, terminal, ({ hypervisor }) => xmlOf(hypervisor, domain));
  };
}

async function xmlOf(hypervisor: HypervisorReader, name: string): Promise<string> {
  const domain = await hypervisor.lookup(name);
  return hypervisor.getXml(domain, domain.active ? 'live' : 'config');
}
