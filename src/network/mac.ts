// Hardware addresses as drives write them: any case, any of the usual separators; inside always lower case with colons.

/** The inner form of an Ethernet (6 bytes) or InfiniBand (20 bytes) address; undefined when it is none. All zeros name no link. */
export function normalizeMac(text: string): string | undefined {
  const bare = text.trim().toLowerCase();
  if (
    !/^(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}$|^(?:[0-9a-f]{2}:){19}[0-9a-f]{2}$|^(?:[0-9a-f]{4}\.){2}[0-9a-f]{4}$|^[0-9a-f]{12}$/.test(
      bare,
    )
  ) {
    return undefined;
  }
  const digits = bare.replace(/[^0-9a-f]/g, '');
  if (/^0+$/.test(digits)) return undefined;
  return digits.replace(/..(?=.)/g, '$&:');
}

/**
 * The 6-byte form in which a cloud may name an InfiniBand NIC: the last 8 bytes of its 20, the port's GUID, without the fourth and fifth
 * of these (the filling of an EUI-64). Undefined for any other address. `mac` is in the inner form.
 */
export function shortenInfiniBand(mac: string): string | undefined {
  const bytes = mac.split(':');
  return bytes.length === 20 ? [...bytes.slice(12, 15), ...bytes.slice(17)].join(':') : undefined;
}
