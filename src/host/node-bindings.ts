// Node's internal bindings, which cost a start less than the modules around them. They are no public interface, and a wrong argument aborts
// the process: they are used as Node's own lib/ uses them, in the release named here, and any other release gets the modules.

/** The release that the executable carries. With another one, compare what its lib/ gives the bindings first. */
const knownRelease = 'v24.21.0';

/** Null on another release of Node. The caller knows what the binding of that name holds. */
export function openBinding<Binding>(name: 'spawn_sync' | 'process_wrap' | 'zlib'): Binding | null {
  if (process.version !== knownRelease) return null;
  // With NODE_PENDING_DEPRECATION=1 Node would say on the console that this is not for everybody.
  const before = process.noDeprecation;
  process.noDeprecation = true;
  try {
    return (process as unknown as { binding: (name: string) => Binding }).binding(name);
  } catch {
    return null;
  } finally {
    if (before === undefined) delete process.noDeprecation;
    else process.noDeprecation = before;
  }
}
