// How Python writes a float, which is what cloud-init puts into commands and templates.

/** Python's str() and repr() of a float: `1.0`, `1e+16`, `1e-05`, `-0.0`, `inf`, `nan`. */
export function spellFloat(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value < 0 ? '-inf' : 'inf';
  if (Object.is(value, -0)) return '-0.0';
  const [digits = '', power = ''] = value.toExponential().split('e');
  const exponent = Number(power);
  if (exponent < -4 || exponent >= 16) {
    return `${digits}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
  }
  // Between these powers JavaScript writes no exponent, and its digits are as few as Python's.
  return Number.isInteger(value) ? `${value}.0` : String(value);
}
