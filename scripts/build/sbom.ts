// The bill of materials, CycloneDX 1.6 (ECMA-424): npm packages whose code is in the bundle, the Node that runs it, and what that holds. Pure,
// and without a time: the same sources give the same document.
import { createHash } from 'node:crypto';
import type { BundledPackage } from './bundled-packages.ts';

export interface SbomInput {
  version: string;
  buildId: string;
  /** Node's name of the processor. */
  arch: string;
  packages: readonly BundledPackage[];
  /** `packages` of package-lock.json. */
  lock: Readonly<Record<string, { integrity?: string; dependencies?: Record<string, string> }>>;
  /** process.versions of the runtime. */
  runtime: Readonly<Record<string, string>>;
}

type Component = {
  type: 'application' | 'library' | 'platform';
  'bom-ref': string;
  name: string;
  version: string;
  purl: string;
  cpe?: string;
  licenses?: { license: { id: string } }[];
  hashes?: { alg: 'SHA-512'; content: string }[];
};

/** Numbers of interfaces and data, not versions of code. */
const noComponents = ['node', 'modules', 'napi', 'unicode', 'cldr', 'tz'];

/** Whose name in process.versions is not the one that advisories use: vendor and product of the CPE dictionary. */
const cpeNames: Readonly<Record<string, string>> = {
  openssl: 'openssl:openssl',
  ares: 'c-ares:c-ares',
  nghttp2: 'nghttp2:nghttp2',
  undici: 'nodejs:undici',
  zlib: 'zlib:zlib',
  sqlite: 'sqlite:sqlite',
  icu: 'icu-project:international_components_for_unicode',
  uv: 'libuv:libuv',
  llhttp: 'llhttp:llhttp',
  brotli: 'google:brotli',
  v8: 'google:v8',
};

/** A document for JSON.stringify. */
export function makeBillOfMaterials({ version, buildId, arch, packages, lock, runtime }: SbomInput) {
  const own: Component = {
    ...{ type: 'application', 'bom-ref': 'guest-init', name: 'guest-init', version: `${version}+${buildId}` },
    purl: `pkg:generic/guest-init@${encodeURIComponent(`${version}+${buildId}`)}?arch=${arch}`,
    licenses: [{ license: { id: 'Apache-2.0' } }],
  };
  const bundled = packages.map((entry) => describePackage(entry, lock[entry.folder]?.integrity));
  const nodeVersion = runtime['node'] ?? '';
  const node: Component = {
    ...{ type: 'platform', 'bom-ref': 'node', name: 'node', version: nodeVersion },
    purl: `pkg:generic/node@${nodeVersion}?arch=${arch}`,
    cpe: `cpe:2.3:a:nodejs:node.js:${nodeVersion}:*:*:*:*:*:*:*`,
  };
  const inside = Object.entries(runtime)
    .filter(([name, value]) => !noComponents.includes(name) && value !== '')
    .map(([name, value]) => describeInside(name, value));
  const refOf = new Map(packages.map((entry, index) => [entry.name, bundled[index]?.['bom-ref'] ?? '']));
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: toUuid(`${buildId} ${arch}`),
    version: 1,
    metadata: { component: own },
    components: [...bundled, node, ...inside],
    dependencies: [
      { ref: 'guest-init', dependsOn: [...bundled, node].map((component) => component['bom-ref']) },
      ...packages.map(({ name, folder }) => ({
        ref: refOf.get(name) ?? '',
        dependsOn: Object.keys(lock[folder]?.dependencies ?? {})
          .flatMap((wanted) => refOf.get(wanted) ?? [])
          .sort(),
      })),
      { ref: 'node', dependsOn: inside.map((component) => component['bom-ref']) },
    ],
  };
}

function describePackage({ name, version, licence }: BundledPackage, integrity: string | undefined): Component {
  const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`;
  const digest = /^sha512-(.+)$/.exec(integrity ?? '')?.[1];
  return {
    ...{ type: 'library', 'bom-ref': purl, name, version, purl, licenses: [{ license: { id: licence } }] },
    ...(digest === undefined
      ? {}
      : { hashes: [{ alg: 'SHA-512', content: Buffer.from(digest, 'base64').toString('hex') }] }),
  };
}

function describeInside(name: string, version: string): Component {
  const cpe = cpeNames[name];
  // Builds of Node's own carry a suffix that no advisory knows: 13.6.233.17-node.53.
  const plain = version.replace(/-.*/, '');
  return {
    ...{ type: 'library', 'bom-ref': `node/${name}`, name, version, purl: `pkg:generic/${name}@${version}` },
    ...(cpe === undefined ? {} : { cpe: `cpe:2.3:a:${cpe}:${plain}:*:*:*:*:*:*:*` }),
  };
}

/** The same number for the same build: RFC 9562, version 8. */
function toUuid(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 3) | 8).toString(16);
  return `urn:uuid:${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
