// What a request's target says once its encoding is undone: the path, and the values of its parameters.

const maxTarget = 8192
const maxValues = 64

/** Percent-decoded up to twice; bad sequences stay as they are. */
function decoded(text: string): string {
  let now = text.length > maxTarget ? text.slice(0, maxTarget) : text
  for (let round = 0; round < 2 && now.includes('%'); round++) {
    const next = once(now)
    if (next === now) break
    now = next
  }
  return now
}

function once(text: string): string {
  return text.replace(/(?:%[\da-f]{2})+/gi, (run) =>
    Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8'),
  )
}

export function pathOf(target: string): string {
  const end = target.search(/[?#]/)
  const path = decoded(end < 0 ? target : target.slice(0, end)).replaceAll('\0', '')
  return path.includes('//') || path.includes('/.') ? normal(path) : path
}

function normal(path: string): string {
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue
    if (part === '..') parts.pop()
    else parts.push(part)
  }
  return `/${parts.join('/')}`
}

/** Decoded values of the query, and what else a program may take its command from. */
export function valuesOf(target: string, headers: readonly string[]): readonly string[] {
  const values: string[] = []
  const query = target.slice(0, maxTarget).split('?').slice(1).join('?')
  for (const pair of query.split(/[&;](?=[^=&;]{0,64}=)|&/)) {
    if (values.length >= maxValues) break
    const at = pair.indexOf('=')
    const raw = at < 0 ? pair : pair.slice(at + 1)
    if (raw !== '') values.push(decoded(raw.replaceAll('+', ' ')).trim())
  }
  // A value with an unencoded separator: everything behind the first name.
  const whole = query.indexOf('=')
  if (whole >= 0) values.push(decoded(query.slice(whole + 1).replaceAll('+', ' ')).trim())
  for (const header of headers) if (header.length > 8) values.push(header.slice(0, maxTarget))
  return values.flatMap((value) => [value, ...base64(value)]).filter((value) => value !== '')
}

function base64(value: string): readonly string[] {
  if (value.length < 8 || value.length > 4096 || !/^[\w+/-]+={0,2}$/.test(value)) return []
  const text = Buffer.from(value, 'base64').toString('utf8')
  return /^[\t\n\r -~]{4,}$/.test(text) ? [text.trim()] : []
}

/**
 * How well a parameter explains a command line: 0 not at all, 2 part of it, 3 the same.
 * A part must be long, or hold what only a shell reads: words like `id` stand in many requests.
 */
export function explains(value: string, command: string): number {
  if (value.length < 2 || command.length < 2) return 0
  if (value === command) return 3
  const isTelling = (text: string): boolean =>
    text.length >= 12 || (text.length >= 4 && /[\s;|&$<>`/]/.test(text))
  if (isTelling(value) && command.includes(value)) return 2
  return isTelling(command) && value.includes(command) ? 2 : 0
}
