// Names that show another kind of file than they are (MITRE ATT&CK T1036.002, T1036.007).

import type { Content } from './content.ts'

export interface Disguise {
  /** The last part of `Heuristic.Disguise.…`. */
  readonly name: string
  readonly score: number
  readonly sentence: string
  readonly technique: string
}

/** What Windows runs at a double click. */
const programs =
  /^(?:exe|scr|com|pif|cpl|msi|bat|cmd|vbs|vbe|js|jse|wsf|wsh|hta|ps1|lnk|jar|sct|url|appref-ms|chm|msc|php|phtml|jsp|aspx?|sh|app|command)$/
/** What people open without a thought. */
const documents =
  /^(?:pdf|docx?|xlsx?|pptx?|rtf|odt|ods|hwpx?|txt|csv|jpe?g|png|gif|bmp|tiff?|webp|heic|mp[34]|avi|mov|mkv|wav|flac|eml|msg|html?|zip|rar|7z)$/
const archives = /^(?:zip|rar|7z)$/
const serverPages = /^(?:php|phtml|jsp|aspx?)$/
const bidirectional = /[\u202a-\u202e\u2066-\u2069]|\u00e2\u0080[\u00aa-\u00ae]/
const overrides = /[\u202d\u202e]|\u00e2\u0080[\u00ad\u00ae]/
const invisible = /[\u00ad\u200b-\u200f\u2060-\u2064\ufeff]/
/** White space of any width, or signs that look like it. */
const gap = /[\s\u00a0\u2000-\u200b\u3000\u2800]{6,}|_{12,}|\.{8,}/
const lookalikeDots = /[\u2024\uff0e\u3002\ufe52\ua4f8\u0701]/g

/** Letters of other scripts that look like Latin ones. */
const lookalikes: ReadonlyMap<string, string> = new Map(
  Object.entries({
    а: 'a',
    с: 'c',
    ԁ: 'd',
    е: 'e',
    һ: 'h',
    і: 'i',
    ј: 'j',
    ӏ: 'l',
    о: 'o',
    р: 'p',
    ѕ: 's',
    х: 'x',
    у: 'y',
    в: 'b',
    т: 't',
    к: 'k',
    м: 'm',
    α: 'a',
    ο: 'o',
    ρ: 'p',
    ν: 'v',
    χ: 'x',
    ι: 'i',
  }),
)

export function disguiseOfName(path: string, content: Content): Disguise | undefined {
  const name = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1)
  if (name.length < 3) return undefined
  // The engine writes `overlay` and the like; nobody names a file so to deceive.
  return (
    directionOf(name, content) ?? gapOf(name, content) ?? doubleOf(name, content) ?? falseOf(name, content)
  )
}

const right = 'T1036.002'
const double = 'T1036.007'
const masquerade = 'T1036.008'

function directionOf(name: string, content: Content): Disguise | undefined {
  if (!bidirectional.test(name)) return undefined
  const last = lastExtension(name.replaceAll(new RegExp(bidirectional, 'g'), ''))
  const isRun = programs.test(last) || content.program !== undefined
  if (!isRun) return undefined
  const isTurned = overrides.test(name)
  const score = isTurned ? 88 : 66
  return {
    name: 'Direction',
    score: content.program === undefined ? score : score + (isTurned ? 7 : 10),
    sentence: `its name is shown backwards from a hidden character on; it is ${content.program ?? `a file of type ${last}`}`,
    technique: right,
  }
}

function gapOf(name: string, content: Content): Disguise | undefined {
  const parts = plain(name).split('.')
  const last = parts.at(-1)?.trim().toLowerCase() ?? ''
  if (!programs.test(last) || !gap.test(name)) return undefined
  const before = /\.([a-z0-9]{2,5})(?=[\s\u00a0\u2000-\u200b\u3000\u2800_.]{6,})/i
    .exec(name)?.[1]
    ?.toLowerCase()
  if (before === undefined || !documents.test(before)) return undefined
  return {
    name: 'Gap',
    score: content.program === undefined ? 84 : 93,
    sentence: `behind .${before} and a gap its name ends in .${last}`,
    technique: double,
  }
}

