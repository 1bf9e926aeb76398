// Runs a program inside the namespaces and shows what it prints as it prints it. The one user of execa: a rehearsal may take minutes.

import { execa } from 'execa';

/** `argv[0]` is an absolute path; `output` a descriptor of ours. Gives the exit code, 1 when a signal ended the program. */
export async function runInside(
  argv: readonly string[],
  output: number,
  env: Readonly<Record<string, string>>,
): Promise<number> {
  const [file = '', ...args] = argv;
  const result = await execa(file, args, {
    stdin: 'ignore',
    stdout: output as 1,
    stderr: 2,
    env,
    extendEnv: false,
    cwd: '/',
    reject: false,
    // The namespaces end with us by themselves; execa would end us by the signal instead of in order.
    cleanup: false,
  });
  if (result.exitCode === undefined && result.signal === undefined) throw result;
  return result.exitCode ?? 1;
}
