// Perl, Python, Ruby and Node scripts that run what a request says: line by line, names that carry the request's data
// are followed; no parser, because shells in these languages are few and plain.

import type { Evidence } from '../evidence.ts'
import type { CgiKind } from './gates.ts'
import { judgeTraits, type Trait } from './pages/traits.ts'

interface Rules {
  readonly source: RegExp
  /** The name that a line sets. */
  readonly target: RegExp
  /** What runs a command or code, with what it is given. */
  readonly sinks: readonly RegExp[]
}

const rules: Readonly<Record<CgiKind, Rules>> = {
  Perl: {
    source:
      /\bparam\s{0,3}\(|\$(?:in|query|FORM|param|input|q|cgi)\b\s{0,3}(?:\{|->)|QUERY_STRING|read\s{0,3}\(\s{0,3}STDIN|getline|<\$\w+>/i,
    target: /(?:^|[;{\s])(?:my|our|local)?\s{0,3}\(?[$@%](\w{1,60})[^=]{0,40}=(?![=~])/,
    sinks: [
      /\b(?:system|exec|eval)\b\s{0,3}\(?(.{1,300})/,
      /`(.{1,300})`/,
      /\bopen\s{0,3}\(?\s{0,3}\w+\s{0,3},\s{0,3}(.{0,200}\|.{0,20})/,
      /\bqx\s{0,3}.(.{1,300})/,
    ],
  },
  Python: {
    source:
      /\.getvalue\s{0,3}\(|FieldStorage|request\.(?:args|form|values|data|GET|POST|json)|QUERY_STRING|rfile\.read|\.recv\s{0,3}\(/,
    target: /^\s{0,80}(\w{1,60})\s{0,3}=(?!=)/,
    sinks: [
      /\b(?:os\.system|os\.popen|os\.popen[234]|commands\.getoutput|commands\.getstatusoutput|subprocess\.\w+|exec|eval|popen)\s{0,3}\((.{1,300})/,
    ],
  },
  Ruby: {
    source: /\bparams\s{0,3}\[|cgi\s{0,3}\[|QUERY_STRING|\.gets\b/,
    target: /^\s{0,80}(\w{1,60})\s{0,3}=(?!=)/,
    sinks: [/\b(?:system|exec|eval|IO\.popen|Open3\.\w+)\b\s{0,3}\(?(.{1,300})/, /`(.{1,300})`/],
  },
  Node: {
    source: /\breq(?:uest)?\.(?:query|body|params|headers|url|cookies)|url\.parse\s{0,3}\(|searchParams/,
    target: /(?:const|let|var)?\s{0,3}\{?\s{0,3}(\w{1,60})\s{0,3}\}?\s{0,3}=(?!=)/,
    sinks: [
      /(?:child_process[^.]{0,20}\.|\bcp\.|\b)(?:exec|execSync|spawn|spawnSync|execFile|eval|runInNewContext|runInThisContext)\s{0,3}\((.{1,300})/,
    ],
  },
}

const traits: readonly Trait[] = [
  {
    words: 'runs commands',
    weight: 20,
    text: /\bsystem\s?\(|\bexec\s?\(|`[^`\n]{2,80}`|popen|getoutput|child_process/,
  },
  { words: 'answers requests', weight: 10, text: /Content-type:\s?text\/html|QUERY_STRING|CONTENT_LENGTH/i },
  { words: 'names command interpreters', weight: 14, text: /\/bin\/(?:ba)?sh|cmd\.exe|command\.com/ },
  { words: 'has a console', weight: 18, text: /name\s?=\s?\\?["']?(?:cmd|command|c|x)\b|\bprompt\b/i },
  {
    words: 'keeps a password of its own',
    weight: 12,
    text: /\$?(?:pass(?:word|wd)?|pwd)\s?=\s?["'][^"'\n]{1,60}["']/i,
  },
  {
    words: 'calls itself a shell',
    weight: 30,
    text: /\b(?:web|cgi|perl|python)[ -]?(?:shell|telnet)|\bbackdoor|h[a4]ck(?:ed|er)|reverse shell|connect ?back/i,
  },
  {
    words: 'opens sockets',
    weight: 12,
    text: /IO::Socket|use Socket|socket\.socket|net\.(?:connect|Socket)/,
  },
  {
    words: 'joins a shell to a connection',
    weight: 50,
    text: /open\s?\(\s?STDIN\s?,\s?["']?[<>+]{1,2}&|os\.dup2\s?\(|\.pipe\(\s?\w+\.stdin/,
  },
  { words: 'moves files', weight: 8, text: /upload|download/i },
]

const maxLines = 20_000

export function analyseCgi(text: string, kind: CgiKind, evidence: Evidence): void {
  const { source, target, sinks } = rules[kind]
  const tainted = new Set<string>()
  let offset = 0
  const lines = text.split('\n', maxLines)
  for (let round = 0; round < 2; round++) {
    offset = 0
    for (const line of lines) {
      if (line.length < 2000) judgeLine(line, { offset, source, target, sinks, tainted, evidence })
      offset += line.length + 1
    }
  }
  // Servers and tools do each of it; a shell says so as well.
  if (kind !== 'Node') judgeTraits(traits, text, evidence, { least: 4, limit: 80, atLeastScore: 58 })
}

interface Line extends Rules {
  readonly offset: number
  readonly tainted: Set<string>
  readonly evidence: Evidence
}

function judgeLine(line: string, { offset, source, target, sinks, tainted, evidence }: Line): void {
  if (/^\s*(?:#|\/\/)/.test(line)) return
  const carries = (code: string): boolean => {
    if (source.test(code)) return true
    for (const [name] of code.matchAll(/\w{1,60}/g)) if (tainted.has(name)) return true
    return false
  }
  for (const sink of sinks) {
    const found = sink.exec(line)
    const given = found?.[1]
    if (given === undefined || !carries(given)) continue
    const isWhole =
      /^\s*\(?\s*["']?\s*[$@\w][\w.[\]{}'"()->]*\s*["')]?\s*(?:[),;]|$)/.test(given) || source.test(given)
    evidence.add({
      kind: 'command',
      score: isWhole ? 72 : 50,
      offset,
      sentence: 'data of the request is run',
      technique: 'T1059',
    })
  }
  const set = target.exec(line)
  const name = set?.[1]
  if (name !== undefined && name.length > 1 && carries(line.slice(set!.index + set![0].length)))
    tainted.add(name)
}
