// Web shells in JSP, JSPX and Java: what of the request reaches the running of commands, classes, expressions, files.

import { type Evidence, quote } from '../../evidence.ts'
import { codeOf } from './blocks.ts'
import { judgeTraits, type Trait } from './traits.ts'
import { followRequest, type Flow, type Sources } from './flow.ts'
import { closing, foldTexts, word, type Words, wordsOf } from './words.ts'

const set = (list: string): ReadonlySet<string> => new Set(list.split(' '))

const sources: Sources = {
  names: set('param'),
  methods: set(
    'getParameter getParameterValues getParameterMap getHeader getHeaders getInputStream getReader getCookies getQueryString getPart getParts getParameterNames getRequestBody',
  ),
  cleaners: set(
    'equals equalsIgnoreCase parseInt parseLong length size isEmpty startsWith endsWith indexOf contains hashCode compareTo',
  ),
}

/** What a method does with the request's data, and with what else. */
interface Sink {
  readonly kind: string
  readonly words: string
  /** With the request's data, and with anything else that is not known. */
  readonly fed: number
  readonly unfed: number
  /** The words that must stand in the page as well. */
  readonly beside?: RegExp
  readonly technique?: string
}

const sinks: Readonly<Record<string, Sink>> = {
  exec: {
    kind: 'command',
    words: 'a command',
    fed: 94,
    unfed: 68,
    beside: /Runtime|getRuntime/,
    technique: 'T1059',
  },
  ProcessBuilder: { kind: 'command', words: 'a command', fed: 94, unfed: 66, technique: 'T1059' },
  command: {
    kind: 'command',
    words: 'a command',
    fed: 93,
    unfed: 40,
    beside: /ProcessBuilder/,
    technique: 'T1059',
  },
  defineClass: { kind: 'class', words: 'a class that is made from bytes', fed: 96, unfed: 80 },
  defineAnonymousClass: { kind: 'class', words: 'a class that is made from bytes', fed: 96, unfed: 80 },
  URLClassLoader: { kind: 'class', words: 'classes that are loaded', fed: 90, unfed: 50 },
  loadClass: { kind: 'class', words: 'a class that is loaded', fed: 85, unfed: 20 },
  createValueExpression: { kind: 'expression', words: 'an expression', fed: 92, unfed: 30 },
  parseExpression: { kind: 'expression', words: 'an expression', fed: 92, unfed: 30 },
  evaluateExpression: { kind: 'expression', words: 'an expression', fed: 92, unfed: 30 },
  XMLDecoder: { kind: 'decoder', words: 'an object that is decoded', fed: 92, unfed: 55 },
  ObjectInputStream: { kind: 'decoder', words: 'an object that is decoded', fed: 85, unfed: 15 },
  lookup: {
    kind: 'lookup',
    words: 'a name that is looked up',
    fed: 85,
    unfed: 5,
    beside: /InitialContext|jndi/i,
  },
  setDataSourceName: { kind: 'lookup', words: 'a name that is looked up', fed: 90, unfed: 40 },
  eval: {
    kind: 'expression',
    words: 'a script',
    fed: 95,
    unfed: 55,
    beside:
      /ScriptEngine|ELProcessor|getEngineBy|Groovy|javax\.script|JShell|bsh\.|Interpreter|MVEL|Nashorn/i,
  },
  invoke: {
    kind: 'reflection',
    words: 'a method that is called by reflection',
    fed: 80,
    unfed: 10,
    beside: /forName|getDeclaredMethod|getMethod/,
  },
  Expression: {
    kind: 'reflection',
    words: 'a method that is called by its name',
    fed: 88,
    unfed: 30,
    beside: /java\.beans/,
  },
  start: {
    kind: 'process',
    words: 'a process',
    fed: 60,
    unfed: 12,
    beside: /ProcessImpl|ProcessBuilder|UNIXProcess/,
  },
  executeQuery: { kind: 'sql', words: 'a query', fed: 42, unfed: 0 },
  executeUpdate: { kind: 'sql', words: 'a query', fed: 42, unfed: 0 },
  execute: { kind: 'sql', words: 'a query', fed: 38, unfed: 0, beside: /DriverManager|java\.sql/ },
  getConnection: {
    kind: 'connects',
    words: 'a database connection',
    fed: 40,
    unfed: 0,
    beside: /DriverManager/,
  },
  URL: {
    kind: 'fetches',
    words: 'an address that is fetched',
    fed: 44,
    unfed: 0,
    beside: /openConnection|openStream/,
    technique: 'T1090',
  },
  Socket: { kind: 'socket', words: 'a connection', fed: 62, unfed: 15, technique: 'T1090' },
  InetSocketAddress: { kind: 'socket', words: 'a connection', fed: 62, unfed: 10, technique: 'T1090' },
}

