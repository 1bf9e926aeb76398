// Bundles an entry point into one CommonJS file that starts fast and is the same bytes whatever folder it is built in.
// The options are the measured ones: identifiers stay (minifying them is slower to evaluate and ruins stack traces).
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build, formatMessagesSync, type Metafile, type Plugin } from 'esbuild';
import { readBootProfile } from './boot-profile.ts';
import { type ChunkGroup, type LinkedChunks, linkChunks } from './link-chunks.ts';

export interface BundleOptions {
  /** Repository root: holds package.json and node_modules. */
  root: string;
  /** Folder to write NAME.cjs and meta.json to; absolute. */
  outDir: string;
  /** Version of the Node that will run the bundle; part of the build id. */
  nodeVersion: string;
}

export interface Bundle {
  file: string;
  bytes: number;
  version: string;
  buildId: string;
  metafile: Metafile;
  /** The same program for the single executable. */
  parts: Pick<LinkedChunks, 'first' | 'others'>;
}

const entry = 'src/main.ts';

/** Stands for the build id while the bundle is hashed. */
const buildIdPlaceholder = '@build-here@';

/**
 * Who needs what: the chunks of these entry points, or of all whose path matches, and what they import. A chunk belongs to the first group
 * that reaches it. What none of them reaches is for few, and compiled when it is called.
 */
const groups: readonly { readonly name: string; readonly entries: readonly string[] | RegExp }[] = [
  {
    name: 'boot',
    entries: [
      'src/main.ts',
      'src/cli/run-command.ts',
      'src/cli/full-version.ts',
      'src/pipeline/change-notes.ts',
      'src/network/renderers/ifupdown/index.ts',
      'src/executors/net-segment-probe.ts',
      'src/executors/net-segment.ts',
      'src/executors/net-verify-gateways.ts',
    ],
  },
  {
    name: 'user-data',
    entries: [
      'src/modules/registry.generated.ts',
      'src/userdata/interpret-sources.ts',
      'src/userdata/module-section.ts',
      'src/pipeline/plan-scripts.ts',
      'src/network/instance-addresses.ts',
      'src/yaml/parse.ts',
    ],
  },
  { name: 'other-steps', entries: /^src\/(?!cli|report|collect|rehearsal|seal|undo)/ },
  { name: 'commands', entries: ['src/cli/command-line.ts'] },
];

/** Bundles the program to `outDir/guest-init.cjs`. Throws when esbuild reports an error or any warning. */
export async function buildBundle({ root, outDir, nodeVersion }: BundleOptions): Promise<Bundle> {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const result = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outdir: join(root, 'dist'),
    write: false,
    bundle: true,
    platform: 'node',
    // Only this format can be split: what is imported lazily becomes a chunk of its own.
    format: 'esm',
    splitting: true,
    target: 'node24',
    mainFields: ['module', 'main'],
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'none',
    metafile: true,
    logLevel: 'silent',
    alias: { 'string-width': join(root, 'src', 'cli', 'string-width.ts') },
    plugins: [pinoWithoutTransports],
    define: {
      // yargs asks for its own location.
      'import.meta.url': '__importMetaUrl',
      __VERSION__: JSON.stringify(version),
      __BUILD__: JSON.stringify(buildIdPlaceholder),
    },
  });
  if (result.warnings.length > 0) {
    const text = formatMessagesSync(result.warnings, { kind: 'warning' }).join('');
    throw new Error(`esbuild warned, and a warning is an error here:\n${text}`);
  }
  const linked = linkChunks({
    chunks: new Map(result.outputFiles.map(({ path, text }) => [basename(path), text])),
    main: basename(findChunk(result.metafile, entry)),
    groups: groupChunks(result.metafile),
    isCalled: readBootProfile(),
  });
  const buildId = createHash('sha256').update(linked.whole).update(nodeVersion).digest('hex').slice(0, 12);
  const stamp = (code: string): string => code.replaceAll(buildIdPlaceholder, buildId);
  const whole = stamp(linked.whole);
  mkdirSync(outDir, { recursive: true });
  const file = join(outDir, 'guest-init.cjs');
  writeFileSync(file, whole);
  const metafile = describeLinked(result.metafile, Buffer.byteLength(whole));
  writeFileSync(join(outDir, 'meta.json'), `${JSON.stringify(metafile, null, 1)}\n`);
  const others = new Map([...linked.others].map(([name, code]) => [name, stamp(code)]));
  return {
    file,
    bytes: Buffer.byteLength(whole),
    version,
    buildId,
    metafile,
    parts: { first: stamp(linked.first), others },
  };
}

