// "did you mean": the known key nearest to a misspelt one.

const longest = 64;

/** The candidate that differs least; undefined when none is near. Case, hyphens and underscores count for nothing. */
export function findNearestKey(key: string, candidates: Iterable<string>): string | undefined {
  if (key.length === 0 || key.length > longest) return undefined;
  const folded = foldKey(key);
  let best: string | undefined;
  let bestDistance = Math.min(3, Math.max(1, Math.floor(folded.length / 3))) + 1;
  for (const candidate of candidates) {
    const other = foldKey(candidate);
    if (other === folded) return candidate;
    if (Math.abs(other.length - folded.length) >= bestDistance) continue;
    const distance = measureDistance(folded, other);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

function foldKey(key: string): string {
  return key.toLowerCase().replaceAll(/[-_ ]/g, '');
}

/** Edits between two texts: insert, delete, replace, swap neighbours (optimal string alignment). */
function measureDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, (beforeLast[j - 2] ?? 0) + 1);
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