/** Files that are written. */
const writers = set(
  'FileOutputStream FileWriter RandomAccessFile PrintWriter newOutputStream newBufferedWriter write writeBytes copy FileHandler DiskFile transferTo writeTo println print info log warning severe fine',
)
const opens = set('FileOutputStream FileWriter RandomAccessFile PrintWriter newOutputStream FileHandler')

const traits: readonly Trait[] = [
  { words: 'runs commands', weight: 30, text: /getRuntime\s*\(\s*\)|ProcessBuilder|ProcessImpl|UNIXProcess/ },
  {
    words: 'names command interpreters',
    weight: 25,
    text: /cmd(?:\.exe)?\s*["']?\s*[,/]|\/bin\/(?:ba)?sh|cmd\.exe|"cmd|powershell/,
  },
  { words: 'lists folders', weight: 14, text: /listFiles\s*\(|listRoots\s*\(|\.list\s*\(\s*\)/ },
  {
    words: 'deletes and renames files',
    weight: 12,
    text: /\.delete\s*\(\s*\)|renameTo\s*\(|mkdirs?\s*\(|setLastModified/,
    least: 2,
  },
  {
    words: 'writes files',
    weight: 10,
    text: /new\s+(?:java\.io\.)?(?:FileOutputStream|FileWriter|RandomAccessFile)/,
  },
  { words: 'packs files', weight: 6, text: /ZipOutputStream|ZipEntry/ },
  { words: 'talks to databases', weight: 8, text: /DriverManager\s*\.\s*getConnection|java\.sql/ },
  {
    words: 'opens sockets',
    weight: 10,
    text: /new\s+(?:java\.net\.)?(?:Server)?Socket\s*\(|SocketChannel|AsynchronousSocketChannel/,
  },
  {
    words: 'asks what system it is on',
    weight: 9,
    text: /getProperty\s*\(\s*"(?:os|user|java)\.(?:name|dir|home|version)"/,
  },
  {
    words: 'loads classes from bytes',
    weight: 40,
    text: /defineClass|extends\s+ClassLoader|URLClassLoader|\$\$BCEL\$\$|bcel/,
  },
  { words: 'decrypts', weight: 10, text: /Cipher\s*\.\s*getInstance|SecretKeySpec/ },
  {
    words: 'decodes Base64',
    weight: 8,
    text: /BASE64Decoder|Base64\s*\.\s*getDecoder|decodeBuffer|parseBase64Binary|util\.Base64/,
  },
  {
    words: 'uses reflection',
    weight: 10,
    text: /getDeclaredMethod|getMethod\s*\(|setAccessible|sun\.misc\.Unsafe|MethodAccessor|ReflectionFactory/,
  },
  {
    words: 'registers itself inside the server',
    weight: 40,
    text: /addFilterMap|FilterDef|StandardContext|addServletMapping|WebappClassLoaderBase|ServerEndpointConfig|addApplicationEventListener/,
  },
  {
    words: 'calls itself a shell',
    weight: 22,
    text: /web\s?shell|jsp\s?(?:spy|shell)|\bbackdoor|h[a4]ck|木马|reGeorg/i,
  },
  {
    words: 'compares a password',
    weight: 8,
    text: /(?:pwd|passw(?:or)?d|pass)\w*"?\s*\)?\s*\.\s*equals|equals\s*\(\s*(?:pwd|passw(?:or)?d|pass)/i,
  },
  { words: 'compiles Java', weight: 30, text: /ToolProvider|JavaCompiler/ },
  {
    words: 'lists the tables of a database',
    weight: 24,
    text: /\.getTables\s*\(|user_tab(?:le)?s?_|from user_tables|information_schema|show tables|sysobjects/i,
  },
  { words: 'reads whole tables', weight: 26, text: /select \* from\s{0,3}["'`]\s*\+/i },
  { words: 'writes tables out', weight: 24, text: /insert into\s{0,3}["'`]?\s*\+/i },
  {
    words: 'tries addresses in turn',
    weight: 24,
    text: /lastIndexOf\s*\(\s*"\."\s*\)\s*\+\s*1\s*\)|<=?\s*25[4-6]\s*;/,
  },
  {
    words: 'works in many threads',
    weight: 10,
    text: /extends Thread\b|new Thread\s*\(|ThreadGroup|Executors\./,
  },
  {
    words: 'answers WebSocket messages',
    weight: 24,
    text: /MessageHandler|@OnMessage|extends\s+Endpoint\b/,
  },
  { words: 'asks other hosts', weight: 14, text: /openConnection\s*\(|isReachable\s*\(|InetAddress/ },
]

export function analyseJsp(text: string, evidence: Evidence): void {
  const unescaped = unescapeUnicode(text, evidence)
  const isSource = !/<%|<jsp:/.test(unescaped)
  const code = isSource ? unescaped : codeOf(unescaped, false)
  const words = wordsOf(code, 'c')
  foldTexts(words, 'c')
  const flow = followRequest(words, sources)
  const answers = new Map<RegExp, boolean>()
  const present = (pattern: RegExp): boolean => {
    const answer = answers.get(pattern) ?? pattern.test(unescaped)
    answers.set(pattern, answer)
    return answer
  }
  for (let at = 0; at < words.kinds.length - 1; at++) {
    if (words.kinds[at] === word.name && words.values[at + 1] === '(')
      judgeCall(words, { at, present, flow }, evidence)
    else if (words.kinds[at] === word.text) judgeText(words, at, evidence)
  }
  judgeWrites(words, flow, evidence)
  judgeAttributes(unescaped, evidence)
  judgeTraits(traits, unescaped, evidence, { least: 3, limit: 88, atLeastScore: 40 })
}

/** What is done with a file or folder that the request names; each alone is an oversight. */
const fileUses: Readonly<Record<string, { kind: string; score: number; words: string; isMethod?: true }>> = {
  File: { kind: 'reads', score: 30, words: 'names a file or folder' },
  FileInputStream: { kind: 'shows', score: 36, words: 'names the file that is read' },
  FileReader: { kind: 'shows', score: 36, words: 'names the file that is read' },
  listFiles: { kind: 'lists', score: 44, words: 'names the folder that is listed', isMethod: true },
  list: { kind: 'lists', score: 44, words: 'names the folder that is listed', isMethod: true },
  delete: { kind: 'changes', score: 40, words: 'names what is deleted', isMethod: true },
  renameTo: { kind: 'changes', score: 40, words: 'names what is renamed', isMethod: true },
}

/** `path.contains("..")`: what the request names stays below a folder. */
const looksForParents = /(?:contains|indexOf|startsWith|matches|replace\w*)\s{0,3}\(\s{0,3}"[^"\n]{0,9}\.\./

function judgeFolder(words: Words, at: number, flow: Flow, evidence: Evidence): void {
  const name = words.values[at]!
  const use = Object.hasOwn(fileUses, name) ? fileUses[name] : undefined
  if (use === undefined) return
  const before = words.values[at - 1]
  if (use.isMethod === true ? before !== '.' : before !== 'new' && before !== '.') return
  const by =
    use.isMethod === true
      ? flow.carries(at - 2, at - 1)
      : flow.carries(at + 2, closing(words.values, at + 1, words.values.length))
  if (by === undefined) return
  const { kind, score } = use
  evidence.add({ kind, score, offset: words.starts[at]!, sentence: `${by} ${use.words}`, technique: 'T1083' })
}

interface Place {
  readonly at: number
  /** Does the page hold this? */
  readonly present: (pattern: RegExp) => boolean
  readonly flow: Flow
}

function judgeCall(words: Words, { at, present, flow }: Place, evidence: Evidence): void {
  const name = words.values[at]!
  const sink = Object.hasOwn(sinks, name) ? sinks[name] : undefined
  if (!present(looksForParents)) judgeFolder(words, at, flow, evidence)
  if (sink === undefined || (sink.beside !== undefined && !present(sink.beside))) return
  // A declaration, not a call.
  if (words.values[at - 1] === 'void' || words.values[at - 1] === 'class') return
  const end = closing(words.values, at + 1, words.values.length)
  const by = flow.carries(at + 2, end)
  const score = by === undefined ? sink.unfed : sink.fed
  if (score === 0) return
  const sentence = by === undefined ? `${name}: ${sink.words}` : `${by} reaches ${name}: ${sink.words}`
  evidence.add({
    kind: sink.kind,
    score,
    offset: words.starts[at]!,
    sentence,
    ...(sink.technique === undefined ? {} : { technique: sink.technique }),
  })
}

const hiddenNames =
  /^(?:java\.lang\.(?:Runtime|ProcessBuilder|ProcessImpl|UNIXProcess|ClassLoader)|getRuntime|defineClass|java\.lang\.Process.*|javax\.script\.ScriptEngineManager)$/

function judgeText({ values, starts, kinds }: Words, at: number, evidence: Evidence): void {
  const value = values[at]!
  const offset = starts[at]!
  if (hiddenNames.test(value)) {
    evidence.add({
      kind: 'named',
      score: 68,
      offset,
      sentence: `“${quote(value)}” is reached by its name`,
      technique: 'T1027',
    })
  } else if (/getRuntime\(\)|Runtime\.getRuntime|ProcessBuilder/.test(value.slice(0, 2000))) {
    evidence.add({
      kind: 'named',
      score: 70,
      offset,
      sentence: `a text is code that runs commands: “${quote(value)}”`,
      technique: 'T1027',
    })
  } else if (value.startsWith('yv66vg') || value.startsWith('$$BCEL$$')) {
    evidence.add({
      kind: 'bytecode',
      score: 82,
      offset,
      sentence: 'a compiled class lies in a text',
      technique: 'T1027',
    })
  } else if (value.length > 2000 && /^[A-Za-z0-9+/=\s]+$/.test(value.slice(0, 200)) && kinds.length > 0) {
    evidence.add({ kind: 'blob', score: 30, offset, sentence: 'a long encoded text', technique: 'T1027' })
  }
}

const attributeCode = /<jsp:\w{1,20}\s[^>]{0,80}=\s{0,3}"\\"\s{0,3}\+/

/** A text that ends the one that the page's compiler makes of an attribute, so that what follows is code. */
function judgeAttributes(text: string, evidence: Evidence): void {
  const offset = text.search(attributeCode)
  if (offset < 0) return
  evidence.add({
    kind: 'attribute',
    score: /getParameter|getHeader|exec\(|ProcessBuilder/.test(text) ? 92 : 70,
    offset,
    sentence: 'code stands in an attribute of an element',
    technique: 'T1027',
  })
}

function judgeWrites(words: Words, flow: Flow, evidence: Evidence): void {
  let named: { by: string; offset: number } | undefined
  let fed: string | undefined
  for (let at = 0; at < words.kinds.length - 1; at++) {
    const name = words.values[at]!
    if (words.kinds[at] !== word.name || words.values[at + 1] !== '(' || !writers.has(name)) continue
    const by = flow.carries(at + 2, closing(words.values, at + 1, words.values.length))
    if (by === undefined) continue
    if (opens.has(name)) named ??= { by, offset: words.starts[at]! }
    else if (words.values[at - 2] !== 'out') fed ??= by
  }
  if (named === undefined) return
  const score = fed === undefined ? 45 : 70
  const sentence =
    fed === undefined
      ? `${named.by} names a file that is written`
      : `${fed} is written to a file that ${named.by} names`
  evidence.add({ kind: 'write', score, offset: named.offset, sentence, technique: 'T1105' })
}

/** Java's source may be written in `\u0065` throughout; nobody does so for ASCII letters who has nothing to hide. */
function unescapeUnicode(text: string, evidence: Evidence): string {
  if (!text.includes('\\u00')) return decodeEntities(text)
  let letters = 0
  let first = -1
  const decoded = text.replaceAll(/\\u+00([0-7][0-9a-fA-F])/g, (_, hex: string, offset: number) => {
    const letter = String.fromCharCode(Number.parseInt(hex, 16))
    if (/[a-zA-Z]/.test(letter)) letters++
    if (first < 0) first = offset
    return letter
  })
  if (letters > 20) {
    evidence.add({
      kind: 'escapes',
      score: 66,
      offset: first,
      sentence: 'the code is written in numbers of letters',
      technique: 'T1027',
    })
  }
  return decodeEntities(decoded)
}

/** In a JSPX the code is XML text. */
function decodeEntities(text: string): string {
  if (!text.includes('<jsp:')) return text
  const plain = text.replaceAll('<![CDATA[', '         ').replaceAll(']]>', '   ')
  return plain
    .replaceAll(/&#(?:x([0-9a-fA-F]{1,4})|(\d{1,5}));/g, (_, hex?: string, decimal?: string) =>
      String.fromCharCode(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)),
    )
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
}