/** All chunks, those of `groups` in their order, then the others. */
function groupChunks(metafile: Metafile): ChunkGroup[] {
  const left = new Set(Object.keys(metafile.outputs));
  const take = (paths: readonly string[]): Set<string> =>
    new Set(
      [...paths]
        .filter((path) => left.delete(path))
        .map((path) => basename(path))
        .sort(),
    );
  const found = groups.map(({ name, entries }): ChunkGroup => {
    const starts = listEntries(metafile, entries).map((path) => findChunk(metafile, path));
    return { name, eager: true, chunks: take(starts.flatMap((chunk) => [...listStaticImports(metafile, chunk)])) };
  });
  return [...found, { name: 'rest', eager: false, chunks: take([...left]) }];
}

function listOutputs(metafile: Metafile): [string, Metafile['outputs'][string]][] {
  return Object.entries(metafile.outputs);
}

function listEntries(metafile: Metafile, wanted: readonly string[] | RegExp): readonly string[] {
  if (!(wanted instanceof RegExp)) return wanted;
  return listOutputs(metafile).flatMap(([, { entryPoint = '' }]) => (wanted.test(entryPoint) ? [entryPoint] : []));
}

function findChunk(metafile: Metafile, entryPoint: string): string {
  const found = listOutputs(metafile).find(([, output]) => output.entryPoint === entryPoint);
  if (found === undefined) throw new Error(`esbuild made no chunk of ${entryPoint}`);
  return found[0];
}

/** The chunk and all that it imports without `import()`. */
function listStaticImports(metafile: Metafile, chunk: string): Set<string> {
  const reached = new Set<string>();
  const visit = (path: string): void => {
    if (reached.has(path)) return;
    reached.add(path);
    for (const { path: next, kind, external } of metafile.outputs[path]?.imports ?? []) {
      if (kind === 'import-statement' && external !== true) visit(next);
    }
  };
  visit(chunk);
  return reached;
}

/** The metafile of the one file that the chunks have become. */
function describeLinked(metafile: Metafile, bytes: number): Metafile {
  const outputs = Object.values(metafile.outputs);
  const inputs: Metafile['outputs'][string]['inputs'] = {};
  for (const output of outputs) {
    for (const [path, { bytesInOutput }] of Object.entries(output.inputs)) {
      inputs[path] = { bytesInOutput: (inputs[path]?.bytesInOutput ?? 0) + bytesInOutput };
    }
  }
  const imports = outputs.flatMap((output) => output.imports.filter(({ external }) => external === true));
  return { inputs: metafile.inputs, outputs: { 'dist/guest-init.cjs': { bytes, inputs, imports, exports: [] } } };
}

/**
 * The log writes to a file descriptor of its own, synchronously. pino's default destination and its worker transports are then never
 * used, but evaluating them (worker_threads, assert, streams) costs every boot about 4 ms; in their place come modules that throw.
 */
const pinoWithoutTransports: Plugin = {
  name: 'pino-without-transports',
  setup({ onResolve, onLoad }) {
    const replaced: Record<string, string> = {
      './transport': 'module.exports = () => { throw new Error("pino transports are not in this bundle"); };',
      './lib/transport': 'module.exports = () => { throw new Error("pino transports are not in this bundle"); };',
      // Takes a stack trace to find the files of transports.
      './lib/caller': 'module.exports = () => [];',
      './caller': 'module.exports = () => [];',
      'sonic-boom':
        'module.exports = class { constructor() { throw new Error("pino has no default destination in this bundle"); } };',
      worker_threads: 'module.exports = { isMainThread: true };',
      // Asked for the host name of a field that our log does not have.
      'node:os': 'module.exports = { hostname: () => "" };',
    };
    onResolve(
      { filter: /^(\.\/transport|\.\/lib\/transport|\.\/caller|\.\/lib\/caller|sonic-boom|worker_threads|node:os)$/ },
      ({ path, importer }) =>
        /node_modules\/pino\//.test(importer) ? { path, namespace: 'pino-without-transports' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'pino-without-transports' }, ({ path }) => ({
      contents: replaced[path] ?? '',
      loader: 'js',
    }));
  },
};
