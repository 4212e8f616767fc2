// What 7-Zip prints, as faults and facts. Its sentences are those of CPP/7zip/UI/Console/ExtractCallbackConsole.cpp and
// of the property names in UI/Common/PropIDUtils.cpp, version 24.09; the tests show each of them as it really comes.

import type { MemberFault } from '../formats/format.ts'

/** About one member, or (no name) about the archive. */
export interface Problem {
  /** Number of the entry at which it was said; 0 before the first. */
  readonly serial: number
  readonly name?: string
  readonly code: MemberFault
  readonly message: string
}

/** 7-Zip's sentences and what they mean, in the order in which they are looked for. */
const meanings: readonly (readonly [phrase: RegExp, code: MemberFault, message: string])[] = [
  [/wrong password/i, 'encrypted', 'needs a password'],
  [/^(?:missing volume|can.t open volume)/i, 'missing-volume', 'a volume is missing'],
  [/^unavailable data/i, 'missing-volume', 'the data begin or go on in another volume'],
  [
    /^unsupported (?:method|feature|version)|not implemented/i,
    'unsupported-method',
    'uses a method that cannot be decoded',
  ],
  [
    /can.?t allocate required memory|can.t allocate/i,
    'unsupported-method',
    'needs more memory than is allowed',
  ],
  [/^crc failed/i, 'damaged', 'the checksum is wrong'],
  [/^data error/i, 'damaged', 'the data are damaged'],
  [/^unexpected end of (?:data|archive)/i, 'damaged', 'the end is missing'],
  [/^headers? error/i, 'damaged', 'the headers are damaged'],
  [/^unavailable start of archive/i, 'damaged', 'the beginning is missing'],
  [/after the end of the payload data/i, 'damaged', 'bytes behind the packed data were not read'],
  [/^is not archive/i, 'damaged', 'the headers cannot be read'],
]

/** Not about content: links are not made, what lies behind the end is yielded, where it begins does not matter. */
const harmless =
  /link|^there are (?:some )?data after the end of archive|^unconfirmed start of archive|^the archive is open with offset/i

const fact = /^([A-Z][\w -]{0,40}) = (.*)$/
const errorPrefix = /^(?:open )?(?:error|warning): /i

export interface Entry {
  readonly serial: number
  readonly name: string
}

/** Reads 7-Zip's lines one after the other. */
export class MessageLog {
  readonly #archivePath: string
  readonly #facts = new Map<string, string>()
  readonly #said = new Set<string>()
  #isInBlock = false
  #problems: Problem[] = []
  #hasVolumes = false
  #item: Entry = { serial: 0, name: '' }
  /** Something was said to be wrong, harmless or not. */
  hasErrors = false

  constructor(archivePath: string) {
    this.#archivePath = archivePath
  }

  /** Where the archive ends, if bytes lie behind it. */
  get end(): number | undefined {
    const size = Number(this.#facts.get('Physical Size'))
    const offset = Number(this.#facts.get('Offset') ?? 0)
    return this.#facts.has('Tail Size') && Number.isSafeInteger(size + offset) ? size + offset : undefined
  }

  /** What was not asked for yet. */
  takeProblems(): Problem[] {
    const problems = this.#problems
    this.#problems = []
    return problems
  }

  /** `item`: the entry that is being extracted; number 0 before the first one. */
  line(text: string, item: Entry): void {
    this.#item = item
    if (/^(?:ERRORS|WARNINGS):$/.test(text)) this.#isInBlock = true
    else if (text === '' || text === '--') this.#isInBlock = false
    else if (errorPrefix.test(text)) this.#sentence(text.replace(errorPrefix, ''))
    else if (/^E_[A-Z]+ : /.test(text) || (this.#isInBlock && !fact.test(text))) this.#add(undefined, text)
    else this.#fact(text)
  }

  #sentence(sentence: string): void {
    if (sentence === this.#archivePath) {
      // What is wrong stands in the lines that follow.
      this.#isInBlock = true
      return
    }
    const { serial, name } = this.#item
    const isAboutItem = serial > 0 && sentence.endsWith(` : ${name}`)
    if (isAboutItem) this.#add(name, sentence.slice(0, -name.length - 3))
    else this.#add(undefined, sentence.replace(`${this.#archivePath} : `, ''))
  }

  #fact(text: string): void {
    this.#isInBlock = false
    const [, name, value] = fact.exec(text) ?? []
    // What is printed later is about an entry.
    if (this.#item.serial === 0 && name !== undefined && value !== undefined && !this.#facts.has(name))
      this.#facts.set(name, value)
  }

  #add(name: string | undefined, sentence: string): void {
    // Only that it failed; why stands in a line of its own, or nowhere.
    if (/^cannot open the file as/i.test(sentence) || sentence === this.#archivePath) return
    this.hasErrors = true
    if (harmless.test(sentence)) return
    const [code, message] = this.#meaning(name, sentence)
    const volume = /^(?:missing volume|can.t open volume) ?: (.*)$/i.exec(sentence)?.[1]
    this.#hasVolumes ||= volume !== undefined
    const subject = volume ?? name
    // 7-Zip says what is wrong with an archive when it opens it and once more with its properties.
    const key = volume ?? message
    const isAboutArchive = volume !== undefined || subject === undefined
    if (isAboutArchive && this.#said.has(key)) return
    if (isAboutArchive) this.#said.add(key)
    const { serial } = this.#item
    this.#problems.push({ serial, ...(subject === undefined ? {} : { name: subject }), code, message })
  }

  #meaning(name: string | undefined, sentence: string): readonly [MemberFault, string] {
    const [, code, message] = meanings.find(([phrase]) => phrase.test(sentence)) ?? []
    // Where there are volumes, a file of which only a part is here looks damaged.
    if (
      code === 'damaged' &&
      name !== undefined &&
      (this.#hasVolumes || this.#facts.get('Multivolume') === '+')
    ) {
      return ['missing-volume', 'is damaged, or a part of it is in another volume']
    }
    return code === undefined || message === undefined
      ? ['damaged', sentence.slice(0, 100).toLowerCase()]
      : [code, message]
  }
}
