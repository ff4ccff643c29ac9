import { setTimeout as sleep } from 'node:timers/promises';
import { type Connection, type Domain, LibvirtError } from '../../src/libvirt/index.ts';

/** What libvirt said to a domain. */
export interface Answer {
  readonly said: 'fine' | 'refused at define' | 'refused at start';
  /** libvirt's message, when it refused. */
  readonly reason?: string;
  /** The persistent definition as libvirt dumps it, when it took it. */
  readonly stored?: string;
}

/** Defines and starts a domain, paused; it is left running, or undefined when libvirt refused it. */
export async function startAndAsk(connection: Connection, xml: string): Promise<Answer> {
  const defined = await defineAndAsk(connection, xml);
  if (defined.domain === undefined) return defined.answer;
  const { domain, answer } = defined;
  const reason = await startRefusal(connection, domain);
  if (reason === undefined) return answer;
  await connection.undefine(domain);
  return { ...answer, said: 'refused at start', reason };
}

/** While the QEMU before it still dies, its log and its devices are busy: that is no answer. */
async function startRefusal(
  connection: Connection,
  domain: Domain,
  patience = 10,
): Promise<string | undefined> {
  const reason = await refusal(() => connection.create(domain, { paused: true, timeoutMs: 300_000 }));
  if (patience === 0 || !reason?.includes('Device or resource busy')) return reason;
  await sleep(3000);
  return startRefusal(connection, domain, patience - 1);
}

/** Only defines it. */
export async function defineAndAsk(
  connection: Connection,
  xml: string,
): Promise<{ readonly answer: Answer; readonly domain?: Domain }> {
  let domain: Domain | undefined;
  const reason = await refusal(async () => {
    domain = await connection.defineXml(xml);
  });
  if (domain === undefined) return { answer: { said: 'refused at define', ...(reason && { reason }) } };
  return { domain, answer: { said: 'fine', stored: await connection.getXml(domain, { inactive: true }) } };
}

/** libvirt's own words when it refuses; what is no answer of libvirt's is thrown on. */
async function refusal(call: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await call();
    return undefined;
  } catch (error) {
    if (error instanceof LibvirtError && error.vir !== undefined) return error.message;
    throw error;
  }
}
