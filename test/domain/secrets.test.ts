import { describe, expect, it } from 'vitest';
import { capturableXml } from '../../src/domain/capturable.ts';
import { isSecretName, plainUri, withoutSecretEntries, withoutSecrets } from '../../src/domain/secrets.ts';

describe('a text that is captured', () => {
  it.each([
    ['nbd://root:hunter2@10.0.0.1:10809/vol', 'nbd://10.0.0.1:10809/vol'],
    ['https://cdn.example/img?X-Amz-Signature=hunter2&X=1', 'https://cdn.example/img'],
    [
      'rbd:volumes/vol-1:id=cinder:key=AQhunter2==:mon_host=a',
      'rbd:volumes/vol-1:id=cinder:key=(left out):mon_host=a',
    ],
    [
      'json:{"driver":"https","url":"https://h/x?sig=hunter2","password":"hunter2"}',
      'json:{"driver":"https","url":"https://h/x","password":"(left out)"}',
    ],
    ['cannot open: token=hunter2, cookie: hunter2', 'cannot open: token=(left out), cookie: (left out)'],
    ['/var/lib/nova/instances/9e9a/disk', '/var/lib/nova/instances/9e9a/disk'],
    ['volumes/volume-1', 'volumes/volume-1'],
    [
      "'tc -j class show dev tap0' failed: Cannot find device",
      "'tc -j class show dev tap0' failed: Cannot find device",
    ],
  ])('%s is %s', (given, plain) => {
    expect(withoutSecrets(given)).toBe(plain);
  });

  it('has neither a user nor what a client was told in its URI', () => {
    expect(plainUri('qemu+ssh://root:hunter2@host/system?keyfile=/root/.ssh/id&no_verify=1')).toBe(
      'qemu+ssh://host/system',
    );
    expect(plainUri('qemu:///system')).toBe('qemu:///system');
  });

  it('of Open vSwitch has no secret of a tunnel', () => {
    expect(withoutSecretEntries('["map",[["key","5"],["psk","hunter2"],["remote_ip","10.0.0.1"]]]')).toBe(
      '["map",[["key","5"],["psk","(left out)"],["remote_ip","10.0.0.1"]]]',
    );
  });

  it('knows names of secrets, and what only looks like one', () => {
    for (const name of ['psk', 'admin_password', 'acme:token', 'api-key', 'cookie'])
      expect(isSecretName(name)).toBe(true);
    for (const name of ['key', 'quota:cpu_shares', 'hw:cpu_policy', 'passthrough', 'tokens', 'monkey']) {
      expect(isSecretName(name)).toBe(false);
    }
  });
});

const domain = (disk: string, more = '') => `<domain type='kvm'>
  <name>vm</name>
  <metadata><nova:instance xmlns:nova="http://openstack.org/xmlns/libvirt/nova/1.1"><nova:flavor name="m">
    <nova:extraSpecs><nova:extraSpec name="acme:token">hunter2</nova:extraSpec><nova:extraSpec name="quota:cpu_shares">5</nova:extraSpec></nova:extraSpecs>
  </nova:flavor></nova:instance></metadata>
  <cputune><!-- hunter2 --><shares>5<!-- hunter2 --></shares>${more}</cputune>
  <devices><disk type='network'>${disk}<target dev='vda'/></disk></devices>
</domain>`;

describe('a definition that is captured, redacted or not', () => {
  it.each([
    [
      "<source protocol='https' name='bucket/img' query='X-Amz-Signature=hunter2'/>",
      "<source protocol='https' name='bucket/img'/>",
    ],
    [
      "<source protocol='https' name='img?sig=hunter2'><host name='h'/></source>",
      "<source protocol='https' name='img'></source>",
    ],
    ["<source protocol='rbd' name='p/v:key=hunter2'/>", "<source protocol='rbd' name='p/v:key=(left out)'/>"],
    ["<source file='nbd://u:hunter2@h/x' index='1'/>", "<source file='nbd://h/x' index='1'/>"],
    ["<source protocol='rbd' name='p/v' keyfile='hunter2'/>", "<source protocol='rbd' name='p/v'/>"],
  ])('has no secret in %s', (source, plain) => {
    const captured = capturableXml(domain(source));
    expect(captured).toContain(plain);
    expect(captured).not.toContain('hunter2');
    expect(captured).toContain('<shares>5</shares>');
    expect(captured).toContain('quota:cpu_shares');
  });

  it('is otherwise as it was, to the byte', () => {
    const source = `<source protocol="rbd" name='p/v'/>`;
    expect(capturableXml(domain(source))).toContain(source);
  });
});
