// Web shells in classic ASP (VBScript, JScript) and ASP.NET (C#, VB, JScript): the request's data that runs as code or
// command, COM objects and classes that run programs, files written from the request.

import type { Evidence } from '../../evidence.ts'
import { judgeClassIds, judgeText } from './asp-objects.ts'
import { judgeFetches } from './asp-fetch.ts'
import { judgeFiles, uploadChecks } from './asp-files.ts'
import { type AspKind, syntaxOf } from './asp-language.ts'
import { codeOf } from './blocks.ts'
import { followRequest, type Flow, type Sources } from './flow.ts'
import { decodeScripts } from './script-encoder.ts'
import { aspTraits, aspxTraits } from './asp-traits.ts'
import { judgeTraits } from './traits.ts'
import { argumentsOf, foldTexts, type Syntax, word, type Words, wordsOf } from './words.ts'

const set = (list: string): ReadonlySet<string> => new Set(list.split(' '))

const basicSources: Sources = {
  names: set('request'),
  methods: set('binaryread'),
  cleaners: set('cint clng cdbl len isempty isnumeric lenb instr instrrev ubound'),
}
const netSources: Sources = {
  names: set('Request request'),
  methods: set('Request Text Value InputStream BinaryRead FileName PostedFile FileBytes'),
  cleaners: set(
    'Length Equals ToInt32 Parse IndexOf Contains StartsWith EndsWith IsNullOrEmpty Count Cookies_ MapPath',
  ),
}

/** What a page put there or fetched before: code that is not in the file. */
const storeSources: Sources = {
  names: set('session Session'),
  methods: set(
    'responsebody responsetext ResponseText responseText Responsetext ResponseBody responseBody Responsebody DownloadString DownloadData responsestream',
  ),
  cleaners: basicSources.cleaners,
}

export function analyseAsp(text: string, kind: AspKind, evidence: Evidence): void {
  const plain = decodeScripts(text)
  const isWhole = /<%\s*@[^%]{0,120}\bClass\s{0,3}=/i.test(plain)
  const code = /<%|runat|msxsl:script/i.test(plain) ? codeOf(plain, isWhole) : plain
  const syntax = syntaxOf(plain, kind)
  judgeCode(code, { syntax, evidence, layer: 0, at: 0 })
  judgeClassIds(plain, evidence)
  judgeDownload(plain, evidence)
  judgeTraits(kind === 'asp' ? aspTraits : aspxTraits, plain, evidence, {
    least: 3,
    limit: 86,
    atLeastScore: 40,
  })
}

interface Code {
  readonly syntax: Syntax
  readonly evidence: Evidence
  readonly layer: number
  /** Where decoded code stands in the page. */
  readonly at: number
}

const maxLayers = 6

function judgeCode(code: string, context: Code): void {
  const words = wordsOf(code, context.syntax)
  foldTexts(words, context.syntax)
  const flow = followRequest(words, context.syntax === 'basic' ? basicSources : netSources)
  const stores = followRequest(words, storeSources)
  const judging = {
    ...context,
    flow,
    stores,
    constants: knownTexts(words),
    checksUploads: uploadChecks.test(code),
    makesProcess: words.values.some((value, at) => makesProcess.test(value) && words.values[at - 1] !== '<'),
  }
  for (let at = 0; at < words.kinds.length; at++) {
    const kind = words.kinds[at]
    if (kind === word.name) judgeName(words, at, judging)
    else if (kind === word.text) judgeText(words, at, context)
  }
  judgeFetches(words, { flow, stores, evidence: context.evidence, layer: context.layer, at: context.at })
  judgeFiles(words, flow, { ...context, code })
}

/** Names that are set once, to a text. */
function knownTexts({ kinds, values }: Words): ReadonlyMap<string, string> {
  const known = new Map<string, string>()
  const twice = new Set<string>()
  for (let at = 1; at < kinds.length - 1; at++) {
    if (values[at] !== '=' || kinds[at] !== word.mark || kinds[at - 1] !== word.name) continue
    const name = values[at - 1]!
    if (known.has(name) || kinds[at + 1] !== word.text) twice.add(name)
    else known.set(name, values[at + 1]!)
  }
  for (const name of twice) {
    const text = known.get(name)
    known.delete(name)
    if (text !== undefined && text.length > 30) known.set(`${name} once`, text)
  }
  return known
}

interface Judging extends Code {
  readonly flow: Flow
  readonly stores: Flow
  /** The page looks at what kind of file is uploaded. */
  readonly checksUploads: boolean
  /** It makes objects that start programs. */
  readonly makesProcess: boolean
  readonly constants: ReadonlyMap<string, string>
}

