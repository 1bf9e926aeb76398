// guest-init plan: every step with what it would change, and which values are guesses. Changes nothing; needs no root with --source.

import * as fs from 'node:fs';
import type { CommandModule } from 'yargs';
import { AgentError, exitCodes } from '../core/error.ts';
import type { Facts } from '../core/facts.ts';
import { isSameInstance } from '../core/instance-config.ts';
import { loadExecutors } from '../executors/index.ts';
import type { Host } from '../host/host.ts';
import { createRealHost } from '../host/real.ts';
import { listNetworkFiles } from '../network/persistence.ts';
import { findCloudInitRole, leaveConsumed } from '../pipeline/cloud-init.ts';
import type { OpenDrive } from '../pipeline/discover.ts';
import {
  addImageUserData,
  type ImageUserData,
  openImageUserData,
  readImageUserData,
  standsForDrive,
} from '../pipeline/image-user-data.ts';
import { readLocalDocuments } from '../pipeline/local-documents.ts';
import { readLocalScripts } from '../pipeline/local-scripts.ts';
import { openForReading } from '../pipeline/open-for-reading.ts';
import { planFromInput } from '../pipeline/plan-input.ts';
import { loadPolicy } from '../pipeline/policy-file.ts';
import { peekRecord } from '../state/record.ts';
import { printPlan } from './plan-text.ts';
import { type PlanView, viewPlan } from './plan-view.ts';
import { reportFailure } from './report-failure.ts';
import { type SourceArguments, sourceOptions } from './source-options.ts';
import { writeOutput } from './standard-output.ts';

type Arguments = SourceArguments & { json: boolean; facts?: string; root?: string };

export const planCommand: CommandModule<object, Arguments> = {
  command: 'plan',
  describe: 'Show every step and what it would change; changes nothing',
  builder: (parser) =>
    sourceOptions(parser)
      .option('json', { type: 'boolean', default: false, describe: 'The same facts as JSON' })
      .option('facts', {
        type: 'string',
        requiresArg: true,
        describe: 'Plan for the guest that this JSON file describes (fields of `plan --json`.facts)',
      })
      .option('root', {
        type: 'string',
        requiresArg: true,
        normalize: true,
        describe: 'Plan for the unpacked root below this folder',
      }) as never,
  handler: async (options) => {
    process.exitCode = await reportFailure(async () => {
      const view = await makePlan(options);
      writeOutput(options.json ? `${JSON.stringify(view, null, 2)}\n` : printPlan(view));
      return view.exitCode;
    });
  },
};

async function makePlan(options: Arguments): Promise<PlanView> {
  const host = createRealHost(options.root === undefined ? {} : { root: options.root });
  const policy = await loadPolicy(host);
  const facts = options.facts === undefined ? host.facts() : { ...host.facts(), ...readFacts(options.facts) };
  const { path } = policy.user_data_file;
  const image = readImageUserData(host, options.facts === undefined && path !== 'none' ? path : undefined);
  const drive = await openOrStandIn({ ...options, policy, dmi: facts.dmi }, { image, host });
  try {
    const { reading } = drive;
    if (reading.instance === undefined) {
      throw new AgentError(reading.refusal?.code ?? exitCodes.inputInvalid, reading.refusal?.message ?? 'no instance', {
        hint: reading.refusal?.hint ?? '',
      });
    }
    const { instance, diagnostics } = addImageUserData(reading.instance, image);
    // Only root sees what cloud-init stored, and facts of another guest have nothing to do with what it stored on this one.
    const cloudInit = isRoot() && options.facts === undefined ? findCloudInitRole(host) : undefined;
    const narrow = cloudInit === undefined ? undefined : leaveConsumed(instance, cloudInit, host);
    const record = isRoot() && options.facts === undefined ? peekRecord(host) : undefined;
    const isKnown = record !== undefined && isSameInstance(record.instance, instance.id);
    const local =
      options.facts === undefined
        ? { localDocuments: readLocalDocuments(host), localScripts: readLocalScripts(host) }
        : {};
    const plan = await planFromInput({
      ...{ instance, host, policy, facts, narrow, ...local },
      previous: isKnown ? record.made : listNetworkFiles(record?.made ?? []),
      previousNetwork: record?.networkSteps ?? [],
    });
    await loadExecutors(plan.steps);
    return viewPlan({
      plan: { ...plan, diagnostics: [...reading.diagnostics, ...diagnostics, ...plan.diagnostics] },
      instance,
      source: drive.description,
      facts,
      // Facts of another guest say nothing about the files of this machine.
      host: options.facts === undefined ? host : undefined,
    });
  } finally {
    drive.release();
  }
}

/** The user_data of the image in the place of a drive that is not there, as a run would do it. */
async function openOrStandIn(
  options: Parameters<typeof openForReading>[0],
  { image, host }: { image: ImageUserData; host: Host },
): Promise<OpenDrive> {
  try {
    return await openForReading(options);
  } catch (error) {
    const record = isRoot() ? peekRecord(host) : undefined;
    const isMissing = error instanceof AgentError && error.code === exitCodes.driveMissing;
    if (!isMissing || !standsForDrive(image, options.policy, record)) throw error;
    return openImageUserData(image, host, record);
  }
}

function isRoot(): boolean {
  return process.geteuid?.() === 0;
}

function readFacts(path: string): Partial<Facts> {
  try {
    return JSON.parse(fs.readFileSync(path, 'utf8')) as Partial<Facts>;
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? 'not JSON';
    throw new AgentError(exitCodes.usage, `${path}: cannot be used as facts (${reason})`);
  }
}
