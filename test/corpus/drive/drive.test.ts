import { runClass } from '../run-class.ts';
import { entries } from './entries.ts';

runClass('drive', entries, { atLeast: 60 });
