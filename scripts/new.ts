// npm run new module NAME: a folder for a key of cloud-config that plans nothing yet and says so, with its tests, and everything that is
// generated from it. What is left to do is in that folder alone.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { describeModule } from './new/module.ts';

const usage = 'usage: npm run new module NAME   (a key of cloud-config: lower case, digits, "_")';

const { positionals, values } = parseArgs({ allowPositionals: true, options: { root: { type: 'string' } } });
const root = values.root ?? dirname(import.meta.dirname);
const [what, key = ''] = positionals;
if (what !== 'module' || positionals.length !== 2 || !/^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$/.test(key)) stop(usage);

const { folder, files } = describeModule(key);
if (existsSync(join(root, folder))) stop(`${folder} is there already`);
for (const [path, content] of files) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}
run(['scripts/gen.ts', '--root', root], {});
run(['--test', join(root, 'test/golden/module-order.test.ts')], { UPDATE_GOLDEN: '1' });
run(['--test', join(root, folder, 'cases.test.ts')], { UPDATE_CASES: '1' });
console.log(`${folder} is there: schema.ts, plan.ts, README.md, and a case for each thing that it does below cases/`);

function run(args: readonly string[], environment: Readonly<Record<string, string>>): void {
  const own = dirname(import.meta.dirname);
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: own,
    env: { ...process.env, ...environment },
    encoding: 'utf8',
  });
  if (status !== 0) stop(`node ${args.join(' ')} failed:\n${stdout}${stderr}`);
}

function stop(message: string): never {
  console.error(`new: ${message}`);
  process.exit(1);
}
