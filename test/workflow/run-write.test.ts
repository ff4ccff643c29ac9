import { describe, expect, it } from 'vitest';
import { HostReadError, type HostWriter } from '../../src/ports/host.ts';
import { runWrite } from '../../src/workflow/run-write.ts';

const batch = {
  argv: ['tc', '-batch', '-'],
  input: 'qdisc add dev a root htb\nclass add dev a classid 1:1\n',
};
const answering = (exitCode: number, stderr: string): HostWriter => ({
  run: async () => ({ exitCode, stdout: '', stderr }),
});
const failure = (writer: HostWriter, command: Parameters<typeof runWrite>[2]) =>
  runWrite(writer, 'a', command).catch(error => `${error.code}: ${error.message}`);

describe('a command that writes', () => {
  it('that fails is refused with what it said, and of a batch with the line that did it', async () => {
    const said = 'Error: HTB class in use.\nCommand failed -:2\n';
    expect(await failure(answering(1, said), batch)).toBe(
      "refused: a: 'tc class add dev a classid 1:1' failed: Error: HTB class in use.",
    );
    expect(await failure(answering(1, said), { argv: ['tc', 'x'] })).toBe(
      "refused: a: 'tc' failed: Error: HTB class in use.",
    );
    expect(await failure(answering(7, ''), batch)).toBe("refused: a: 'tc' failed: exit status 7");
  });

  it('that cannot be run is refused', async () => {
    const run = async () => {
      throw new HostReadError("'tc' is not installed");
    };
    expect(await failure({ run }, batch)).toBe("refused: a: 'tc' is not installed");
    expect(await failure(answering(0, ''), batch)).toBeUndefined();
  });
});
