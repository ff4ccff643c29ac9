/** A domain definition for the tests: one disk `vda`, one interface, one vCPU. */
export function domainXml(name: string, { type = 'test', uuid = '' } = {}): string {
  const identity = uuid === '' ? '' : `<uuid>${uuid}</uuid>`;
  return `<domain type='${type}'>
  <name>${name}</name>${identity}
  <memory unit='KiB'>65536</memory>
  <vcpu>1</vcpu>
  <os><type arch='x86_64'>hvm</type></os>
  <devices>
    <disk type='file' device='disk'><source file='/tmp/${name}.img'/><target dev='vda' bus='virtio'/></disk>
    <interface type='bridge'><mac address='52:54:00:11:22:33'/><source bridge='br0'/></interface>
  </devices>
</domain>`;
}

/** A host for the test driver, with one running domain per name. */
export function hostXml(...names: readonly string[]): string {
  return `<node>${names.map(name => domainXml(name)).join('\n')}</node>`;
}
