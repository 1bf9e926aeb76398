import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatTime } from './log-time.ts';

test('a time is written as Date writes it, on every day of four centuries', () => {
  const day = 86_400_000;
  for (let ms = Date.UTC(1969, 11, 31, 23, 59, 59, 999); ms < Date.UTC(2370, 0, 1); ms += day)
    assert.equal(formatTime(ms), new Date(ms).toISOString());
  for (const ms of [0, 1, 59_999, 3_600_000, 1_795_331_395_028])
    assert.equal(formatTime(ms), new Date(ms).toISOString());
});
