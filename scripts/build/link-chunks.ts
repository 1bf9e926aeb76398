// Links esbuild's chunks: each becomes a function, in a table, that runs when it is first required. One file holds all tables; the single
// executable has a table for each group of chunks, each with a code cache of its own, and a start reads those that it needs.
import { toFunctionBody } from './chunk-body.ts';
import { compileEagerly } from './compile-eagerly.ts';
import { parenthesiseFunctions } from './parenthesise.ts';

/** Chunks that are needed together. */
export interface ChunkGroup {
  readonly name: string;
  /** File names. */
  readonly chunks: ReadonlySet<string>;
  /** V8 compiles those of their functions that a boot calls at once, so that the code cache holds them; others wait until they are called. */
  readonly eager: boolean;
}

export interface LinkOptions {
  /** ECMAScript modules by file name, as esbuild split them. */
  readonly chunks: ReadonlyMap<string, string>;
  /** The chunk to run. */
  readonly main: string;
  /** Every chunk is in one of them; the first has `main`. */
  readonly groups: readonly ChunkGroup[];
  /** Asked for each function of an eager group, as it stands in the code. */
  isCalled(code: string): boolean;
}

/** ASCII texts without a sourceMappingURL, the same for the same chunks. */
export interface LinkedChunks {
  /** CommonJS: everything in one file. */
  readonly whole: string;
  /** CommonJS: the first group, which asks the executable for the others. */
  readonly first: string;
  /** All but the first, by name: scripts whose value is the table of the group. */
  readonly others: ReadonlyMap<string, string>;
}

export function linkChunks({ chunks, main, groups, isCalled }: LinkOptions): LinkedChunks {
  const tables: string[] = [];
  for (const { chunks: members, eager } of groups) {
    const entries: string[] = [];
    for (const chunk of members)
      entries.push(`${JSON.stringify(`./${chunk}`)}:${toFunction(chunks.get(chunk), eager ? isCalled : undefined)}`);
    tables.push(`{${entries.join(',\n')}}`);
  }
  const [first = '', ...others] = tables;
  const start = `__load(${JSON.stringify(`./${main}`)});\n`;
  const groupOf = groups
    .slice(1)
    .flatMap(({ name, chunks: members }) => [...members].map((chunk) => [`./${chunk}`, name]));
  const whole = [
    `const __chunks={${tables.map((table) => `...${table}`).join(',\n')}};`,
    'const __find=(name)=>__chunks[name];',
  ];
  const lazy = [
    `const __chunks=${first};`,
    `const __groupOf=${JSON.stringify(Object.fromEntries(groupOf))};`,
    ...findInAssets,
  ];
  return {
    whole: [...loadChunk, ...whole, start].join('\n'),
    first: [...loadChunk, ...lazy, start].join('\n'),
    others: new Map(groups.slice(1).map(({ name }, index) => [name, `"use strict";(${others[index]});\n`])),
  };
}

const loadChunk = [
  '"use strict";',
  'const __importMetaUrl="file://"+__filename;',
  'const __loaded=new Map();',
  'const __load=(function(name){',
  'let chunk=__loaded.get(name);',
  'if(chunk===undefined){chunk=__find(name)(require,__load,__import,__importMetaUrl);__loaded.set(name,chunk);}',
  'return chunk;});',
  'const __import=(function(name){return Promise.resolve().then(()=>name.startsWith("./")?__load(name):require(name))});',
];

/** Says of a rejected cache what Node says of that of the main script, and on the same condition. */
const findInAssets = [
  'const __find=(function(name){if(__chunks[name]===undefined)Object.assign(__chunks,__loadGroup(__groupOf[name]));return __chunks[name];});',
  'const __loadGroup=(name)=>{',
  'const {getRawAsset}=require("node:sea"),{Script}=require("node:vm");',
  'const source=Buffer.from(getRawAsset(name+".js")).latin1Slice();',
  'const script=new Script(source,{filename:name+".js",cachedData:Buffer.from(getRawAsset(name+".cache"))});',
  'if(script.cachedDataRejected&&process.env.NODE_DEBUG_NATIVE)process.stderr.write(name+": code cache rejected\\n");',
  'return script.runInThisContext();};',
];

function toFunction(code = '', isCalled?: LinkOptions['isCalled']): string {
  const body = toFunctionBody(code);
  const compiled = isCalled === undefined ? body : parenthesiseFunctions(compileEagerly(body, isCalled), isCalled);
  const source = `function(require,__load,__import,__importMetaUrl){${escapeToAscii(compiled)}}`;
  return isCalled === undefined ? source : `(${source})`;
}

/** What esbuild leaves as it is, in regular expressions and templates: one character more would make V8 keep two bytes of each. */
function escapeToAscii(code: string): string {
  return code.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
