// A query string, a form body or a cookie header in its parameters, split before anything is decoded, as servers do it.

export interface Parameter {
  /** Raw; '' for a parameter without an equals sign. */
  readonly name: string
  readonly raw: string
}

/** More than this many: the rest is one value, so that nothing hides behind them. */
const maxParameters = 128
const maxSplits = 16
const maxJoined = 2048

/** `a=1&b=2`; parts after a semicolon that look like a parameter are given too, as some servers split there. */
export function formParameters(text: string): Parameter[] {
  const found: Parameter[] = []
  let at = 0
  while (at <= text.length) {
    const end = found.length < maxParameters ? text.indexOf('&', at) : -1
    const piece = text.slice(at, end === -1 ? text.length : end)
    if (piece !== '') addPiece(found, piece)
    if (end === -1) break
    at = end + 1
  }
  addJoined(found)
  return found
}

function addPiece(found: Parameter[], piece: string): void {
  const parameter = parameterOf(piece)
  found.push(parameter)
  if (!parameter.raw.includes(';')) return
  for (const inner of parameter.raw.split(';', maxSplits).slice(1)) {
    if (/^[\w.[\]%-]{1,64}=./.test(inner)) found.push(parameterOf(inner))
  }
}

function parameterOf(piece: string): Parameter {
  const equals = piece.indexOf('=')
  return equals === -1
    ? { name: '', raw: piece }
    : { name: piece.slice(0, equals), raw: piece.slice(equals + 1) }
}

/** The same name twice: ASP.NET joins the values by commas, so that halves of an attack meet. */
function addJoined(found: Parameter[]): void {
  if (!hasTwins(found)) return
  const byName = new Map<string, string[]>()
  for (const { name, raw } of found) {
    if (name === '' || raw === '') continue
    const same = byName.get(name)
    if (same === undefined) byName.set(name, [raw])
    else same.push(raw)
  }
  for (const [name, raws] of byName) {
    if (raws.length > 1) found.push({ name, raw: raws.join(',').slice(0, maxJoined) })
  }
}

/** Cheap for the few parameters that most queries have; a long list is looked at in full. */
function hasTwins(found: readonly Parameter[]): boolean {
  if (found.length > 12) return true
  return found.some(
    ({ name }, index) => name !== '' && found.findIndex((other) => other.name === name) < index,
  )
}

/** `a=1; b=2`. */
export function cookieParameters(text: string): Parameter[] {
  return text
    .split(';', maxParameters)
    .map((piece) => parameterOf(piece.trim()))
    .filter(({ name, raw }) => name !== '' || raw !== '')
}
