// What a macro does: the calls and declarations that reach out of the document.

import type { Call, Folded } from './folding.ts'
import { isWhole, shownText } from './value.ts'

export interface Actions {
  /** Starts programs: how. */
  readonly runs: readonly string[]
  /** The command lines that are known as a whole. */
  readonly commands: readonly string[]
  /** A started program's command line depends on what is not known. */
  readonly hasUnknownCommand: boolean
  /** Fetches from the network: how. */
  readonly fetches: readonly string[]
  /** Writes bytes to files: how. */
  readonly writes: readonly string[]
  /** Puts machine code into memory and has it run: the functions. */
  readonly injects: readonly string[]
  /** Writes macros into other documents, or lowers the protection against them: how. */
  readonly replicates: readonly string[]
  /** Objects are made whose class is not to be seen. */
  readonly hasUnknownObject: boolean
}

/** Functions of Windows that macros declare. */
const runFunctions = /\b(shellexecute\w*|winexec|createprocess\w*|zwcreateprocess\w*|system)\b/g
const fetchFunctions =
  /\b(urldownloadto\w+|internetopenurl\w*|internetreadfile|httpsendrequest\w*|urlopenblockingstream\w*)\b/g
const memoryFunctions =
  /\b(virtualalloc\w*|ntallocatevirtualmemory|heapcreate|virtualprotect\w*|createfilemapping\w*|mapviewoffile\w*)\b/g
const startFunctions =
  /\b(createthread|createremotethread\w*|rtlcreateuserthread|queueuserapc|ntcreatethreadex|enum\w+|callwindowproc\w*|settimer|graystring\w*|imageget\w+|createtimerqueuetimer|dispatchmessage\w*|createfiber|writeprocessmemory|setthreadcontext|ntqueueapcthread\w*|certenum\w+)\b/g

const runners =
  /wscript\.shell|shell\.application|schedule\.service|wbemscripting|mmc20\.application|winmgmts|win32_process|72c24dd5-d70a-438b-8a42-98424b88afb8|13709620-c279-11ce-a49e-444553540000|f935dc22-1cf0-11d0-adb9-00c04fd58a0b|c08afd90-f2a1-11d1-8455-00a0c91f3880|9ba05972-f6a8-11cf-a442-00a0c90a8f39/
const fetchers = /xmlhttp|winhttp|internetexplorer\.application|microsoft\.xmldom/
const writers = /adodb\.stream/
const runMethods = new Set(['run', 'exec', 'shellexecute', 'create'])

export function actionsOf(code: string, folded: Folded): Actions {
  const texts = folded.texts.map((text) => text.toLowerCase())
  const classes = classesOf(folded.calls)
  const declarations = declarationsIn(code)
  const starts = startsOf(code, folded.calls, texts)
  const memory = [...declarations.matchAll(memoryFunctions)].map(([name]) => name)
  const threads = [...declarations.matchAll(startFunctions)].map(([name]) => name)
  return {
    runs: [
      ...starts.runs,
      ...[...declarations.matchAll(runFunctions)].map(([name]) => name),
      ...texts.flatMap((text) => runners.exec(text) ?? []),
    ],
    commands: starts.commands,
    hasUnknownCommand: starts.hasUnknownCommand,
    fetches: [
      ...[...declarations.matchAll(fetchFunctions)].map(([name]) => name),
      ...texts.flatMap((text) => fetchers.exec(text) ?? []),
    ],
    writes: [
      ...texts.flatMap((text) => writers.exec(text) ?? []),
      ...(/\.savetofile\b/.test(code) ? ['SaveToFile'] : []),
      ...(/\bfor (?:binary|output) (?:access|shared|lock|as)\b/.test(code) ? ['Open'] : []),
      ...(/\bcreatetextfile\b/.test(code) ? ['CreateTextFile'] : []),
    ],
    injects: memory.length > 0 && threads.length > 0 ? [...memory, ...threads] : [],
    replicates: replicationIn(code),
    hasUnknownObject: classes.hasUnknown,
  }
}

/** The lines with `Declare`, strings included. */
function declarationsIn(code: string): string {
  return [...code.matchAll(/^[^\n'"]*\bdeclare\b[^\n]*$/gm)].map(([line]) => line).join('\n')
}

function classesOf(calls: readonly Call[]): { hasUnknown: boolean } {
  const made = calls.filter(
    ({ name, args }) => (name === 'createobject' || name === 'getobject') && args.length > 0,
  )
  return { hasUnknown: made.some(({ args }) => !isWhole(args[0])) }
}

interface Starts {
  readonly runs: readonly string[]
  readonly commands: readonly string[]
  readonly hasUnknownCommand: boolean
}

function startsOf(code: string, calls: readonly Call[], texts: readonly string[]): Starts {
  const runs: string[] = []
  const commands: string[] = []
  let hasUnknownCommand = false
  const hasRunner = texts.some((text) => runners.test(text))
  const definesShell = /^[ \t]*(?:\w+[ \t]+)*(?:sub|function)[ \t]+shell\b/m.test(code)
  for (const { name, isMember, args } of calls) {
    const isShell = name === 'shell' && args.length > 0 && !definesShell
    const isRun = isMember && hasRunner && runMethods.has(name) && args.length > 0
    const isExcel = name === 'executeexcel4macro' || name === 'macscript' || name === 'applescripttask'
    if (!isShell && !isRun && !isExcel) continue
    runs.push(isShell ? 'Shell' : name)
    const command = shownText(args[0])
    if (command !== '') commands.push(command)
    if (!isWhole(args[0])) hasUnknownCommand ||= command.length < 4
  }
  return { runs, commands, hasUnknownCommand }
}

function replicationIn(code: string): string[] {
  const found: string[] = []
  if (/\.vbproject\b|\.vbcomponents\b/.test(code)) {
    const writes = /\.(?:addfromstring|addfromfile|insertlines|replaceline|import)\b/.exec(code)
    if (writes !== null) found.push(`VBProject${writes[0]}`)
  }
  if (/\borganizercopy\b/.test(code)) found.push('OrganizerCopy')
  if (/\.virusprotection\s*=\s*(?:false|0|\(1\s*-\s*1\))/.test(code)) found.push('VirusProtection off')
  if (/accessvbom|vbawarnings|security\\level/.test(code)) found.push('macro security in the registry')
  return found
}
