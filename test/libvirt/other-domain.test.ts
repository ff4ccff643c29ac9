import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Frame } from '../../src/libvirt/frame.ts';
import { type Connection, connect } from '../../src/libvirt/index.ts';
import { domainProcedures } from '../../src/libvirt/procedures/domain.ts';
import { answer, type FakeServer, startFakeServer } from './fake-server.ts';

const other = { name: 'victim', uuid: '99999999-2222-3333-4444-555555555555', id: 9 };
const asked = { name: 'vm1', uuid: '11111111-2222-3333-4444-555555555555', id: 3 };

let server: FakeServer;
let connection: Connection;

/** Answers each look-up with another domain. */
function lie(frame: Frame, send: (bytes: Uint8Array) => void): void {
  for (const one of [
    domainProcedures.lookupByName,
    domainProcedures.lookupByUuid,
    domainProcedures.lookupById,
  ]) {
    if (frame.procedure === one.number) send(answer(frame, one.result, other));
  }
  const { allStats } = domainProcedures;
  if (frame.procedure === allStats.number)
    send(answer(frame, allStats.result, [{ domain: other, parameters: {} }]));
}

beforeEach(async () => {
  server = await startFakeServer(lie);
  connection = await connect(server.uri);
});

afterEach(async () => {
  await connection.close();
  await server.stop();
});

describe('a server that answers with another domain than was asked for', () => {
  it('is not believed', async () => {
    const lied = (what: string) => ({
      kind: 'protocol',
      message: `the server was asked for the domain of ${what}, and answered with 'victim' (${other.uuid})`,
    });
    await expect(connection.lookupByName('vm1')).rejects.toMatchObject(lied("name 'vm1'"));
    await expect(connection.lookupByUuid(asked.uuid)).rejects.toMatchObject(lied(`UUID ${asked.uuid}`));
    await expect(connection.lookupById(3)).rejects.toMatchObject(lied('id 3'));
    await expect(connection.getAllDomainStats(['block'], { domains: [asked] })).rejects.toMatchObject(
      lied(`UUID ${asked.uuid}`),
    );
  });

  it('is right where it answers with what was asked for, in whatever form', async () => {
    expect(await connection.lookupByUuid(other.uuid.replaceAll('-', '').toUpperCase())).toEqual(other);
    expect(await connection.lookupByName('victim')).toEqual(other);
    expect(await connection.lookupById(9)).toEqual(other);
  });
});
