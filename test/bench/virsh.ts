import { spawn } from 'node:child_process';

/** Runs one virsh per command, as a script would. @throws Error with what virsh says when it fails. */
export function virsh(uri: string, ...command: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('virsh', ['-q', '-c', uri, ...command], { stdio: ['ignore', 'pipe', 'pipe'] });
    let [output, complaint] = ['', ''];
    child.stdout.on('data', chunk => {
      output += chunk;
    });
    child.stderr.on('data', chunk => {
      complaint += chunk;
    });
    child.on('error', cause => reject(new Error('virsh is missing: package libvirt-clients', { cause })));
    child.on('close', code =>
      code === 0 ? resolve(output) : reject(new Error(`virsh ${command[0]}: ${complaint}`)),
    );
  });
}

/** One virsh that stays, and takes its commands from standard input. */
export interface VirshShell {
  /** Output of one command, or of several with semicolons; its success is not told. */
  run(command: string): Promise<string>;
  stop(): void;
}

/** Starts one. */
export function virshShell(uri: string): VirshShell {
  const child = spawn('virsh', ['-q', '-c', uri], { stdio: ['pipe', 'pipe', 'ignore'] });
  let output = '';
  let turn = 0;
  let waiting: { readonly mark: string; readonly resolve: (output: string) => void } | undefined;
  child.stdout.setEncoding('utf8').on('data', chunk => {
    output += chunk;
    if (waiting === undefined || !output.includes(waiting.mark)) return;
    const { mark, resolve } = waiting;
    const said = output.slice(0, output.indexOf(mark));
    output = '';
    waiting = undefined;
    resolve(said);
  });
  return {
    run: command =>
      new Promise(resolve => {
        turn += 1;
        waiting = { mark: `-- end of ${turn} --`, resolve };
        // virsh repeats what it reads; in two words the mark is only in what it answers.
        child.stdin.write(`${command}\necho -- "-- end of" "${turn} --"\n`);
      }),
    stop: () => void child.kill(),
  };
}
