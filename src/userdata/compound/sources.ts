// Everything that has a say in what the guest is told to do, beside the metadata.

import type { InstanceAddresses } from '../../core/instance-addresses.ts';
import type { RawUserData, VendorData } from '../../core/instance-config.ts';
import type { FetchedDocument } from './include.ts';

export type Sources = {
  readonly userData?: RawUserData | undefined;
  /** From the cloud's operator, in the order of strength, the weakest first. */
  readonly vendorData?: readonly VendorData[];
  /** Documents of the image, in the order of their names: a later one wins. */
  readonly localDocuments?: readonly RawUserData[];
  /** Gives what templates are filled in with, asked for only where there is one; absent: they are only checked. */
  readonly templateNames?: (() => Promise<Readonly<Record<string, unknown>>>) | undefined;
  /** What the addresses of #include lists gave. */
  readonly fetched?: ReadonlyMap<string, FetchedDocument> | undefined;
  /** What CoreOS documents are filled in with; absent: nobody knows, and names stay. */
  readonly addresses?: InstanceAddresses | undefined;
};
