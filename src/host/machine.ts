// What the machine is, for people: systeminformation asks the kernel, DMI and the usual commands. Loaded by the report alone.

import { cpu, mem, osInfo, system } from 'systeminformation';

export type Machine = {
  readonly os?: string;
  readonly kernel?: string;
  /** `x64`, `arm64`: as Node names it. */
  readonly architecture?: string;
  /** `KVM`, `Docker Container`; absent: none that shows. */
  readonly virtualisation?: string;
  /** Vendor and model of the machine, or of what plays one. */
  readonly model?: string;
  readonly processor?: string;
  readonly processors?: number;
  /** Bytes. */
  readonly memory?: number;
};

const limitMs = 10_000;

/** What is not known within ten seconds is left out; never throws. */
export async function readMachine(): Promise<Machine> {
  const [os, processor, memory, hardware] = await Promise.all([
    within(osInfo()),
    within(cpu()),
    within(mem()),
    within(system()),
  ]);
  const virtualisation = hardware?.virtual === true ? (hardware.virtualHost ?? 'yes') : undefined;
  return {
    ...say('os', join(os?.distro, os?.release)),
    ...say('kernel', os?.kernel),
    ...say('architecture', os?.arch),
    ...say('virtualisation', virtualisation),
    ...say('model', join(hardware?.manufacturer, hardware?.model)),
    ...say('processor', join(processor?.manufacturer, processor?.brand)),
    ...say('processors', processor?.cores),
    ...say('memory', memory?.total),
  };
}

async function within<T>(answer: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, limitMs, undefined);
  });
  try {
    return await Promise.race([answer, late]);
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}

function join(...words: (string | undefined)[]): string {
  return words.filter((word) => word !== undefined && word !== '' && word !== 'unknown').join(' ');
}

/** Empty answers are none: where systeminformation does not know it gives an empty text, or 0. */
function say<K extends keyof Machine>(key: K, value: Machine[K] | undefined): Pick<Machine, K> | object {
  return value === undefined || value === '' || value === 0 ? {} : { [key]: value };
}
