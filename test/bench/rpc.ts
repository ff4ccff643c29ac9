import { connect } from '../../src/libvirt/index.ts';
import { startPrivateLibvirtd } from '../libvirtd.ts';
import type { Row, Suite } from './row.ts';
import { virsh, virshShell } from './virsh.ts';

const perCommand = 'virsh, a process per command';
const fedByStdin = 'virsh, one process fed by stdin';

/** The RPC client against virsh, on the test driver of a private libvirtd. */
export async function rpcSuite(): Promise<Suite> {
  const daemon = await startPrivateLibvirtd();
  const uri = daemon.uri('default');
  const connection = await connect(uri);
  const domain = await connection.lookupByName('test');
  const shell = virshShell(uri);
  const row = (name: string, command: string, run: () => Promise<unknown>): Row => ({
    name,
    ours: { name: 'virt-quota', run },
    peers: [
      { name: perCommand, run: () => virsh(uri, ...command.split(' ')) },
      { name: fedByStdin, run: () => shell.run(command) },
    ],
  });
  return {
    name: 'libvirt',
    rows: [
      row('getXml (dumpxml test)', 'dumpxml test', () => connection.getXml(domain)),
      row('getState (domstate test)', 'domstate test', () => connection.getState(domain)),
      row('getInfo (dominfo test, which asks for more)', 'dominfo test', () => connection.getInfo(domain)),
      openAndList(uri),
    ],
    async stop() {
      shell.stop();
      await connection.close();
      await daemon.stop();
    },
  };
}

function openAndList(uri: string): Row {
  return {
    name: 'open, list all, close (list --all)',
    ours: {
      name: 'virt-quota',
      async run() {
        const connection = await connect(uri);
        await connection.listDomains();
        await connection.close();
      },
    },
    peers: [{ name: perCommand, run: () => virsh(uri, 'list', '--all') }],
  };
}
