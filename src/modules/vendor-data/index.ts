// vendor_data: whether what the cloud's operator sends is applied. Follows cloud-init's key of that name; see README.md for what differs.

import { defineModule } from '../../core/define.ts';
import { VendorData } from './schema.ts';

export const vendorData = defineModule({
  name: 'vendor-data',
  keys: ['vendor_data', 'vendor_data2'],
  after: [],
  schema: VendorData,
  // The documents are put together by these keys before anything is planned.
  plan: () => [],
});
