// Reads what a TypeScript file imports without a parser: TypeScript 7 has no JavaScript API, and a parser would be
// a dependency for four patterns. Comments and the contents of strings are blanked first, so that neither the word
// `import` in a sentence nor a quote in a regular expression is taken for code.

export interface Import {
  readonly specifier: string
  readonly line: number
  /** `type`: erased before running. `thread`: a file started as a worker, by `new URL('./x.ts', import.meta.url)`. */
  readonly kind: 'value' | 'type' | 'thread'
}

export interface Use {
  readonly text: string
  readonly line: number
}

const comment = /\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|^#![^\n]*/y
const string = /'(?:\\[\s\S]|[^'\\\n])*'?|"(?:\\[\s\S]|[^"\\\n])*"?/y
const regularExpression = /\/(?:\\[^\n]|\[(?:\\[^\n]|[^\]\\\n])*\]|[^/\\[\n])+\/?/y
const templateText = /(?:\\[\s\S]|\$(?!\{)|[^`\\$])*(?:`|\$\{)?/y
const word = /[\w$]+/y

// After these words a slash begins a regular expression; after any other word it divides.
const wordsBeforeRegex = new Set(
  'await case delete do else in instanceof new of return throw typeof void yield'.split(' '),
)

/** The same text, as long and with the same lines, with spaces for comments, regexes and the insides of strings. */
function codeOnly(source: string): string {
  let code = ''
  let slashDivides = false
  // One entry per open template: the number of braces open inside its current `${ … }`.
  const openBraces: number[] = []

  const take = (pattern: RegExp): string => {
    pattern.lastIndex = code.length
    return pattern.exec(source)?.[0] ?? ''
  }
  const takeTemplate = (): void => {
    const text = take(templateText)
    const opens = text.endsWith('${')
    code += blank(opens ? text.slice(0, -2) : text.slice(0, -1)) + text.slice(opens ? -2 : -1)
    if (opens) openBraces.push(0)
    slashDivides = !opens
  }

  while (code.length < source.length) {
    const skipped = take(comment)
    if (skipped !== '') {
      code += blank(skipped)
      continue
    }
    const quoted = take(string)
    if (quoted !== '') {
      code += quoted[0] + (quoted.length > 1 ? blank(quoted.slice(1, -1)) + quoted.at(-1) : '')
      slashDivides = true
      continue
    }
    const name = take(word)
    if (name !== '') {
      code += name
      slashDivides = !wordsBeforeRegex.has(name)
      continue
    }
    const character = source.charAt(code.length)
    if (character === '/' && !slashDivides) {
      code += blank(take(regularExpression) || '/')
      slashDivides = true
      continue
    }
    code += character
    if (character === '`') takeTemplate()
    else if (character === '{') addToLast(openBraces, 1)
    else if (character === '}' && openBraces.at(-1) === 0) {
      openBraces.pop()
      takeTemplate()
      continue
    } else if (character === '}') addToLast(openBraces, -1)
    if (character.trim() !== '' && character !== '`') slashDivides = ')]}'.includes(character)
  }
  return code
}

function blank(text: string): string {
  return text.replaceAll(/[^\n]/g, ' ')
}

function addToLast(numbers: number[], change: number): void {
  const last = numbers.at(-1)
  if (last !== undefined) numbers[numbers.length - 1] = last + change
}

const statement =
  /(?<![.\w$])(?:import|export)\s*(?<type>type\b(?!\s*(?:from\b|,)))?\s*(?:[\w$]+\s*,?\s*)?(?:\*(?:\s*as\s+[\w$]+)?\s*|\{[^{}]*\}\s*)?from\s*['"]/g
const sideEffect = /(?<![.\w$])import\s*['"]/g
const call = /(?<![.\w$])(?:import|require|import\.meta\.resolve|process\.getBuiltinModule)\s*\(\s*['"`]/g
const url = /(?<![.\w$])new\s+URL\s*\(\s*['"`]/g

/** Every import of a file, in no particular order. */
export function importsOf(source: string): Import[] {
  const code = codeOnly(source)
  const imports: Import[] = []
  for (const pattern of [statement, sideEffect, call, url]) {
    for (const match of code.matchAll(pattern)) {
      const start = match.index + match[0].length
      const specifier = source.slice(start, code.indexOf(match[0].at(-1) ?? '', start))
      if (pattern === url && !specifier.endsWith('.ts')) continue
      const kind = match.groups?.['type'] === undefined ? 'value' : 'type'
      imports.push({ specifier, line: lineAt(code, match.index), kind: pattern === url ? 'thread' : kind })
    }
  }
  return imports
}

const terminal = /(?<![.\w$])(?:process\s*\.\s*(?:exit|abort|stdout|stderr)\b|console\s*\.\s*\w+)/g

/** Where a file ends the process or writes to the terminal. */
export function terminalUsesOf(source: string): Use[] {
  const code = codeOnly(source)
  return [...code.matchAll(terminal)].map((match) => ({ text: match[0], line: lineAt(code, match.index) }))
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length
}
