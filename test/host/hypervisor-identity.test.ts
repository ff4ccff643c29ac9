import { describe, expect, it } from 'vitest';
import { hypervisorIdentity } from '../../src/host/hypervisor-identity.ts';

// As libvirt 11.3 begins its answers; a NUMA cell or a CPU has no `<uuid>`.
const withUuid = `<capabilities>

  <host>
    <uuid>4c4c4544-0042-3510-8052-b4c04f4b3832</uuid>
    <cpu>`;
const withoutUuid = `<capabilities>

  <host>
    <cpu>`;

const answers = (capabilities: string, uri = 'qemu:///system', hostname = 'node1') => ({
  uri: async () => uri,
  capabilities: async () => capabilities,
  hostname: async () => hostname,
});

describe("a hypervisor's identity", () => {
  it("is its host's UUID and the daemon's own URI, whatever the host is called", async () => {
    expect(await hypervisorIdentity(answers(withUuid))).toBe(
      '4c4c4544-0042-3510-8052-b4c04f4b3832 qemu:///system',
    );
    expect(await hypervisorIdentity(answers(withUuid, 'qemu:///system', 'node1.example.org'))).toBe(
      '4c4c4544-0042-3510-8052-b4c04f4b3832 qemu:///system',
    );
  });

  it('is the host name where libvirt knows no UUID', async () => {
    expect(await hypervisorIdentity(answers(withoutUuid))).toBe('node1 qemu:///system');
  });

  it('differs between drivers of one host', async () => {
    expect(await hypervisorIdentity(answers(withUuid, 'lxc:///system'))).not.toBe(
      await hypervisorIdentity(answers(withUuid)),
    );
  });
});
