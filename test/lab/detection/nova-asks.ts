import type { Scene } from './scene.ts';

const novaUri = 'http://openstack.org/xmlns/libvirt/nova/1.1';

/** Lets the metadata of `plain` ask for a quota, as Nova writes it from 32 on, into the running domain. */
export function novaAsks({ domains: { plain } }: Scene, quota: number): string {
  const specs = `<extraSpecs><extraSpec name="quota:cpu_quota">${quota}</extraSpec><extraSpec name="hw:cpu_policy">shared</extraSpec></extraSpecs>`;
  return `virsh metadata ${plain.name} ${novaUri} >/root/nova.xml
virsh -q metadata ${plain.name} ${novaUri} --key nova --live --set '<instance><flavor name="m1.nova">${specs}</flavor></instance>' >/dev/null`;
}

/** Puts back what was there. */
export function novaAsksNothing({ domains: { plain } }: Scene): string {
  return `virsh -q metadata ${plain.name} ${novaUri} --key nova --live --set "$(cat /root/nova.xml)" >/dev/null`;
}
