import { isWriteCommand } from '../../src/host/write-commands.ts';
import { HostReadError, type HostReader, type HostWriter } from '../../src/ports/host.ts';
import type { HostSurroundings } from '../../src/workflow/surroundings.ts';
import type { Channel } from './agent.ts';
import type { Hypervisor } from './hypervisor.ts';
import { LabError } from './lab-error.ts';

/** A hypervisor's files and commands, read from outside. */
export interface HostThrough extends HostReader {
  close(): void;
}

/**
 * One program that answers them all, one after the other: to start one for each file takes an emulated machine
 * longer than to read it. Requests are lines with \0 between the words, answers `STATUS LENGTH LENGTH` and two texts.
 */
const server = String.raw`
use strict;
$| = 1;
while (defined(my $line = <STDIN>)) {
    chomp $line;
    my ($verb, @words) = split /\0/, $line, -1;
    my ($status, $out, $err) = (0, '', '');
    if ($verb eq 'read') {
        local $/;
        if (open my $file, '<', $words[0]) { $! = 0; $out = <$file>; }
        ($status, $err, $out) = ($! + 0, "$!", '') if !defined $out || !length $out && $!;
    } elsif ($verb eq 'list') {
        if (opendir my $folder, $words[0]) { $out = join "\n", sort grep { !/^\.\.?$/ } readdir $folder; }
        else { ($status, $err) = ($! + 0, "$!"); }
    } else {
        pipe my $out_read, my $out_write; pipe my $err_read, my $err_write;
        my $pid = fork;
        if (!$pid) {
            open STDIN, '<', '/dev/null';
            open STDOUT, '>&', $out_write; open STDERR, '>&', $err_write;
            exec { $words[0] } @words or exit 127;
        }
        close $out_write; close $err_write;
        local $/;
        $out = <$out_read>; $err = <$err_read>;
        waitpid $pid, 0;
        $status = $? & 127 ? 128 + ($? & 127) : $? >> 8;
    }
    print $status, ' ', length $out, ' ', length $err, "\n", $out, $err;
}`;

/** ENOENT, ESRCH, ENODEV, ENOTDIR: there is no such file. */
const missing = [2, 3, 19, 20];

interface Answer {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** The hypervisor's files and commands, with the same answers as `localHost` gives in it. */
export function hostThrough(hypervisor: Hypervisor): HostThrough {
  const { ask, close } = reader(hypervisor);
  const read = async (verb: 'read' | 'list', path: string) => {
    const { status, out, err } = await ask([verb, path]);
    if (status === 0) return out;
    if (missing.includes(status)) return undefined;
    throw new HostReadError(`'${path}' cannot be read: ${err}`);
  };
  return {
    readFile: path => read('read', path),
    listFolder: async path => (await read('list', path))?.split('\n').filter(Boolean),
    run: async argv => {
      const { status, out, err } = await ask(['run', ...argv]);
      return { exitCode: status, stdout: out, stderr: err };
    },
    close,
  };
}

/** What changes a hypervisor itself from outside. */
export function hostSurroundingsThrough(hypervisor: Hypervisor, host: HostThrough): HostSurroundings {
  return {
    host,
    hostWriter: hostWriterThrough(hypervisor),
    wait: milliseconds => new Promise(done => void setTimeout(done, milliseconds)),
  };
}

/** Runs what may write, as `localHostWriter` does in it. */
export function hostWriterThrough(hypervisor: Hypervisor): HostWriter {
  return {
    run: async (argv, input) => {
      if (isWriteCommand(argv, input)) return hypervisor.run(argv, input === undefined ? {} : { input });
      throw new HostReadError(`'${argv.join(' ')}' is not a command that may write`);
    },
  };
}

function reader(hypervisor: Hypervisor) {
  const waiting: { resolve(answer: Answer): void; reject(error: Error): void }[] = [];
  let received: Buffer = Buffer.alloc(0);
  const channel: Channel = hypervisor.start(['perl', '-e', server], {
    out: data => {
      received = Buffer.concat([received, data]);
      for (let next = takeAnswer(received); next !== undefined; next = takeAnswer(received)) {
        received = next.rest;
        waiting.shift()?.resolve(next.answer);
      }
    },
    err: data => void process.stderr.write(data),
    end: () => {
      for (const { reject } of waiting.splice(0)) reject(new LabError('failed', 'the reader has ended'));
    },
  });
  return {
    ask: (words: readonly string[]) =>
      new Promise<Answer>((resolve, reject) => {
        waiting.push({ resolve, reject });
        channel.write(Buffer.from(`${words.join('\0')}\n`));
      }),
    close: () => channel.end(),
  };
}

function takeAnswer(received: Buffer): { readonly answer: Answer; readonly rest: Buffer } | undefined {
  const end = received.indexOf('\n');
  if (end < 0) return undefined;
  const [status = 0, out = 0, err = 0] = received.toString('latin1', 0, end).split(' ').map(Number);
  const start = end + 1;
  if (received.length < start + out + err) return undefined;
  return {
    answer: {
      status,
      out: received.toString('utf8', start, start + out),
      err: received.toString('utf8', start + out, start + out + err),
    },
    rest: received.subarray(start + out + err),
  };
}