function doubleOf(name: string, content: Content): Disguise | undefined {
  const shown = plain(name)
  const [, first = '', last = ''] = /\.([a-z0-9]{2,5})\.([a-z0-9-]{2,9})$/i.exec(shown) ?? []
  const before = first.toLowerCase()
  const ends = last.toLowerCase()
  if (!programs.test(ends) || !documents.test(before)) return undefined
  const isFaked = shown !== name
  const score = doubleScore(before, ends, content)
  // `module.audio.mp3.php` is named after what it works with.
  if (serverPages.test(ends) && shown.split('.').length > 3) return undefined
  if (score === undefined) return undefined
  // `Company.Pdf.exe` is named after what it works with.
  const off = /^[A-Z][a-z]/.test(first) && !isFaked ? 32 : 0
  return {
    name: 'DoubleExtension',
    score: Math.min(94, score + (isFaked ? 5 : 0)) - off,
    sentence: `its name says .${before} and then .${ends}`,
    technique: double,
  }
}

/** Undefined: its content is nothing that would be run under this name. */
function doubleScore(before: string, last: string, content: Content): number | undefined {
  if (/^(?:exe|scr|com|pif|cpl|msi)$/.test(last)) {
    if (content.program === undefined && !content.isCompound) return undefined
    return archives.test(before) ? 50 : 88
  }
  if (last === 'lnk') return content.isShortcutWithArguments ? 86 : undefined
  if (last === 'jar') return content.isZip && !archives.test(before) ? 80 : undefined
  if (!content.isText) return undefined
  if (last === 'js') return content.usesScriptHost ? 86 : undefined
  if (serverPages.test(last))
    return content.isServerPage && /^(?:jpe?g|png|gif|bmp|webp|mp[34])$/.test(before) ? 74 : undefined
  if (last === 'sh' || last === 'command')
    return /^(?:pdf|docx?|xlsx?|jpe?g|png|gif)$/.test(before) ? 64 : undefined
  return /^(?:html?|txt|csv|zip|rar|7z)$/.test(before) ? 62 : 85
}

/** A program under the name of a picture. */
function falseOf(name: string, content: Content): Disguise | undefined {
  const shown = plain(name)
  const last = lastExtension(shown)
  if (shown !== name && programs.test(last) && content.program !== undefined) {
    return {
      name: 'Lookalike',
      score: 78,
      sentence: `letters of its extension only look like .${last}`,
      technique: right,
    }
  }
  if (!documents.test(last) || archives.test(last)) return undefined
  if (content.program !== undefined) {
    const isLoose = /^(?:txt|csv|html?|msg|eml)$/.test(last)
    return {
      name: 'FalseExtension',
      score: isLoose ? 72 : 82,
      sentence: `it is ${content.program}, not .${last}`,
      technique: masquerade,
    }
  }
  const isMedia = /^(?:jpe?g|png|gif|bmp|tiff?|webp|heic|mp[34]|avi|mov|mkv|wav|flac)$/.test(last)
  if (!isMedia || content.script === undefined) return undefined
  return {
    name: 'FalseExtension',
    score: 70,
    sentence: `it is ${content.script}, not .${last}`,
    technique: masquerade,
  }
}

function lastExtension(name: string): string {
  return /\.([^.]{1,10})$/.exec(name)?.[1]?.trim().toLowerCase() ?? ''
}

/** As it looks to people: lookalikes in extensions as the letters they look like, nothing invisible. */
function plain(name: string): string {
  const dots = name.replaceAll(lookalikeDots, '.').replaceAll(new RegExp(invisible, 'g'), '')
  const at = dots.indexOf('.')
  if (at < 0) return dots
  const extensions = Array.from(dots.slice(at), (letter) =>
    wide(lookalikes.get(letter.toLowerCase()) ?? letter),
  ).join('')
  return dots.slice(0, at) + extensions
}

/** Letters of full width. */
function wide(letter: string): string {
  const code = letter.charCodeAt(0)
  return code >= 0xff21 && code <= 0xff5a ? String.fromCharCode(code - 0xfee0) : letter
}
