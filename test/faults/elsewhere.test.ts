// Rows of the matrix (reliability.md 4.3) that this tier does not run, or not in its sample: the table names every one.
import { declareElsewhere } from './engine/matrix.ts';

const isSample = process.env['GUEST_INIT_FAULTS'] !== 'whole';

declareElsewhere('F05', 'power cut', 'in the VM tier: test/vm/power-cut.test.ts');
declareElsewhere('F06', 'write reordering', 'in the VM tier: test/vm/power-cut.test.ts');
declareElsewhere('F10', 'corrupt iso9660 and vfat, mounted', 'in the VM tier: test/vm/corrupt-media.test.ts');
declareElsewhere('F14', 'package locks', 'in the sandbox tier: test/sandbox/packages.test.ts');
declareElsewhere('F15', 'clock', 'in the VM tier: test/vm/clock.test.ts');
declareElsewhere('F16', 'no entropy', 'in the VM tier: test/vm/entropy.test.ts');
declareElsewhere('F20', 'secret canaries', 'in the sandbox tier: test/sandbox/canaries.test.ts');

if (isSample) {
  declareElsewhere('F09', 'discovery', 'in the sandbox tier: test/sandbox/drive.test.ts');
  declareElsewhere('F10', 'damaged files', 'in the sandbox tier: test/sandbox/damage.test.ts');
  declareElsewhere('F11', 'hostile content', 'in the sandbox tier: test/sandbox/hostile.test.ts');
  declareElsewhere(
    'F12',
    'network',
    'in the sandbox tier: test/sandbox/network-faults.test.ts, network-faults-segment.test.ts',
  );
}
