// gzip (RFC 1952) with a bound on what comes out: a bomb costs the bound, not the guest's memory.
// node:zlib costs a boot 2 ms: it is loaded when something is packed.

export type Gunzipped =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly code: 'damaged' | 'limit'; readonly message: string };

/** Unpacks at most `limitBytes`; several members in a row count as one, as gzip(1) has it. */
export function gunzip(bytes: Uint8Array, limitBytes: number): Gunzipped {
  try {
    return {
      ok: true,
      bytes: process.getBuiltinModule('node:zlib').gunzipSync(bytes, { maxOutputLength: Math.max(1, limitBytes) }),
    };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      const message = `gzip data that unpacks to more than the ${limitBytes} bytes left of the limit`;
      return { ok: false, code: 'limit', message };
    }
    return { ok: false, code: 'damaged', message: 'gzip data that is cut off or damaged' };
  }
}
