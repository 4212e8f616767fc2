// Finds what a misspelt name may have meant, by the number of slips: letters too many, too few, wrong or
// swapped (Damerau and Levenshtein).

const longestName = 64
const maxCandidates = 5000

/** The nearest of the names, if it differs by at most a third of its letters and at most three. */
function nearName(name: string, names: Iterable<string>): string | undefined {
  if (name.length > longestName) return undefined
  let best: string | undefined
  let bestDistance = Math.min(3, Math.max(1, Math.floor(name.length / 3))) + 1
  let count = 0
  for (const candidate of names) {
    if (++count > maxCandidates) break
    if (Math.abs(candidate.length - name.length) >= bestDistance || candidate === name) continue
    const distance = distanceOf(name.toLowerCase(), candidate.toLowerCase())
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

/** For the end of a message. */
export function suggestion(name: string, names: Iterable<string>): string {
  const near = nearName(name, names)
  return near === undefined ? '' : `; did you mean \`${near}\`?`
}

function distanceOf(a: string, b: string): number {
  let before: number[] = []
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      const swapped = isSwapped ? before[j - 2]! + 1 : replaced
      next.push(Math.min(replaced, swapped, row[j]! + 1, next[j - 1]! + 1))
    }
    before = row
    row = next
  }
  return row[b.length]!
}
