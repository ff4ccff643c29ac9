/** 64 characters less `qemu-`, the id and a `-`. */
const machineNameLengths = [57, 56, 55, 54, 53, 52];

/**
 * What may be left of a domain's name in that of its machine, where libvirt leaves out what may not stand there and what
 * is too long. @see libvirt src/hypervisor/domain_driver.c:virDomainDriverGenerateMachineName
 */
export function machineForms(name: string): readonly string[] {
  const machine = name
    .replace(/[^A-Za-z0-9.-]/g, '')
    .replace(/-{2,}/g, '-')
    .replace(/\.{2,}/g, '.');
  return [machine, ...machineNameLengths.map(length => machine.slice(0, length)), name].filter(
    form => form !== '',
  );
}

/** A name of systemd's as it was before `-` and others were written as `\x2d`. */
export function unescapedUnit(text: string): string {
  return text.replace(/\\x([0-9a-f]{2})/g, (_all, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

/** A name as a part of a unit's, where `-` parts. */
export function escapedUnit(text: string): string {
  return text.replaceAll('-', '\\x2d');
}
