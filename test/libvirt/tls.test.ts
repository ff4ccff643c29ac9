import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from '../../src/libvirt/index.ts';
import { type PrivateLibvirtd, startPrivateLibvirtd } from '../libvirtd.ts';
import { type Certificates, makeCertificates } from './certificates.ts';
import { freePort } from './processes.ts';

let folder: string;
let certificates: Certificates;
let daemon: PrivateLibvirtd;
let tlsPort: number;
let tcpPort: number;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'vq-tls-'));
  chmodSync(folder, 0o755);
  certificates = makeCertificates(folder);
  // The daemon runs as nobody.
  execFileSync('chmod', ['-R', 'a+rX', folder]);
  [tlsPort, tcpPort] = await Promise.all([freePort(), freePort()]);
  const { server } = certificates;
  const network = [
    'listen_tls = 1',
    'listen_tcp = 1',
    'listen_addr = "127.0.0.1"',
    'auth_tcp = "none"',
    'auth_tls = "none"',
  ];
  const ports = [`tls_port = "${tlsPort}"`, `tcp_port = "${tcpPort}"`];
  const files = [
    `key_file = "${server}/serverkey.pem"`,
    `cert_file = "${server}/servercert.pem"`,
    `ca_file = "${server}/cacert.pem"`,
  ];
  daemon = await startPrivateLibvirtd({ conf: [...network, ...ports, ...files], args: ['--listen'] });
});

afterAll(async () => {
  await daemon.stop();
  rmSync(folder, { recursive: true });
});

const tls = (pki: string, more = '', host = '127.0.0.1') =>
  connect(`test+tls://${host}:${tlsPort}/default?pkipath=${encodeURIComponent(pki)}${more}`);

describe('TLS to a real libvirtd', () => {
  it('works with a client certificate, by address and by name', async () => {
    for (const host of ['127.0.0.1', 'localhost']) {
      const connection = await tls(certificates.client, '', host);
      const domain = await connection.lookupByName('test');
      const xml = await Promise.all(Array.from({ length: 50 }, () => connection.getXml(domain)));
      expect(xml.at(-1)).toContain('<name>test</name>');
      await connection.close();
    }
  });

  it('says that the server did not accept our certificate', async () => {
    await expect(tls(certificates.stranger)).rejects.toMatchObject({
      kind: 'unreachable',
      message: expect.stringContaining('the server did not accept our certificate'),
    });
  });

  it('refuses a server that another authority vouches for, unless told not to look', async () => {
    const distrustful = join(folder, 'distrustful');
    execFileSync('cp', ['-r', certificates.client, distrustful]);
    execFileSync('cp', [join(folder, 'other', 'cert.pem'), join(distrustful, 'cacert.pem')]);
    await expect(tls(distrustful)).rejects.toMatchObject({ kind: 'unreachable', message: /certificate/ });
    const connection = await tls(distrustful, '&no_verify=1');
    expect(await connection.type()).toBe('TEST');
    await connection.close();
  });

  it('says which files are missing', async () => {
    await expect(tls('/nowhere')).rejects.toMatchObject({
      kind: 'unreachable',
      message: expect.stringContaining('no certificate of the authority: there is no /nowhere/cacert.pem'),
    });
  });
});

describe('TCP to a real libvirtd', () => {
  it('works where the daemon asks for no authentication', async () => {
    const connection = await connect(`test+tcp://127.0.0.1:${tcpPort}/default`);
    expect(await connection.lookupByName('test')).toMatchObject({ name: 'test' });
    await connection.close();
  });

  it('says so when nobody listens', async () => {
    const attempt = connect(`test+tcp://127.0.0.1:${await freePort()}/default`);
    await expect(attempt).rejects.toMatchObject({ kind: 'unreachable', message: /ECONNREFUSED/ });
  });

  it('is not taken for TLS, nor TLS for TCP', async () => {
    const pki = encodeURIComponent(certificates.client);
    const wrong = connect(`test+tls://127.0.0.1:${tcpPort}/default?pkipath=${pki}`, {
      connectTimeoutMs: 2000,
    });
    await expect(wrong).rejects.toMatchObject({ name: 'LibvirtError' });
    const plain = connect(`test+tcp://127.0.0.1:${tlsPort}/default`, { connectTimeoutMs: 2000 });
    await expect(plain).rejects.toMatchObject({ name: 'LibvirtError' });
  });
});
