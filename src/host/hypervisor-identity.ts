import type { ConnectCalls } from '../libvirt/index.ts';

/**
 * Names the hypervisor at the other end, the same however it was reached: its host's UUID (the host name where libvirt
 * knows none, as its test driver) and the URI as the daemon itself understands it. By that UUID libvirt tells hosts apart
 * too, when it refuses to migrate a domain to where it is.
 *
 * @throws LibvirtError
 * @see libvirt src/qemu/qemu_migration_cookie.c:qemuMigrationCookieXMLParse
 */
export async function hypervisorIdentity(
  connection: Pick<ConnectCalls, 'uri' | 'capabilities' | 'hostname'>,
): Promise<string> {
  const [uri, capabilities] = await Promise.all([connection.uri(), connection.capabilities()]);
  return `${hostUuid(capabilities) ?? (await connection.hostname())} ${uri}`;
}

/** The first element of a host's capabilities; libvirt leaves it out when it has none. */
function hostUuid(capabilities: string): string | undefined {
  return /<host>\s*<uuid>([0-9a-f-]{36})<\/uuid>/.exec(capabilities)?.[1];
}
