// The bugs that the tests must see: each an exact replacement in one file, and the test files that have to notice it.

export type Mutant = {
  readonly name: string;
  readonly file: string;
  /** Each must be in the file exactly once. */
  readonly edits: readonly { readonly find: string; readonly put: string }[];
  /** Test files; those below test/sandbox and test/faults need root and a build of the mutant. */
  readonly tests: readonly string[];
  /** Only the tests with such names. */
  readonly names?: RegExp;
};

const golden = 'test/golden/instances/instances.test.ts';

export const mutants: readonly Mutant[] = [
  {
    name: 'the drive stays mounted',
    file: 'src/host/drive-mount.ts',
    edits: [{ find: '      held = false;\n      unmount(mountPoint);', put: '      held = false;' }],
    tests: ['test/sandbox/drive.test.ts'],
  },
  {
    name: 'a file gets its mode after it is visible',
    file: 'src/host/atomic-write.ts',
    edits: [
      { find: '      fs.fchmodSync(file, attributes.mode);\n', put: '' },
      {
        find: '      fs.renameSync(temporary, at(basename(path)));\n    } catch (error) {\n      removeIfPossible(() => fs.rmSync(temporary, { force: true }));\n      throw error;\n    }\n    fs.fsyncSync(folder);\n  });\n}\n\n/** A symbolic link',
        put: '      fs.renameSync(temporary, at(basename(path)));\n      fs.chmodSync(at(basename(path)), attributes.mode);\n    } catch (error) {\n      removeIfPossible(() => fs.rmSync(temporary, { force: true }));\n      throw error;\n    }\n    fs.fsyncSync(folder);\n  });\n}\n\n/** A symbolic link',
      },
    ],
    tests: ['src/host/atomic-write.test.ts'],
  },
  {
    name: 'the network scripts add a route to the network of the metadata service',
    file: 'src/network/renderers/sysconfig/ifcfg.ts',
    edits: [{ find: "    ['NOZEROCONF', 'yes'],\n", put: '' }],
    tests: ['test/sandbox/network-differential.test.ts'],
  },
  {
    name: 'the gateway is guessed in the wrong octet',
    file: 'src/network/gateway.ts',
    edits: [
      {
        find: '(address.value & ~0xffn) | BigInt(setting)',
        put: '(address.value & ~0xff00n) | (BigInt(setting) << 8n)',
      },
    ],
    tests: [golden],
  },
  {
    name: 'a file is read through a link of a user',
    file: 'src/host/trusted-file.ts',
    edits: [{ find: 'openTrusted(path, O_RDONLY', put: 'fs.openSync(path, O_RDONLY' }],
    tests: ['src/host/trusted-folder.test.ts'],
  },
  {
    name: 'router advertisements are taken until the link is up',
    file: 'src/network/verification.ts',
    edits: [{ find: " || step.action.kind === 'netAdvertisements'", put: '' }],
    tests: ['src/network/verification.test.ts'],
  },
  {
    name: 'a command that was ended with the run has failed',
    file: 'src/pipeline/apply.ts',
    edits: [{ find: "status === 'failed' && options.stopRequested()", put: 'false' }],
    tests: ['src/pipeline/apply-resume.test.ts'],
  },
  {
    name: 'the late stage leaves an early one that was killed at a later boot',
    file: 'src/pipeline/identity.ts',
    edits: [{ find: 'early === undefined || isDueInBoot(early)', put: 'early === undefined' }],
    tests: ['src/pipeline/identity.test.ts'],
  },
  {
    name: 'two runs at the same time',
    file: 'src/host/lock.ts',
    edits: [
      { find: 'if (!createExclusively(path, ours)) takeOver(path, ours);', put: 'createExclusively(path, ours);' },
    ],
    tests: ['src/host/lock.test.ts'],
  },
  {
    name: 'the lock of a dead run is kept for ever',
    file: 'src/host/lock.ts',
    edits: [{ find: 'describeProcess(pid) === holder', put: 'holder !== undefined' }],
    tests: ['src/host/lock.test.ts'],
  },
  {
    name: 'a step is journaled as done before it ran',
    file: 'src/pipeline/apply.ts',
    edits: [{ find: "event: 'begin',", put: "event: 'done'," }],
    tests: ['src/pipeline/apply.test.ts'],
  },
  {
    name: 'a command cut off by restarts is tried for ever',
    file: 'src/pipeline/apply.ts',
    edits: [{ find: '(past?.tries ?? 0) >= triesLimit', put: '(past?.tries ?? 0) < 0' }],
    tests: ['src/pipeline/apply-resume.test.ts'],
  },
  {
    name: 'what a step needs is ignored',
    file: 'src/pipeline/apply.ts',
    edits: [{ find: 'const cause = step.needs?.find(', put: 'const cause = [].find(' }],
    tests: ['src/pipeline/apply.test.ts'],
  },
  {
    name: 'a failed network is left half done',
    file: 'src/pipeline/apply.ts',
    edits: [{ find: 'if (snapshot !== undefined) restoreNetwork(snapshot, host);', put: '' }],
    tests: ['src/pipeline/apply.test.ts'],
  },
  {
    name: 'errors of user_data are swallowed',
    file: 'src/pipeline/plan-input.ts',
    edits: [{ find: '...input.userData.diagnostics, ', put: '' }],
    tests: ['src/pipeline/plan-input.test.ts', golden],
  },
  {
    name: 'an error of the input is exit 0',
    file: 'src/pipeline/verdict.ts',
    edits: [{ find: 'failed || isSilent || errors.length > 0 ?', put: 'failed || isSilent ?' }],
    tests: ['src/pipeline/verdict.test.ts'],
  },
  {
    name: 'a command is over when its output is closed, not when it has ended',
    file: 'src/host/output-pipe.ts',
    edits: [{ find: 'if (now - lastRead >= silenceMs || now - start >= drainLimitMs) return false;', put: '' }],
    tests: ['src/host/exec.test.ts'],
  },
  {
    name: 'a link on the drive is followed',
    file: 'src/host/drive-reader.ts',
    edits: [{ find: 'O_RDONLY | O_NOFOLLOW | O_NONBLOCK |', put: 'O_RDONLY | O_NONBLOCK |' }],
    tests: ['src/host/drive-reader.test.ts'],
  },
  {
    name: 'a FIFO on the drive is waited for',
    file: 'src/host/drive-reader.ts',
    edits: [{ find: 'O_RDONLY | O_NOFOLLOW | O_NONBLOCK |', put: 'O_RDONLY | O_NOFOLLOW |' }],
    tests: ['src/host/drive-reader.test.ts'],
  },
  {
    name: 'a secret prints itself as JSON',
    file: 'src/core/secret.ts',
    edits: [{ find: 'toJSON(): string {\n    return redacted;', put: 'toJSON(): string {\n    return this.#text;' }],
    tests: ['src/core/secret.test.ts', 'test/contract/secrets.test.ts'],
  },
  {
    name: 'fixed commands get our environment',
    file: 'src/host/commands.ts',
    edits: [{ find: 'env: { ...fixedEnvironment, ...options.env }', put: 'env: { ...process.env, ...options.env }' }],
    tests: ['src/host/commands.test.ts'],
  },
  {
    name: 'a link of the root leads out of it',
    file: 'src/host/real.ts',
    edits: [{ find: 'resolveBelowRoot(root, path, { followLast: true })', put: 'resolveBelowRoot(root, path)' }],
    tests: ['src/host/real.test.ts'],
  },
  {
    name: 'a damaged record is believed',
    file: 'src/state/record.ts',
    edits: [{ find: ' || sum !== ', put: ' || false && sum !== ' }],
    tests: ['src/state/record.test.ts'],
  },
  {
    name: "cloud-init's user_data is applied a second time",
    file: 'src/pipeline/run.ts',
    edits: [{ find: '      narrow: await findNarrowing(options, instance),\n', put: '' }],
    tests: ['test/sandbox/cloud-init.test.ts'],
  },
  {
    name: "the hook's link is made over what somebody else put there",
    file: 'src/pipeline/cloud-init.ts',
    edits: [
      { find: 'if (link === undefined) makeHookLink(host);', put: 'if (link !== hookProgram) makeHookLink(host);' },
    ],
    tests: ['src/pipeline/cloud-init.test.ts'],
  },
  {
    name: 'a rebuilt drive is taken for the one that was applied',
    file: 'src/pipeline/network-change.ts',
    edits: [
      {
        find: ' || record.networkData === fingerprintNetwork(instance.network)) return',
        put: ' || record.networkData !== undefined) return',
      },
    ],
    tests: ['src/pipeline/network-change.test.ts'],
  },
  {
    name: 'what only an earlier drive asked for stays',
    file: 'src/pipeline/plan.ts',
    edits: [{ find: '(isWhole ? input.planRemovals?.(network) : undefined) ?? []', put: '[] as readonly Step[]' }],
    tests: ['test/sandbox/network-change.test.ts'],
  },
  {
    name: 'a changed network that fails is remembered as the one that is there',
    file: 'src/pipeline/stage.ts',
    edits: [{ find: 'networkSteps: isNetworkNew ?', put: 'networkSteps: isNetworkDone ?' }],
    tests: ['test/sandbox/network-change.test.ts'],
  },
  {
    name: 'a link that a command has changed is not looked at again',
    file: 'src/executors/net-live-view.ts',
    edits: [{ find: '    if (!isRoute) view.touched.add(link);\n', put: '' }],
    tests: ['src/executors/net-live-view.test.ts'],
  },
  {
    name: 'a command of the interfaces text that is cut off counts',
    file: 'src/datasources/config-drive/interfaces-text/commands.ts',
    edits: [
      {
        find: 'if (name === undefined || value === undefined) return undefined;',
        put: 'if (name === undefined || value === undefined) continue;',
      },
    ],
    tests: ['src/datasources/config-drive/interfaces-text/parse.test.ts'],
  },
  {
    name: 'the content of a file is not flushed before its name is there',
    file: 'src/host/atomic-write.ts',
    edits: [{ find: '        fs.fsyncSync(file);\n', put: '' }],
    tests: ['test/faults/f01-write-order.test.ts'],
  },
  {
    name: 'the name of a file is not flushed',
    file: 'src/host/atomic-write.ts',
    edits: [
      {
        find: '    fs.fsyncSync(folder);\n  });\n}\n\n/** A symbolic link',
        put: '  });\n}\n\n/** A symbolic link',
      },
    ],
    tests: ['test/faults/f01-write-order.test.ts'],
  },
  {
    name: 'a new file is open to all until it is done',
    file: 'src/host/atomic-write.ts',
    edits: [
      {
        find: 'O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY, 0o600);',
        put: 'O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY, 0o644);',
      },
    ],
    tests: ['test/faults/f01-write-order.test.ts'],
  },
  {
    name: 'what a killed run left half made stays',
    file: 'src/state/leftovers.ts',
    edits: [{ find: 'if (name.startsWith(temporaryPrefix))', put: 'if (name === temporaryPrefix)' }],
    tests: ['test/faults/f01-kill-user-data.test.ts'],
    names: /F01\/user-data\/reboot\/(rename|fsync|fchmod)\//,
  },
  {
    name: 'a command whose end was written down is run again after a kill',
    file: 'src/pipeline/apply.ts',
    edits: [
      {
        find: 'if (past?.ended?.outcome !== undefined && isAsTold()) {',
        put: "if (past?.ended?.outcome !== undefined && step.action.kind !== 'exec') {",
      },
    ],
    tests: ['test/faults/f04-journal.test.ts'],
  },
  {
    name: 'a torn line of the journal ends the run',
    file: 'src/state/journal.ts',
    edits: [{ find: 'line.slice(0, 8) === checksum(body) ? JSON.parse(body) : undefined', put: 'JSON.parse(body)' }],
    tests: ['test/faults/f19-state.test.ts'],
    names: /F19\/journal\//,
  },
  {
    name: 'a record with a wrong sum is believed where it can be read',
    file: 'src/state/record.ts',
    edits: [{ find: ' || sum !== checksum(body)', put: '' }],
    tests: ['test/faults/f19-state.test.ts'],
    names: /F19\/record\//,
  },
  {
    name: 'a state that cannot be written ends the run',
    file: 'src/state/store.ts',
    edits: [
      {
        find: 'if (!(error instanceof AgentError)) throw error;\n    return openIn(',
        put: 'if (error !== undefined) throw error;\n    return openIn(',
      },
    ],
    tests: ['test/faults/f08-read-only.test.ts'],
  },
  {
    name: 'a signal is not heard',
    file: 'src/cli/run-command.ts',
    edits: [{ find: 'stopRequested: () => stop,', put: 'stopRequested: () => stop && false,' }],
    tests: ['test/faults/f22-signals.test.ts'],
    names: /F22\/(early|late)\//,
  },
  {
    name: 'a dead lock is taken over by everybody who asks',
    file: 'src/host/lock.ts',
    edits: [
      { find: 'if (!guarded || (holder !== undefined && isAlive(holder))) {', put: 'if (holder === undefined) {' },
    ],
    tests: ['test/faults/f17-concurrency.test.ts'],
  },
  {
    name: 'a link in the folder of a user is followed',
    file: 'src/host/trusted-folder.ts',
    edits: [
      {
        find: 'if (links > mostLinks || !isRootsAlone(fs.fstatSync(at)))',
        put: 'if (links > mostLinks || isRootsAlone === undefined)',
      },
    ],
    tests: ['test/faults/f18-hostile-user.test.ts'],
  },
  {
    name: 'a status that cannot be written ends the run',
    file: 'src/pipeline/public-status.ts',
    edits: [{ find: '  } catch {}\n', put: '  } catch (error) {\n    throw error;\n  }\n' }],
    tests: ['test/faults/f03-errno.test.ts'],
  },
  {
    name: 'a command that floods ends the run',
    file: 'src/host/commands.ts',
    edits: [{ find: "if (reason === 'ENOBUFS') return", put: "if (reason === 'never') return" }],
    tests: ['test/faults/f13-tools.test.ts'],
    names: /F13\/\w+\/flood/,
  },
  {
    name: 'a line for the shell is a word of its command line',
    file: 'src/executors/exec.ts',
    edits: [{ find: "argv: ['/bin/sh', input], input }", put: "argv: ['/bin/sh', '-c', command.shell], input }" }],
    tests: ['test/sandbox/canaries.test.ts'],
    names: /all applied/,
  },
  {
    name: 'the node of the drive keeps its mode',
    file: 'src/host/drive-node.ts',
    edits: [{ find: '    fs.chownSync(device, 0, 0);\n    fs.chmodSync(device, 0o600);\n', put: '' }],
    tests: ['test/sandbox/canaries.test.ts'],
    names: /all applied/,
  },
  {
    name: 'what a failing tool repeats is told',
    file: 'src/host/commands.ts',
    edits: [{ find: "  if (secret === '') return result;\n", put: '  if (secret !== undefined) return result;\n' }],
    tests: ['test/sandbox/canaries.test.ts'],
    names: /tools and servers fail/,
  },
  {
    name: 'core dumps are allowed',
    file: 'src/main.ts',
    edits: [{ find: '  forbidCoreDumps();\n', put: '' }],
    tests: ['test/sandbox/canaries.test.ts'],
    names: /a crash/,
  },
  {
    name: 'a script stays where it went well',
    file: 'src/executors/exec.ts',
    edits: [{ find: '  if (input !== undefined && !isKept) host.remove(input);\n', put: '' }],
    tests: ['src/executors/exec.test.ts'],
  },
];
