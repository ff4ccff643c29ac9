import { describe, expect, it } from 'vitest';
import { findQuotaKey, quotaKeys } from '../../src/intent/quota-keys.ts';

describe('the catalogue', () => {
  it('has the 15 keys of libvirt and the 16 of VMware', () => {
    expect(quotaKeys.filter(one => one.consumer === 'libvirt')).toHaveLength(15);
    expect(quotaKeys.filter(one => one.consumer === 'vmware')).toHaveLength(16);
    expect(new Set(quotaKeys.map(one => one.key)).size).toBe(31);
  });

  it('finds disk and vif keys by their first two parts, cpu and VMware keys only whole', () => {
    expect(findQuotaKey('quota:disk_read_iops_sec:x:y')).toMatchObject({ extraScope: true });
    expect(findQuotaKey('quota:vif_inbound_peak:')).toMatchObject({ extraScope: true });
    expect(findQuotaKey('quota:cpu_shares:x')).toBeUndefined();
    expect(findQuotaKey('quota:vif_limit:x')).toBeUndefined();
    expect(findQuotaKey('toString')).toBeUndefined();
  });
});
