// Sizes as cloud-init's human2bytes reads them.

const units: Readonly<Record<string, number>> = { '': 1, B: 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3, T: 1024 ** 4 };

/** Bytes of `512M`, `1.5G`, `1048576`; units are powers of 1024, `B` may follow them. Undefined: not a size. */
export function parseSize(text: string): number | undefined {
  const [, digits, unit = ''] = /^\s*(\d+(?:\.\d+)?|\.\d+)\s*([BKMGT]?)B?\s*$/i.exec(text) ?? [];
  const factor = units[unit.toUpperCase()];
  if (digits === undefined || factor === undefined) return undefined;
  const bytes = Math.floor(Number(digits) * factor);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}
