import { describe, expect, it } from 'vitest';
import { type Situation, targetOf } from '../../src/libvirt/endpoint.ts';
import { LibvirtError } from '../../src/libvirt/error.ts';
import { parseUri } from '../../src/libvirt/uri.ts';

const root: Situation = { readOnly: false, uid: 0, home: '/root', runtimeFolder: '/run/user/0' };
const alice: Situation = { readOnly: false, uid: 1000, home: '/home/alice', runtimeFolder: '/run/user/1000' };
const reader: Situation = { ...root, readOnly: true };

function target(uri: string, situation: Situation = root) {
  return targetOf(parseUri(uri), situation);
}

function failure(uri: string, situation: Situation = root): LibvirtError {
  try {
    target(uri, situation);
  } catch (error) {
    if (error instanceof LibvirtError) return error;
    throw error;
  }
  throw new Error(`'${uri}' was taken`);
}

describe('a URI of this machine leads to the sockets of its daemons', () => {
  it.each([
    [root, 'qemu:///system', ['/run/libvirt/virtqemud-sock', '/run/libvirt/libvirt-sock']],
    [root, 'qemu:/system', ['/run/libvirt/virtqemud-sock', '/run/libvirt/libvirt-sock']],
    [reader, 'qemu:///system', ['/run/libvirt/virtqemud-sock-ro', '/run/libvirt/libvirt-sock-ro']],
    [alice, 'qemu:///system', ['/run/libvirt/virtqemud-sock', '/run/libvirt/libvirt-sock']],
    [
      alice,
      'qemu:///session',
      ['/run/user/1000/libvirt/virtqemud-sock', '/run/user/1000/libvirt/libvirt-sock'],
    ],
    [root, 'qemu:///session', ['/run/libvirt/virtqemud-sock', '/run/libvirt/libvirt-sock']],
    [
      alice,
      'test:///default',
      ['/run/user/1000/libvirt/virttestd-sock', '/run/user/1000/libvirt/libvirt-sock'],
    ],
    [root, 'qemu:///system?mode=legacy', ['/run/libvirt/libvirt-sock']],
    [root, 'qemu:///system?mode=direct', ['/run/libvirt/virtqemud-sock']],
    [root, 'qemu:///system?mode=auto', ['/run/libvirt/virtqemud-sock', '/run/libvirt/libvirt-sock']],
    [reader, 'qemu+unix:///system?socket=/opt/libvirt-sock', ['/opt/libvirt-sock']],
    [root, 'qemu+UNIX:///system?SOCKET=/opt/a%20b', ['/opt/a b']],
    [root, 'remote:///', ['/run/libvirt/libvirt-sock', '/run/libvirt/libvirt-sock']],
  ])('%#: %o %s', (situation, uri, paths) => {
    expect(target(uri, situation).endpoint).toEqual({ transport: 'unix', paths });
  });
});

describe('the daemon is asked to open what is left of the URI', () => {
  it.each([
    ['qemu:///system', 'qemu:///system'],
    ['qemu:/system', 'qemu:///system'],
    ['qemu+unix:///system?socket=/opt/s', 'qemu:///system'],
    ['qemu+tls://host:16514/system?no_verify=1&pkipath=/p', 'qemu:///system'],
    ['qemu+ssh://root@host:2222/system?keyfile=/k&no_tty=1', 'qemu:///system'],
    ['test+tcp://localhost:5000/default', 'test:///default'],
    ['test:///abs/path.xml', 'test:///abs/path.xml'],
    ['test:///a%20b/../c.xml', 'test:///a%20b/../c.xml'],
    ['xen+unix:///system?foo=b%26c&socket=/s&bar', 'xen:///system?foo=b%26c&bar='],
    ['qemu:///system#part', 'qemu:///system#part'],
    ['qemu+tcp://h/system?name=lxc:///system', 'lxc:///system'],
    ['remote+tcp://h/', ''],
    ['qemu:///system?authfile=/a&auth=polkit&no_sanity=1', 'qemu:///system'],
  ])('%s → %s', (uri, name) => {
    expect(target(uri).name).toBe(name);
  });
});

