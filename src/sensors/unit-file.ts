// The syntax of systemd's unit files (systemd.syntax(7)): sections, `Key=value`, lines continued by a backslash,
// lists that grow with each assignment and are emptied by an empty one.

/** `Section.Key` → its values, in order. */
export type UnitSettings = Map<string, string[]>

const maxLines = 20_000
const maxValues = 256
const maxValueLength = 8192

/** Adds the settings of a file to those of the files before it (a unit, then its drop-ins). Never throws. */
export function addUnitFile(settings: UnitSettings, text: string): void {
  let section = ''
  for (const line of logicalLines(text)) {
    const header = /^\[([^\]]{1,64})\]$/.exec(line)?.[1]
    if (header !== undefined) {
      section = header
      continue
    }
    const equals = line.indexOf('=')
    if (equals < 1 || section === '') continue
    assign(settings, `${section}.${line.slice(0, equals).trimEnd()}`, line.slice(equals + 1).trimStart())
  }
}

function assign(settings: UnitSettings, key: string, value: string): void {
  if (value === '') {
    settings.set(key, [])
    return
  }
  const values = settings.get(key) ?? []
  if (values.length < maxValues) values.push(value.slice(0, maxValueLength))
  settings.set(key, values)
}

/** Lines without comments, the continued ones joined by a blank. */
function* logicalLines(text: string): Generator<string> {
  let parts: string[] = []
  for (const raw of text.split('\n', maxLines)) {
    const line = raw.trim()
    // A comment among continued lines does not end them.
    if (line.startsWith('#') || line.startsWith(';') || (line === '' && parts.length === 0)) continue
    if (line.endsWith('\\')) {
      parts.push(line.slice(0, -1).trimEnd())
      continue
    }
    yield [...parts, line].join(' ').trim()
    parts = []
  }
  if (parts.length > 0) yield parts.join(' ')
}

/** The last value of a setting that is no list. */
export function lastValue(settings: UnitSettings, key: string): string | undefined {
  return settings.get(key)?.at(-1)
}