const basicConnects = set('open connectionstring')
const executors = set('eval execute executeglobal')

function judgeName(words: Words, at: number, judging: Judging): void {
  const { values } = words
  const name = values[at]!
  const lower = name.toLowerCase()
  if (basicConnects.has(lower) && values[at - 1] === '.') judgeConnection(words, at, judging)
  if (lower === 'execute' && values[at - 1] === '.') judgeQuery(words, at, judging)
  if (name === 'eval' && judging.syntax === 'c' && isHandedOn(values, at)) judgeAlias(words, at, judging)
  else if (executors.has(lower) && values[at - 1] !== '.' && values[at + 1] !== '=')
    judgeExecute(words, at, judging)
  else if (judging.syntax === 'basic') judgeBasic(words, at, judging)
  if (Object.hasOwn(netSinks, lower)) judgeNet(words, at, judging)
  if (processInputs.has(name)) judgeProcess(words, at, judging)
}

const processInputs = set('FileName Arguments WriteLine Write')
const makesProcess = /^(?:Process|ProcessStartInfo)$/

/** `p.StartInfo.Arguments = Request["x"]`, `p.StandardInput.WriteLine(x)`. */
function judgeProcess(words: Words, at: number, judging: Judging): void {
  const { values, starts } = words
  if (values[at - 1] !== '.' || !judging.makesProcess) return
  const isInput = values[at]!.startsWith('Write')
  if (isInput ? values[at - 2] !== 'StandardInput' : values[at + 1] !== '=') return
  const { from, to } = argumentsOf(words, isInput ? at : at + 1)
  const by = judging.flow.carries(from, to)
  if (by === undefined) return
  judging.evidence.add({
    kind: 'command',
    score: 93,
    offset: judging.layer === 0 ? starts[at]! : judging.at,
    sentence: `${by} is what a started program is given`,
    technique: 'T1059',
  })
}

/** `{ run: eval }`, `f = eval;`: the function itself, not what it returns. */
function isHandedOn(values: readonly string[], at: number): boolean {
  return /^[:=,([]$/.test(values[at - 1] ?? '') && /^[;,})\]]$/.test(values[at + 1] ?? '')
}

function judgeAlias({ starts }: Words, at: number, { evidence, layer, at: outer }: Judging): void {
  evidence.add({
    kind: 'alias',
    score: 66,
    offset: layer === 0 ? starts[at]! : outer,
    sentence: 'eval is called under another name',
    technique: 'T1027',
  })
}

/** `.Open "…" & Request(…)`, `.ConnectionString = box.Text`: any database that the request names. */
function judgeConnection(words: Words, at: number, { flow, evidence, layer, at: outer }: Judging): void {
  const isProperty = words.values[at + 1] === '='
  const { from, to } = argumentsOf(words, isProperty ? at + 1 : at)
  const given = words.values.slice(from, Math.min(to, from + 60)).join(' ')
  if (!/conn|^db$/i.test(words.values[at - 2] ?? '') && !/provider|driver|dsn|uid\s?=/i.test(given)) return
  const by = flow.carries(from, to)
  if (by === undefined) return
  const offset = layer === 0 ? words.starts[at]! : outer
  evidence.add({ kind: 'connects', score: 44, offset, sentence: `${by} names the database that is opened` })
}

function judgeQuery(words: Words, at: number, { flow, evidence, layer, at: outer }: Judging): void {
  const { from, to } = argumentsOf(words, at)
  // A whole query, not one that begins in the page.
  if (words.kinds[from] === word.text) return
  const by = flow.carries(from, to)
  if (by === undefined) return
  const offset = layer === 0 ? words.starts[at]! : outer
  evidence.add({ kind: 'sql', score: 34, offset, sentence: `${by} is run as a query` })
}

