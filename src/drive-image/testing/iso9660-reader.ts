// An ISO 9660 reader for the tests: walks the image from its descriptors, shares no code with the writer, and asserts
// every structural rule on the way (ECMA-119, SUSP, RRIP, Joliet).
import assert from 'node:assert/strict';

export type ReadNode = { data: Buffer | undefined; mode: number; links: number };
export type ReadVolume = { label: string; publisher: string; sectors: number; nodes: Map<string, ReadNode> };

type Walk = { image: Buffer; joliet: boolean; nodes: Map<string, ReadNode>; directories: Map<number, number> };
type Record = { name: string; extent: number; size: number; isDirectory: boolean; mode: number; links: number };

const SECTOR = 2048;

/**
 * Reads the primary volume through Rock Ridge, or the Joliet volume; keys are paths, folders included, '' is the
 * root.
 */
export function readIso9660(bytes: Uint8Array, view: 'rock-ridge' | 'joliet'): ReadVolume {
  const image = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  assert.equal(image.length % SECTOR, 0);
  const joliet = view === 'joliet';
  const descriptor = image.subarray((joliet ? 17 : 16) * SECTOR, (joliet ? 18 : 17) * SECTOR);
  assert.equal(descriptor.toString('latin1', 1, 6), 'CD001');
  assert.equal(descriptor[0], joliet ? 2 : 1);
  assert.equal(image.toString('latin1', 18 * SECTOR, 18 * SECTOR + 6), '\xffCD001');
  if (joliet) assert.equal(descriptor.toString('latin1', 88, 91), '%/E');
  const sectors = readBoth32(descriptor, 80);
  assert.equal(sectors * SECTOR, image.length);
  assert.equal(readBoth16(descriptor, 128), SECTOR);
  const root = readRecord(descriptor.subarray(156, 190), image, joliet, false);
  const walk: Walk = { image, joliet, nodes: new Map(), directories: new Map([[root.extent, root.size]]) };
  walkDirectory(walk, { path: '', record: root, parentExtent: root.extent });
  checkPathTables(walk, descriptor, root.extent);
  return {
    label: readText(descriptor.subarray(40, 72), joliet),
    publisher: readText(descriptor.subarray(318, 446), joliet),
    sectors,
    nodes: walk.nodes,
  };
}

function walkDirectory(walk: Walk, at: { path: string; record: Record; parentExtent: number }): void {
  const { image, joliet, nodes, directories } = walk;
  const { extent, size } = at.record;
  assert.ok(size > 0 && size % SECTOR === 0 && extent * SECTOR + size <= image.length);
  const identifiers: Buffer[] = [];
  const found: Record[] = [];
  for (let offset = extent * SECTOR; offset < extent * SECTOR + size; ) {
    const length = image.readUInt8(offset);
    if (length === 0) {
      offset = (Math.floor(offset / SECTOR) + 1) * SECTOR;
      continue;
    }
    assert.equal(length % 2, 0, 'records have even length');
    assert.ok((offset % SECTOR) + length <= SECTOR, 'no record crosses a sector');
    const bytes = image.subarray(offset, offset + length);
    found.push(readRecord(bytes, image, joliet, at.path === '' && found.length === 0));
    identifiers.push(bytes.subarray(33, 33 + bytes.readUInt8(32)));
    offset += length;
  }
  const [self, parent, ...children] = found;
  assert.ok(self !== undefined && parent !== undefined);
  assert.deepEqual([identifiers[0]?.toString('hex'), identifiers[1]?.toString('hex')], ['00', '01']);
  assert.deepEqual([self.extent, self.size], [extent, size]);
  assert.equal(parent.extent, at.parentExtent);
  assert.equal(parent.size, directories.get(at.parentExtent));
  checkIdentifiers(identifiers.slice(2), joliet, children);
  nodes.set(at.path, { data: undefined, mode: self.mode, links: self.links });
  for (const child of children) {
    const path = at.path === '' ? child.name : `${at.path}/${child.name}`;
    assert.ok(!nodes.has(path), `${path} is there once`);
    if (child.isDirectory) {
      directories.set(child.extent, child.size);
      walkDirectory(walk, { path, record: child, parentExtent: extent });
      assert.equal(nodes.get(path)?.mode, child.mode);
    } else {
      assert.ok(child.extent * SECTOR + child.size <= image.length);
      const data = image.subarray(child.extent * SECTOR, child.extent * SECTOR + child.size);
      nodes.set(path, { data, mode: child.mode, links: child.links });
    }
  }
}

function checkIdentifiers(identifiers: readonly Buffer[], joliet: boolean, records: readonly Record[]): void {
  assert.equal(new Set(identifiers.map((identifier) => identifier.toString('hex'))).size, identifiers.length);
  if (joliet) {
    for (const [index, identifier] of identifiers.slice(1).entries()) {
      assert.ok(Buffer.compare(identifiers[index] ?? identifier, identifier) < 0, 'Joliet identifiers are sorted');
    }
    return;
  }
  const keys = identifiers.map((identifier, index) => {
    const text = identifier.toString('latin1');
    assert.match(text, records[index]?.isDirectory ? /^[A-Z0-9_]{1,31}$/ : /^[A-Z0-9_]{0,30}\.[A-Z0-9_]{0,30};1$/);
    assert.ok(text.length <= 31);
    const [name = '', extension = ''] = text.replace(/;1$/, '').split('.');
    return name.padEnd(31) + extension.padEnd(31);
  });
  assert.deepEqual(keys, [...keys].sort());
}

