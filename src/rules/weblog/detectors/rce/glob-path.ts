// Paths written with shell patterns so that no filter knows them: /???/c?t, /et*/passwd, /etc/pas[s]wd. Each is matched against
// the files that such patterns are written for.

const aims = [
  '/etc/passwd',
  '/etc/shadow',
  '/etc/hosts',
  '/etc',
  '/bin/cat',
  '/bin/bash',
  '/bin/sh',
  '/bin/nc',
  '/bin/ls',
  '/bin/id',
  '/bin/nc.traditional',
  '/usr/bin/cat',
  '/usr/bin/id',
  '/usr/bin/nc',
  '/usr/bin/curl',
  '/usr/bin/wget',
  '/usr/bin/perl',
  '/usr/bin/python',
  '/usr/bin/python3',
  '/usr/bin/whoami',
  '/usr/bin/bash',
  '/sbin/ifconfig',
] as const

const maxPattern = 64

/** Index after the pattern's element at `at`, and whether it takes `char`. */
function element(
  pattern: string,
  at: number,
  char: string,
): { readonly next: number; readonly takes: boolean } {
  const first = pattern[at]
  if (first !== '[') return { next: at + 1, takes: first === '?' ? char !== '/' : first === char }
  const close = pattern.indexOf(']', at + 1)
  if (close < 0) return { next: at + 1, takes: char === '[' }
  const list = pattern.slice(at + 1, close)
  const negated = list[0] === '!' || list[0] === '^'
  let takes = false
  for (let index = negated ? 1 : 0; index < list.length; index++) {
    const low = list[index] ?? ''
    if (list[index + 1] === '-' && index + 2 < list.length) {
      takes ||= char >= low && char <= (list[index + 2] ?? '')
      index += 2
    } else takes ||= low === char
  }
  return { next: close + 1, takes: takes !== negated && char !== '/' }
}

/** Pattern matching with one place to return to, as for a single kind of star: at most pattern × path steps. */
function matches(pattern: string, path: string): boolean {
  let [p, t, star, resume] = [0, 0, -1, 0]
  while (t < path.length) {
    if (pattern[p] === '*') {
      star = ++p
      resume = t
      continue
    }
    const step = p < pattern.length ? element(pattern, p, path[t] ?? '') : undefined
    if (step?.takes === true) {
      p = step.next
      t++
    } else if (star >= 0 && path[resume] !== '/') {
      p = star
      t = ++resume
    } else return false
  }
  while (pattern[p] === '*') p++
  return p === pattern.length
}

/** @returns the file that an absolute path with patterns stands for, or undefined. */
export function globTarget(text: string): string | undefined {
  if (text.length > maxPattern || text.length < 5 || text[0] !== '/' || !/[?*[]/.test(text)) return undefined
  // A pattern of stars alone means any file, as in a comment of SQL or a route.
  const marks = text.replace(/[/*]/g, '')
  if (marks.length < 3) return undefined
  const path = text.toLowerCase().replace(/(?!^)\/{2,}/g, '/')
  return aims.find((aim) => matches(path, aim))
}
