// Files and folders in pages of ASP and ASP.NET: what the request names is listed, read, changed, or written with what
// it says.

import { type Evidence, quote } from '../../evidence.ts'
import { type Flow } from './flow.ts'
import { argumentsOf, type Syntax, word, type Words } from './words.ts'

const set = (list: string): ReadonlySet<string> => new Set(list.split(' '))

interface Code {
  readonly syntax: Syntax
  readonly evidence: Evidence
  readonly layer: number
  /** Where decoded code stands in the page. */
  readonly at: number
}

export const uploadChecks = /extension|\.EndsWith|ContentType|allow|fileType|suffix|\.jpe?g\b/i

const basicReads: Readonly<Record<string, { kind: string; words: string }>> = {
  getfolder: { kind: 'lists', words: 'names the folder that is listed' },
  opentextfile: { kind: 'reads', words: 'names the file that is opened' },
  loadfromfile: { kind: 'reads', words: 'names the file that is read' },
  getfile: { kind: 'reads', words: 'names the file that is looked at' },
  deletefile: { kind: 'changes', words: 'names what is deleted' },
  deletefolder: { kind: 'changes', words: 'names what is deleted' },
  copyfile: { kind: 'changes', words: 'names what is copied' },
  movefile: { kind: 'changes', words: 'names what is moved' },
  copyfolder: { kind: 'changes', words: 'names what is copied' },
}

/** Alone they are oversights, together a file manager. */
const pathScore = 40

const basicWriters = set('write writeline writetext')
const basicFiles = set('createtextfile opentextfile savetofile')

interface FileJudging extends Code {
  readonly code: string
}

/** A page that does nothing else; part of a program, it would be surrounded by one. */
const smallPage = 1600
/** The page itself, by one of the server's variables. */
const ownPath = /servervariables\s{0,3}\(\s{0,3}"(?:script_name|path_info|url|path_translated)"/i

export function judgeFiles(
  words: Words,
  flow: Flow,
  { syntax, evidence, layer, at: outer, code }: FileJudging,
): void {
  if (syntax !== 'basic') return judgeNetFiles(words, flow, { evidence, layer, at: outer, syntax })
  let named: { by: string; offset: number; isWhole: boolean } | undefined
  let content: string | undefined
  for (let at = 1; at < words.kinds.length; at++) {
    const name = words.values[at]!
    if (words.kinds[at] !== word.name || words.values[at - 1] !== '.') continue
    const isFile = basicFiles.has(name)
    judgeRead(words, at, { flow, evidence, offset: layer === 0 ? words.starts[at]! : outer })
    if (!isFile && !basicWriters.has(name)) continue
    const { from, to } = argumentsOf(words, at)
    const by = flow.carries(from, to) ?? (isFile ? scriptNamed(words, from, to) : undefined)
    if (by === undefined) continue
    if (isFile)
      named ??= {
        by,
        offset: words.starts[at]!,
        isWhole: words.values[from] !== 'server' || by.startsWith('“'),
      }
    else if (words.values[at - 2] !== 'response') content ??= by
  }
  if (named === undefined || content === undefined) return
  const isSmall = code.replaceAll(/\s+/g, '').length < smallPage
  const isUnchecked =
    ((isSmall || /binaryread/i.test(code)) && !uploadChecks.test(code)) || ownPath.test(code)
  evidence.add({
    kind: 'write',
    score: named.isWhole || isUnchecked ? 64 : 48,
    offset: layer === 0 ? named.offset : outer,
    sentence: `${content} is written to a file that ${named.by} names`,
    technique: 'T1105',
  })
}

function judgeRead(
  words: Words,
  at: number,
  { flow, evidence, offset }: { flow: Flow; evidence: Evidence; offset: number },
): void {
  const name = words.values[at]!
  const read = Object.hasOwn(basicReads, name) ? basicReads[name] : undefined
  if (read === undefined) return
  const { from, to } = argumentsOf(words, at)
  const by = flow.carries(from, to)
  if (by === undefined || words.values[from] === 'server') return
  evidence.add({
    kind: read.kind,
    score: pathScore,
    offset,
    sentence: `${by} ${read.words}`,
    technique: 'T1083',
  })
}

const netFiles =
  /^(?:StreamWriter|CreateText|FileStream|OpenWrite|WriteAllText|WriteAllBytes|AppendAllText|AppendText|File|FileInfo|CreateTextFile|SaveToFile|OpenTextFile)$/
const netContents = /^(?:Write|WriteLine|WriteText|WriteAllText|WriteAllBytes|AppendAllText)$/

/** A file whose name makes it a script. */
function scriptNamed({ kinds, values }: Words, from: number, to: number): string | undefined {
  for (let at = from; at < to; at++) {
    if (kinds[at] === word.text && /\.(?:as[apx]x?|ashx|cer|cdx|php|jsp)$/i.test(values[at]!))
      return `“${quote(values[at]!)}”`
  }
  return undefined
}

/** C# and JScript: a file that the request names, and what the request has written to it. */
function judgeNetFiles(words: Words, flow: Flow, { evidence, layer, at: outer }: Code): void {
  let named: { by: string; offset: number; isWhole: boolean } | undefined
  let content: string | undefined
  for (let at = 1; at < words.kinds.length; at++) {
    const name = words.values[at]!
    if (words.kinds[at] !== word.name || words.values[at + 1] !== '(') continue
    const isFile = netFiles.test(name)
    if (!isFile && !netContents.test(name)) continue
    const { from, to } = argumentsOf(words, at)
    const by = flow.carries(from, to)
    const script = isFile && name !== 'File' ? scriptNamed(words, from, to) : undefined
    if (script !== undefined)
      evidence.add({
        kind: 'script-file',
        score: 36,
        offset: layer === 0 ? words.starts[at]! : outer,
        sentence: `${script} is written`,
        technique: 'T1105',
      })
    if (by === undefined) continue
    if (isFile && named === undefined)
      named = { by, offset: words.starts[at]!, isWhole: words.values[from] !== 'Server' }
    else if (netContents.test(name) && words.values[at - 2]?.toLowerCase() !== 'response') content ??= by
  }
  if (named === undefined || content === undefined) return
  evidence.add({
    kind: 'write',
    score: named.isWhole ? 66 : 60,
    offset: layer === 0 ? named.offset : outer,
    sentence: `${content} is written to a file that ${named.by} names`,
    technique: 'T1105',
  })
}
