// Reads /etc/guest-init/config.yaml. The file that packages install is all comments, which costs no parser at boot.

import { type Diagnostic, describeType, formatKeyPath } from '../core/diagnostic.ts';
import { AgentError, exitCodes } from '../core/error.ts';
import { defaultPolicy, type Policy } from '../core/policy.ts';
import type { Host } from '../host/host.ts';

export const policyPath = '/etc/guest-init/config.yaml';

/** The image's settings. A file with an error is refused whole (exit 13): half of an image's policy is not its policy. */
export async function loadPolicy(host: Host): Promise<Policy> {
  const text = host.readText(policyPath);
  if (text === undefined || text.split('\n').every((line) => /^\s*(?:#|$)/.test(line))) return defaultPolicy;
  const [{ parseYaml }, { checkPolicy }] = await Promise.all([
    import('../yaml/parse.ts'),
    import('../core/policy-schema.ts'),
  ]);
  const parsed = parseYaml(text);
  if (!parsed.ok) throw refuse([{ line: parsed.line, column: parsed.column, message: parsed.reason }]);
  // To the schema a list is an object with numbers for keys.
  if (Array.isArray(parsed.value))
    throw refuse([{ ...parsed.locate([]), message: 'expected a map of settings, found a list' }]);
  if (parsed.duplicates.length > 0) {
    throw refuse(parsed.duplicates.map((place) => ({ ...place, message: `${formatKeyPath(place.path)}: set twice` })));
  }
  const result = checkPolicy(parsed.value ?? {});
  if (result.success) return result.output;
  throw refuse(
    result.issues.map((issue) => {
      const path = (issue.path ?? []).map((item) => item.key as string | number);
      const unknown = issue.type === 'strict_object' && issue.expected === 'never';
      const expected = describeExpected(issue);
      return {
        ...parsed.locate(path),
        message: unknown
          ? `${formatKeyPath(path)}: no such setting`
          : `${path.length === 0 ? '' : `${formatKeyPath(path)}: `}expected ${expected}, found ${describeType(issue.input)}`,
      };
    }),
  );
}

/** Our own messages say what is expected; the library's quote the value, so that only their "expected" part is taken. */
function describeExpected({
  type,
  message,
  expected,
}: {
  type: string;
  message: string;
  expected: string | null;
}): string {
  if (type === 'strict_object') return 'a map of settings';
  return /^(Invalid|Expected)/.test(message) ? (expected ?? 'another value') : message;
}

function refuse(
  problems: readonly Pick<Diagnostic & { line: number; column: number }, 'line' | 'column' | 'message'>[],
): AgentError {
  const [first] = problems;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  return new AgentError(
    exitCodes.inputInvalid,
    `${policyPath}:${first?.line}:${first?.column}: ${first?.message}${more}`,
    {
      hint: `mend ${policyPath}, then: guest-init run`,
    },
  );
}
