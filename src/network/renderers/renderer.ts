// The contract of a renderer: the network as files of one network service. Pure; the same network gives the same bytes.

import type { FileAction, LinesAction } from '../../core/action.ts';
import type { NetworkBackend } from '../../core/network-backend.ts';
import type { ResolvedNetwork } from '../../core/resolved-network.ts';

/** The network services that the network can be written down for. */
export type Backend = NetworkBackend;

/** Something that the service's files cannot say; the rest is written. */
export type RenderProblem = { readonly link: string; readonly message: string };

export type Rendered = {
  /** Whole files of ours, or lines in a file that others own too; paths are absolute. */
  readonly actions: readonly (FileAction | LinesAction)[];
  readonly problems: readonly RenderProblem[];
};

export type Renderer = {
  readonly backend: Backend;
  render(network: ResolvedNetwork): Rendered;
};

/** First line of every file of ours, behind the comment sign of its format. */
export const fileMark =
  'Written by guest-init from the config drive. Changes are lost at the next change of the drive.';