describe('a URI with a host leads over the network', () => {
  it.each([
    ['qemu+tcp://host/system', { transport: 'tcp', host: 'host', port: 16509 }],
    ['qemu+tcp:///system', { transport: 'tcp', host: 'localhost', port: 16509 }],
    ['test+tcp://localhost:5000/default', { transport: 'tcp', host: 'localhost', port: 5000 }],
    ['qemu+tcp://[fe80::1%25eth0]:7/system', { transport: 'tcp', host: 'fe80::1%eth0', port: 7 }],
    ['qemu+tcp://[::1]/system', { transport: 'tcp', host: '::1', port: 16509 }],
    ['xen+ext:///system?command=/opt/tunnel', { transport: 'command', argv: ['/opt/tunnel'] }],
  ])('%s', (uri, endpoint) => {
    expect(target(uri).endpoint).toEqual(endpoint);
  });

  it('a host without a transport means TLS, with the system’s certificates for root', () => {
    expect(target('qemu://host/system').endpoint).toEqual({
      transport: 'tls',
      host: 'host',
      port: 16514,
      verify: true,
      caFiles: ['/etc/pki/CA/cacert.pem'],
      certificates: [
        {
          certFile: '/etc/pki/libvirt/clientcert.pem',
          keyFile: '/etc/pki/libvirt/private/clientkey.pem',
        },
      ],
    });
  });

  it('a user’s own certificates come before the system’s', () => {
    expect(target('qemu+tls://host/system', alice).endpoint).toMatchObject({
      caFiles: ['/home/alice/.pki/libvirt/cacert.pem', '/etc/pki/CA/cacert.pem'],
      certificates: [
        {
          certFile: '/home/alice/.pki/libvirt/clientcert.pem',
          keyFile: '/home/alice/.pki/libvirt/clientkey.pem',
        },
        {
          certFile: '/etc/pki/libvirt/clientcert.pem',
          keyFile: '/etc/pki/libvirt/private/clientkey.pem',
        },
      ],
    });
  });

  it('pkipath alone counts when it is given', () => {
    expect(target('qemu+tls://host:1/system?pkipath=/p&no_verify=1', alice).endpoint).toEqual({
      transport: 'tls',
      host: 'host',
      port: 1,
      verify: false,
      caFiles: ['/p/cacert.pem'],
      certificates: [{ certFile: '/p/clientcert.pem', keyFile: '/p/clientkey.pem' }],
    });
  });
});

describe('a bad URI is one clear error', () => {
  it.each([
    ['', "bad URI '': it is not of the form driver[+transport]://[user@][host][:port]/path"],
    ['nonsense', "bad URI 'nonsense': it is not of the form driver[+transport]://[user@][host][:port]/path"],
    ['qemu+ssh://-oProxyCommand=x/system', "'-oProxyCommand=x' is not a host name"],
    ['qemu+ssh://root@%2DoProxyCommand=x/system', "'-oProxyCommand=x' is not a host name"],
    ['qemu+unix://host/system', "a unix socket is on this machine, not on 'host'"],
    ['qemu+http://host/system', "the transport 'http' is not one of unix, ssh, tls, tcp, ext"],
    ['qemu+tcp://host:70000/system', 'there is no port 70000'],
    ['qemu+tcp://host:port/system', 'host and port cannot be read'],
    ['qemu+tcp://[::1/system', 'host and port cannot be read'],
    ['qemu+ssh://host/system?no_tty=yes', "'no_tty' takes 0 or 1, not 'yes'"],
    ['qemu:///system?mode=modular', "'mode' is one of auto, legacy, direct, not 'modular'"],
    ['qemu+ssh://host/system?proxy=x', "'proxy' is one of auto, native, netcat, not 'x'"],
    ['qemu+ssh://host/system?proxy=native&netcat=nc', "'netcat' has no place with 'proxy=native'"],
    ['qemu+ssh://host/system?mode=direct', "'mode=direct' is for sockets of this machine"],
    ['qemu+ext:///system', "the transport 'ext' needs the parameter 'command'"],
    ['qemu:///system?socket=%zz', "'%zz' is not properly escaped"],
  ])('%s', (uri, why) => {
    const { kind, message } = failure(uri);
    expect({ kind, message }).toEqual({ kind: 'unreachable', message: expect.stringContaining(why) });
  });

  it.each([
    ['esx://vcenter/?no_verify=1', "'esx:' is driven by libvirt's own library, not by a daemon"],
    ['qemu+libssh2://host/system', "the transport 'libssh2' is not supported: use 'ssh'"],
    ['qemu+tcp://host/system?auth=sasl.gssapi', 'SASL is not supported'],
    ['qemu+ssh://root:secret@host/system', 'a password in a URI is not supported'],
  ])('%s', (uri, message) => {
    const error = failure(uri);
    expect({ kind: error.kind, message: error.message }).toEqual({ kind: 'unsupported', message });
  });
});
