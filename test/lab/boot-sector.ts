/** What a machine boots from its disk: a sector with machine code of the 8086, marked as one. */
export function bootSector(code: string): Buffer {
  const sector = Buffer.alloc(512);
  sector.write(code.replaceAll(' ', ''), 0, 'hex');
  sector.writeUInt16BE(0x55aa, 510);
  return sector;
}

/** cli; again: jmp again. */
export const spins = 'fa ebfe';
