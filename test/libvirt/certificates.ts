import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Folders of PEM files as libvirt names them. */
export interface Certificates {
  /** `cacert.pem`, `servercert.pem`, `serverkey.pem`. */
  readonly server: string;
  /** `cacert.pem`, `clientcert.pem`, `clientkey.pem`. */
  readonly client: string;
  /** A client with certificates of another authority. */
  readonly stranger: string;
}

/**
 * Makes an authority, a server for 127.0.0.1 and localhost, a client, and a stranger.
 * @throws Error that names the package when openssl is missing.
 */
export function makeCertificates(folder: string): Certificates {
  const authority = makeAuthority(join(folder, 'ca'));
  const other = makeAuthority(join(folder, 'other'));
  const server = join(folder, 'server');
  const client = join(folder, 'client');
  const stranger = join(folder, 'stranger');
  sign(authority, { folder: server, name: 'server', usage: 'serverAuth' });
  sign(authority, { folder: client, name: 'client', usage: 'clientAuth' });
  sign(other, { folder: stranger, name: 'client', usage: 'clientAuth' });
  // The stranger trusts the server; it is the server that does not know the stranger.
  execFileSync('cp', [join(client, 'cacert.pem'), join(stranger, 'cacert.pem')]);
  return { server, client, stranger };
}

function makeAuthority(folder: string): string {
  mkdirSync(folder, { recursive: true });
  const files = ['-keyout', join(folder, 'key.pem'), '-out', join(folder, 'cert.pem')];
  openssl('req', '-x509', ...newKey, ...files, '-days', '2', '-subj', '/CN=virt-quota test authority');
  return folder;
}

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'] as const;

interface Subject {
  readonly folder: string;
  readonly name: 'server' | 'client';
  readonly usage: string;
}

function sign(authority: string, { folder, name, usage }: Subject): void {
  mkdirSync(folder, { recursive: true });
  const [key, request] = [join(folder, `${name}key.pem`), join(folder, 'request.pem')];
  const extensions = join(folder, 'extensions');
  writeFileSync(
    extensions,
    `basicConstraints=CA:FALSE\nkeyUsage=digitalSignature\nextendedKeyUsage=${usage}\n` +
      'subjectAltName=IP:127.0.0.1,DNS:localhost\n',
  );
  openssl('req', ...newKey, '-keyout', key, '-out', request, '-subj', `/CN=${name}`);
  const by = ['-CA', join(authority, 'cert.pem'), '-CAkey', join(authority, 'key.pem'), '-CAcreateserial'];
  const out = ['-out', join(folder, `${name}cert.pem`), '-days', '2', '-extfile', extensions];
  openssl('x509', '-req', '-in', request, ...by, ...out);
  execFileSync('cp', [join(authority, 'cert.pem'), join(folder, 'cacert.pem')]);
}

function openssl(...args: readonly string[]): void {
  try {
    execFileSync('openssl', args, { stdio: 'pipe' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new Error('the program openssl is missing: install the package openssl', { cause: error });
  }
}
