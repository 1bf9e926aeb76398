// Links esbuild's chunks into one CommonJS file: a table of functions, each run when it is first required.
import { transform } from 'esbuild';
import { compileEagerly } from './compile-eagerly.ts';
import { parenthesiseFunctions } from './parenthesise.ts';

export interface LinkOptions {
  /** ECMAScript modules by file name, as esbuild split them. */
  chunks: ReadonlyMap<string, string>;
  /** The chunk to run. */
  main: string;
  /** Chunks that V8 compiles at once, so that the code cache holds them; the others wait until they are needed. */
  eager: ReadonlySet<string>;
}

/** One file without a sourceMappingURL; the same text for the same chunks. */
export async function linkChunks({ chunks, main, eager }: LinkOptions): Promise<string> {
  const entries: string[] = [];
  for (const name of [...chunks.keys()].sort()) {
    const body = await toCommonJs(chunks.get(name) ?? '');
    const isEager = eager.has(name);
    const source = `function(exports,require,module){"use strict";${isEager ? parenthesiseFunctions(compileEagerly(body)) : body}}`;
    entries.push(`${JSON.stringify(name)}:${isEager ? `(${source})` : source}`);
  }
  return [
    '"use strict";',
    'const __importMetaUrl="file://"+__filename;',
    'const __loaded=new Map();',
    'const __require=(name)=>{',
    'if(!name.startsWith("./"))return require(name);',
    'const key=name.slice(2);',
    'let module=__loaded.get(key);',
    'if(module===undefined){module={exports:{}};__loaded.set(key,module);__chunks[key](module.exports,__require,module);}',
    'return module.exports;};',
    `const __chunks={${entries.join(',\n')}};`,
    `__require(${JSON.stringify(`./${main}`)});`,
    '',
  ].join('\n');
}

async function toCommonJs(code: string): Promise<string> {
  const { code: converted, warnings } = await transform(code, {
    format: 'cjs',
    platform: 'node',
    target: 'node24',
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'none',
    // Chunks live in this file, where only our own require finds them.
    supported: { 'dynamic-import': false },
    define: { __importMetaUrl: '__importMetaUrl' },
  });
  if (warnings.length > 0) throw new Error(`linking warned: ${warnings[0]?.text}`);
  // A namespace import of a module of Node is that module: esbuild would copy its hundred properties, in every chunk, at every start.
  return converted.replace(/\b((?!import_)\w+)=__toESM\(require\(("node:[a-z_/]+")\)\)/g, '$1=require($2)');
}
