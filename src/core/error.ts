// The world failed (a command, a file, a device): carries the exit code, the message for the last line and a hint for the operator.

/** Exit codes; 0, 1 and 2 mean what cloud-init's mean, the others refine 1. Documented in docs/exit-codes.md. */
export const exitCodes = {
  ok: 0,
  internal: 1,
  degraded: 2,
  driveMissing: 10,
  driveAmbiguous: 11,
  driveUnreadable: 12,
  inputInvalid: 13,
  inputLimit: 14,
  networkRolledBack: 20,
  networkRollbackFailed: 21,
  linkMissing: 22,
  stateUnwritable: 30,
  stateCorrupt: 31,
  locked: 40,
  identityConflict: 41,
  leftovers: 42,
  deadline: 50,
  usage: 64,
  driveBusy: 74,
  notRoot: 77,
  terminated: 143,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** A failure of the world around us. `message` names the path or command and the reason; `hint` says what to do next. */
export class AgentError extends Error {
  readonly code: ExitCode;
  readonly hint: string | undefined;

  constructor(code: ExitCode, message: string, details: { hint?: string; cause?: unknown } = {}) {
    super(message, { cause: details.cause });
    this.name = 'AgentError';
    this.code = code;
    this.hint = details.hint;
  }
}
