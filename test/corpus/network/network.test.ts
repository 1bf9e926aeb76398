import { runClass } from '../run-class.ts';
import { entries } from './entries.ts';

runClass('network', entries, { atLeast: 200 });
