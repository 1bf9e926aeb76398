// The contract of a datasource: a folder that knows one layout of a drive and turns it into an InstanceConfig.

import type { Diagnostic } from '../core/diagnostic.ts';
import type { ExitCode } from '../core/error.ts';
import type { InstanceConfig } from '../core/instance-config.ts';
import type { DriveReader } from './drive-reader.ts';

/** `refusal` instead of an instance: the drive cannot say which instance this is; nothing of it may be applied. */
export type DatasourceReading = {
  readonly instance?: InstanceConfig;
  readonly refusal?: { readonly code: ExitCode; readonly message: string; readonly hint: string };
  readonly diagnostics: readonly Diagnostic[];
  /** A network description in a format whose parser is not loaded yet: `completeReading` puts it into the instance. */
  readonly interfacesText?: InterfacesText;
};

/** Text of interfaces(5), and the local-ipv4 that goes with it. */
export type InterfacesText = {
  readonly text: string;
  readonly source: string;
  readonly localIpv4?: { readonly address: string; readonly source: string };
};

export type DatasourceOptions = {
  /** Read the metadata's admin_pass (only where the image's settings allow it). */
  readonly adminPassword: boolean;
};

export type Datasource = {
  readonly name: string;
  /** Whether a mounted file system has this layout: its content decides, not its label. */
  recognises(reader: DriveReader): boolean;
  read(reader: DriveReader, options: DatasourceOptions): DatasourceReading;
};

/** Types a datasource definition; the identity function at run time. */
export function defineDatasource(definition: Datasource): Datasource {
  return definition;
}