function judgeExecute(words: Words, at: number, judging: Judging): void {
  const { kinds, values, starts } = words
  const { flow, evidence, constants, layer } = judging
  const { from, to } = argumentsOf(words, at)
  const name = values[at]!
  const offset = layer === 0 ? starts[at]! : judging.at
  const by = flow.carries(from, to)
  if (by !== undefined) {
    const head = kinds[from] === word.text ? values[from]! : ''
    // `Execute("x = rs(" & Request(…) & ")")`: a value inside fixed code.
    const isInside = head.length > 8 && !/[;:\n]\s*$/.test(head)
    evidence.add({
      kind: 'code',
      score: isInside ? 40 : 95,
      offset,
      sentence: `${by} reaches ${name}`,
      technique: 'T1059.005',
    })
    return
  }
  if (to - from === 0) return
  const known =
    kinds[from] === word.text && to - from === 1
      ? values[from]
      : constants.get(to - from === 1 ? values[from]! : '')
  if (known !== undefined) {
    if (layer < maxLayers && /\(|\brequest\b/i.test(known))
      judgeCode(known, { ...judging, layer: layer + 1, at: offset })
    return
  }
  if (name === 'eval' && judging.syntax === 'c' && countArguments(values, from, to) === 2) {
    evidence.add({
      kind: 'hidden-code',
      score: 66,
      offset,
      sentence: 'eval runs without restrictions what the page puts together',
      technique: 'T1027',
    })
    return
  }
  const store = judging.stores.carries(from, to)
  if (store !== undefined) {
    evidence.add({
      kind: 'code',
      score: 64,
      offset,
      sentence: `${name} runs code that is not in the file: ${store}`,
      technique: 'T1027',
    })
    return
  }
  const isDecoded =
    kinds[from] === word.name && values[from + 1] === '(' && hasLongText(words, { from, to }, constants)
  if (isDecoded) {
    evidence.add({
      kind: 'hidden-code',
      score: 72,
      offset,
      sentence: `${name} runs code that a function of the page decodes`,
      technique: 'T1027',
    })
  }
}

function countArguments(values: readonly string[], from: number, to: number): number {
  let depth = 0
  let count = 1
  for (let at = from; at < to; at++) {
    const value = values[at]!
    if (value === '(' || value === '[') depth++
    else if (value === ')' || value === ']') depth--
    else if (value === ',' && depth === 0) count++
  }
  return count
}

/** Shorter texts are the names of settings. */
const leastHidden = 20

function hasLongText(
  { kinds, values }: Words,
  { from, to }: { from: number; to: number },
  constants: ReadonlyMap<string, string>,
): boolean {
  for (let at = from; at < to; at++) {
    const text =
      kinds[at] === word.text
        ? values[at]
        : (constants.get(values[at]!) ?? constants.get(`${values[at]} once`))
    // Paths and names are what is included or looked up.
    if (text !== undefined && text.length > leastHidden && !/^[\w.\s/\\:-]*$/.test(text.slice(0, 80)))
      return true
  }
  return false
}

const runners = set('run exec shellexecute')

function judgeBasic(words: Words, at: number, judging: Judging): void {
  const { values, starts } = words
  const { flow, evidence, layer } = judging
  const name = values[at]!
  const offset = layer === 0 ? starts[at]! : judging.at
  if (runners.has(name) && values[at - 1] === '.') {
    const { from, to } = argumentsOf(words, at)
    const by = flow.carries(from, to)
    if (by !== undefined)
      evidence.add({
        kind: 'command',
        score: 93,
        offset,
        sentence: `${by} reaches .${name}`,
        technique: 'T1059.003',
      })
    else if (name !== 'run')
      evidence.add({
        kind: 'command',
        score: 45,
        offset,
        sentence: `.${name} starts a program`,
        technique: 'T1059.003',
      })
  } else if (name === 'createobject' || name === 'getobject') {
    const { from, to } = argumentsOf(words, at)
    const by = flow.carries(from, to)
    if (by !== undefined)
      evidence.add({ kind: 'object', score: 50, offset, sentence: `${by} names an object that is made` })
  } else if (name === 'addcode' || name === 'executestatement') {
    const { from, to } = argumentsOf(words, at)
    const by = flow.carries(from, to)
    const known = to - from === 1 && words.kinds[from] === word.text ? values[from]! : ''
    if (layer < maxLayers && /\(|\brequest\b/i.test(known))
      judgeCode(known, { ...judging, syntax: 'basic', layer: layer + 1, at: offset })
    if (by !== undefined)
      evidence.add({
        kind: 'code',
        score: 94,
        offset,
        sentence: `${by} reaches ${name}`,
        technique: 'T1059.005',
      })
  }
}

interface NetSink {
  readonly kind: string
  readonly words: string
  readonly fed: number
  readonly unfed: number
  readonly after?: RegExp
}

const netSinks: Readonly<Record<string, NetSink>> = {
  start: { kind: 'command', words: 'starts a program', fed: 93, unfed: 62, after: /^process$/i },
  processstartinfo: { kind: 'command', words: 'starts a program', fed: 92, unfed: 62 },
  load: { kind: 'class', words: 'loads a program from bytes', fed: 94, unfed: 60, after: /^assembly$/i },
  compileassemblyfromsource: { kind: 'class', words: 'compiles code', fed: 92, unfed: 64 },
  createinstance: { kind: 'class', words: 'makes an object by its name', fed: 55, unfed: 0 },
  addscript: { kind: 'command', words: 'runs PowerShell', fed: 93, unfed: 66 },
  writealltext: { kind: 'write', words: 'writes a file', fed: 62, unfed: 0 },
  writeallbytes: { kind: 'write', words: 'writes a file', fed: 62, unfed: 0 },
  streamwriter: { kind: 'write', words: 'writes a file', fed: 60, unfed: 0 },
  createtext: { kind: 'write', words: 'writes a file', fed: 58, unfed: 0 },
  saveas: { kind: 'upload', words: 'stores an uploaded file', fed: 61, unfed: 10 },
  writefile: { kind: 'reads', words: 'shows a file', fed: 40, unfed: 0 },
  transmitfile: { kind: 'reads', words: 'shows a file', fed: 40, unfed: 0 },
  getdirectories: { kind: 'lists', words: 'lists a folder', fed: 40, unfed: 0 },
  getfiles: { kind: 'lists', words: 'lists a folder', fed: 40, unfed: 0 },
  directoryinfo: { kind: 'lists', words: 'lists a folder', fed: 40, unfed: 0 },
  delete: { kind: 'changes', words: 'deletes a file', fed: 38, unfed: 0 },
  deserialize: { kind: 'decoder', words: 'decodes an object', fed: 80, unfed: 0 },
  loadxml: { kind: 'xml', words: 'reads a document', fed: 20, unfed: 0 },
  frombase64string: { kind: 'decodes', words: 'decodes Base64', fed: 20, unfed: 5 },
  sqlcommand: { kind: 'sql', words: 'runs a query', fed: 34, unfed: 0 },
  sqlconnection: { kind: 'connects', words: 'connects to a database', fed: 40, unfed: 0 },
  connect: { kind: 'socket', words: 'connects', fed: 62, unfed: 5 },
  tcpclient: { kind: 'socket', words: 'connects', fed: 62, unfed: 5 },
  ipendpoint: { kind: 'socket', words: 'names where to connect', fed: 50, unfed: 0 },
}

function judgeNet(words: Words, at: number, judging: Judging): void {
  const { values, starts } = words
  const { flow, evidence, layer } = judging
  const sink = netSinks[values[at]!.toLowerCase()]!
  if (values[at + 1] !== '(') return
  if (
    sink.after !== undefined &&
    !(values[at - 1] === '.' && sink.after.test(values[at - 2] ?? '')) &&
    !/process|^p$|myprocess/i.test(sink.kind === 'command' ? (values[at - 2] ?? '') : '') &&
    !(
      judging.makesProcess &&
      sink.kind === 'command' &&
      sink.after.source.includes('process') &&
      values[at + 2] === ')'
    )
  )
    return
  const { from, to } = argumentsOf(words, at)
  const by = flow.carries(from, to)
  const fed = sink.kind === 'upload' && judging.checksUploads ? 30 : sink.fed
  const score = by === undefined ? sink.unfed : fed
  if (score === 0) return
  const offset = layer === 0 ? starts[at]! : judging.at
  const sentence =
    by === undefined ? `${values[at]} ${sink.words}` : `${by} reaches ${values[at]}, which ${sink.words}`
  evidence.add({
    kind: sink.kind,
    score,
    offset,
    sentence,
    technique: sink.kind === 'command' ? 'T1059' : 'T1505.003',
  })
}

/** A page that fetches another script, or is written in an encoding that nobody reads. */
function judgeDownload(text: string, evidence: Evidence): void {
  const saved = /savetofile[\s(]{1,3}[^\n]{0,80}\.as(?:p|px|a|hx)\b/i.exec(text)
  if (saved !== null && /xmlhttp/i.test(text)) {
    evidence.add({
      kind: 'download',
      score: 62,
      offset: saved.index,
      sentence: 'what another host sends is stored as a script',
      technique: 'T1105',
    })
  }
  const utf7 = /codepage\s{0,3}=\s{0,3}["']?65000/i.exec(text)
  if (utf7 !== null)
    evidence.add({
      kind: 'encoding',
      score: 66,
      offset: utf7.index,
      sentence: 'the page is written in UTF-7',
      technique: 'T1027',
    })
}