function readRecord(bytes: Buffer, image: Buffer, joliet: boolean, isRootSelf: boolean): Record {
  const nameLength = bytes.readUInt8(32);
  const identifier = bytes.subarray(33, 33 + nameLength);
  const record: Record = {
    // `.` and `..` are one byte in both name spaces.
    name: joliet && nameLength > 1 ? decodeUcs2(identifier) : identifier.toString('latin1'),
    extent: readBoth32(bytes, 2),
    size: readBoth32(bytes, 10),
    isDirectory: (bytes.readUInt8(25) & 2) !== 0,
    mode: 0,
    links: 0,
  };
  assert.equal(readBoth16(bytes, 28), 1);
  const systemUse = bytes.subarray((33 + nameLength + 1) & ~1);
  if (joliet || systemUse.length === 0) return record;
  const fields = readSystemUse(systemUse, image);
  if (isRootSelf) {
    assert.equal(fields[0]?.signature, 'SP', 'SP comes first');
    assert.equal(fields[0]?.body.subarray(0, 2).toString('hex'), 'beef');
    const extension = fields.find(({ signature }) => signature === 'ER')?.body;
    assert.equal(extension?.toString('latin1', 4, 4 + (extension[0] ?? 0)), 'RRIP_1991A');
  }
  const names = fields.filter(({ signature }) => signature === 'NM');
  for (const [index, { body }] of names.entries()) assert.equal(body[0], index < names.length - 1 ? 1 : 0);
  if (names.length > 0) record.name = Buffer.concat(names.map(({ body }) => body.subarray(1))).toString('utf8');
  const attributes = fields.find(({ signature }) => signature === 'PX')?.body;
  assert.ok(attributes !== undefined && fields.some(({ signature }) => signature === 'TF'));
  record.mode = readBoth32(attributes, 0);
  record.links = readBoth32(attributes, 8);
  return record;
}

function readSystemUse(area: Buffer, image: Buffer): { signature: string; body: Buffer }[] {
  const fields: { signature: string; body: Buffer }[] = [];
  let continuation: Buffer | undefined;
  for (let offset = 0; offset + 4 <= area.length; ) {
    const length = area.readUInt8(offset + 2);
    assert.ok(length >= 4 && offset + length <= area.length, 'a field lies within its area');
    assert.equal(area[offset + 3], 1);
    const signature = area.toString('latin1', offset, offset + 2);
    const body = area.subarray(offset + 4, offset + length);
    if (signature === 'CE') {
      const start = readBoth32(body, 0) * SECTOR + readBoth32(body, 8);
      assert.ok(readBoth32(body, 8) + readBoth32(body, 16) <= SECTOR, 'a continuation stays in its sector');
      continuation = image.subarray(start, start + readBoth32(body, 16));
    } else fields.push({ signature, body });
    offset += length;
  }
  return continuation === undefined ? fields : [...fields, ...readSystemUse(continuation, image)];
}

function checkPathTables({ image, directories }: Walk, descriptor: Buffer, rootExtent: number): void {
  const size = readBoth32(descriptor, 132);
  const readTable = (start: number, little: boolean): string[] => {
    const rows: string[] = [];
    for (let offset = start; offset < start + size; ) {
      const length = image.readUInt8(offset);
      const extent = little ? image.readUInt32LE(offset + 2) : image.readUInt32BE(offset + 2);
      const parent = little ? image.readUInt16LE(offset + 6) : image.readUInt16BE(offset + 6);
      rows.push(`${extent} ${parent} ${image.toString('hex', offset + 8, offset + 8 + length)}`);
      offset += 8 + length + (length % 2);
    }
    return rows;
  };
  const little = readTable(descriptor.readUInt32LE(140) * SECTOR, true);
  assert.deepEqual(little, readTable(descriptor.readUInt32BE(148) * SECTOR, false));
  assert.equal(little[0], `${rootExtent} 1 00`);
  assert.deepEqual(
    little.map((row) => Number(row.split(' ')[0])).sort((a, b) => a - b),
    [...directories.keys()].sort((a, b) => a - b),
  );
  const parents = little.map((row) => Number(row.split(' ')[1]));
  assert.deepEqual(
    parents,
    [...parents].sort((a, b) => a - b),
  );
}

function readBoth16(bytes: Buffer, offset: number): number {
  assert.equal(bytes.readUInt16LE(offset), bytes.readUInt16BE(offset + 2));
  return bytes.readUInt16LE(offset);
}

function readBoth32(bytes: Buffer, offset: number): number {
  assert.equal(bytes.readUInt32LE(offset), bytes.readUInt32BE(offset + 4));
  return bytes.readUInt32LE(offset);
}

function readText(field: Buffer, joliet: boolean): string {
  return (joliet ? decodeUcs2(field) : field.toString('latin1')).trimEnd();
}

function decodeUcs2(bytes: Buffer): string {
  return Buffer.from(bytes).swap16().toString('utf16le');
}
