import { checkIoTune } from '../../src/domain/check-limits.ts';
import { translateBulk } from '../../src/domain/translate-bulk.ts';
import { readBulkRequest } from '../../src/intent/bulk-request.ts';
import { effectivePortQos } from '../../src/intent/effective-port-qos.ts';
import { parsePortQos } from '../../src/intent/port-qos.ts';
import { volumeQuota } from '../../src/intent/volume-qos.ts';
import { parseVolumeQos } from '../../src/intent/volume-qos-text.ts';
import { renderBulkLine } from '../../src/report/bulk-line.ts';
import { diagnosticLine } from '../../src/report/diagnostic-text.ts';
import { locate } from '../../src/xml/locate.ts';
import { filesIn } from './corpus.ts';
import { readerOf } from './flavor.ts';
import { BrokenLaw, type Harness } from './harness.ts';
import { makeFlavor } from './make-flavor.ts';
import { mutateJson } from './mutate-json.ts';

/** What a volume type has in Cinder. */
export const volumeQosHarness: Harness = {
  name: 'volume-qos',
  share: 2,
  corpus: () => [
    ...filesIn(['samples/volumes'], /./),
    ...filesIn(['test/intent/forms'], /qos\.|volume-qos|volume-types/),
  ],
  mutations: [mutateJson],
  read: text => {
    const { qos, diagnostics } = parseVolumeQos(text, readerOf(text), 'volume QoS');
    const { quota, diagnostics: found } = volumeQuota({ sizeGiB: 7, ...qos }, { extras: true });
    return { texts: [...diagnostics, ...found, ...checkIoTune(quota.limits)].map(diagnosticLine) };
  },
};

/** A policy of Neutron's. */
export const portQosHarness: Harness = {
  name: 'port-qos',
  share: 2,
  corpus: () => [
    ...filesIn(['samples/port-qos'], /./),
    ...filesIn(['test/intent/forms'], /polic|rule|ports|networks/),
  ],
  mutations: [mutateJson],
  read: text => {
    const { qos, diagnostics } = parsePortQos(text);
    effectivePortQos({ port: qos, network: qos, deviceOwner: 'compute:nova' });
    return { texts: diagnostics.map(diagnosticLine) };
  },
};

const bulkLine = {
  id: 'a',
  extra_specs: {
    'quota:cpu_shares': '512',
    'quota:vif_inbound_average': 1000,
    'quota:disk_read_iops_sec': '50',
  },
  vcpus: 4,
  qos_specs: { total_iops_sec_per_gb: '30', size_iops_sec: '4096' },
  volume_size_gb: 100,
  consumer: 'both',
};

/** A line of a bulk translation; it never fails, it says what is wrong in a line of its own. */
export const bulkHarness: Harness = {
  name: 'bulk',
  share: 4,
  corpus: () => [JSON.stringify(bulkLine), JSON.stringify({ id: 9, extra_specs: {} }), '{"id":0}'],
  mutations: [mutateJson],
  make: dice =>
    JSON.stringify({ ...bulkLine, extra_specs: { ...bulkLine.extra_specs, [makeFlavor(dice)]: '1' } }),
  read: text => {
    const { id, request, diagnostics } = readBulkRequest(text, 1);
    const found = [...diagnostics];
    const translation = request && translateBulk(request, { cgroupVersion: 1 }, found);
    const line = renderBulkLine(id, translation, found);
    if (line.indexOf('\n') !== line.length - 1) throw new BrokenLaw('one-line: a line out is one line');
    for (const xml of Object.values(translation?.fragments ?? {})) locate(xml);
    return { texts: found.map(diagnosticLine) };
  },
};
