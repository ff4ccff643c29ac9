/** The elements that Nova and libvirt write before `<cputune>`, in libvirt's order. */
const order = [
  ...['name', 'uuid', 'genid', 'title', 'description', 'metadata', 'maxMemory', 'memory', 'currentMemory'],
  ...[
    'blkiotune',
    'memtune',
    'memoryBacking',
    'vcpu',
    'vcpus',
    'iothreads',
    'iothreadids',
    'defaultiothread',
  ],
];

/** Behind which elements of a domain one of its tuning elements is written. */
export function elementsBefore(name: 'blkiotune' | 'memtune' | 'cputune'): readonly string[] {
  return name === 'cputune' ? order : order.slice(0, order.indexOf(name));
}
