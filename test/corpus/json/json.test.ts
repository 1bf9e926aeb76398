import { runClass } from '../run-class.ts';
import { entries } from './entries.ts';

runClass('json', entries, { atLeast: 140 });
