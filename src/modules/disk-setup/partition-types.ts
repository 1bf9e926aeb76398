// Partition types as documents write them, and as the tables have them (UEFI 5.2.2, the Discoverable Partitions Specification).

/** Codes of mbr tables, and the types of GUID tables that mean the same. */
const guids: Readonly<Record<string, string>> = {
  '7': 'EBD0A0A2-B9E5-4433-87C0-68B6B72699C7',
  b: 'EBD0A0A2-B9E5-4433-87C0-68B6B72699C7',
  c: 'EBD0A0A2-B9E5-4433-87C0-68B6B72699C7',
  '82': '0657FD6D-A4AB-43C4-84E5-0933C84B4F4F',
  '83': '0FC63DAF-8483-4772-8E79-3D69D8477DE4',
  '8e': 'E6D6D379-F507-44C2-A23C-238F2A3DF928',
  ef: 'C12A7328-F81F-11D2-BA4B-00A0C93EC93B',
  fd: 'A19D880F-05FC-4D3B-A006-743F0F84911E',
};

const guidText = /^[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}$/i;

/** As sfdisk(8) takes it, or undefined: not a type of such a table. Numbers are hexadecimal digits, as in cloud-init: 82 is swap. */
export function readPartitionType(written: string | number, table: 'mbr' | 'gpt'): string | undefined {
  const text = String(written).trim();
  if (table === 'gpt' && guidText.test(text)) return text.toUpperCase();
  // sgdisk writes the code of mbr tables with two digits more: 8200.
  const code = /^(?:0x)?0*([0-9a-f]{1,2}?)(?:00)?$/i.exec(text)?.[1]?.toLowerCase();
  if (code === undefined || code === '0') return undefined;
  return table === 'mbr' ? code : guids[code];
}
