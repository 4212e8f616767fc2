// Modules by the views that must agree: /proc/modules, /sys/module and the symbols of the kernel. A module that takes itself out of
// the list most often stays in one of the others.

import { readdirSync } from 'node:fs'

import { listBpfPrograms } from '../../platform/linux/bpf/objects.ts'
import { ownProc } from './own-proc.ts'
import { notePart, type Part, rowsPart } from './parts.ts'
import { readPiece, readText } from './proc-files.ts'

const maxListBytes = 4 * 1024 * 1024
const maxSymbolBytes = 128 * 1024 * 1024
const bpfModule = 'bpf'

/** Letters of Documentation/admin-guide/tainted-kernels.rst, by bit. */
const taints = [
  'P: a proprietary module',
  'F: a module was loaded by force',
  'S: an unsupported processor or configuration',
  'R: a module was unloaded by force',
  'M: a machine check',
  'B: a bad page',
  'U: user space asked for it',
  'D: the kernel has died (oops)',
  'A: an ACPI table was overridden',
  'W: a warning',
  'C: a staging driver',
  'I: a workaround for firmware',
  'O: a module from outside the tree',
  'E: an unsigned module',
  'L: a soft lockup',
  'K: a live patch',
  'X: the distribution’s own reason',
  'T: structures laid out at random',
  'N: a test of the kernel',
  'J: a mutating debug operation of a driver',
] as const

export function taintOf(bits: number): string[] {
  return taints.filter((_, bit) => Math.floor(bits / 2 ** bit) % 2 === 1)
}

interface Listed {
  readonly size: number
  readonly references: number
  readonly usedBy: readonly string[]
  readonly state: string
  readonly taint: string
}

export function* kernelModules(): Generator<Part, void> {
  const listed = listedModules()
  const folders = loadedFolders()
  const symbols = readSymbols()
  const again = listedModules()
  const names = new Set([...listed.keys(), ...folders, ...symbols.modules.keys()])
  yield rowsPart(
    'modules',
    [...names].map((name) => {
      const module = listed.get(name)
      // Loaded or unloaded in this moment: in no list twice.
      const passing = listed.has(name) !== again.has(name)
      const missing = [
        ...(module === undefined ? ['/proc/modules'] : []),
        ...(folders.has(name) ? [] : ['/sys/module']),
      ]
      return {
        name,
        size: module?.size ?? null,
        references: module?.references ?? null,
        used_by: module?.usedBy ?? [],
        state: module?.state ?? null,
        taint: module?.taint ?? readText(`/sys/module/${name}/taint`) ?? null,
        version: readText(`/sys/module/${name}/version`) ?? null,
        source_version: readText(`/sys/module/${name}/srcversion`) ?? null,
        symbols: symbols.modules.get(name) ?? 0,
        hidden_from: passing ? [] : missing,
      }
    }),
  )
  yield* saneSymbols(symbols)
}

function listedModules(): Map<string, Listed> {
  const modules = new Map<string, Listed>()
  for (const line of (readText(`${ownProc().path}/modules`, maxListBytes) ?? '').split('\n')) {
    const [name = '', size, references, users = '', state = '', , taint = ''] = line.split(' ')
    if (name === '') continue
    modules.set(name, {
      size: Number(size),
      references: Number(references) || 0,
      usedBy: users.split(',').filter((user) => user !== '' && user !== '-'),
      state,
      taint: taint.replaceAll(/[()]/g, ''),
    })
  }
  return modules
}

/** What is built in has a folder too, but no state. */
function loadedFolders(): Set<string> {
  try {
    return new Set(
      readdirSync('/sys/module').filter((name) => readText(`/sys/module/${name}/initstate`) !== undefined),
    )
  } catch {
    return new Set()
  }
}

interface Symbols {
  /** Count of symbols by module. */
  readonly modules: ReadonlyMap<string, number>
  /** Tags of the BPF programs that are compiled. */
  readonly bpfTags: ReadonlySet<string>
  readonly count: number
  /** Addresses are hidden from us (kptr_restrict). */
  readonly addressless: boolean
  /** Functions of the kernel itself below its beginning or above its end. */
  readonly outside: readonly string[]
}

/** Read as bytes: a hundred thousand lines and more. */
function readSymbols(): Symbols {
  const bytes = readPiece(`${ownProc().path}/kallsyms`, maxSymbolBytes)?.bytes ?? Buffer.alloc(0)
  const modules = new Map<string, number>()
  const bpfTags = new Set<string>()
  const code: { readonly address: string; readonly name: string }[] = []
  let start = ''
  let end = ''
  let count = 0
  for (const line of bytes.toString('latin1').split('\n')) {
    if (line === '') continue
    count++
    const [address, type, rest] = splitThree(line)
    const [name = '', tag] = rest.split('\t', 2)
    const module = tag?.slice(1, -1)
    if (module === undefined) {
      if (name === '_stext') start = address
      else if (name === '_etext') end = address
      else if (/^(?:__x64_sys_|__arm64_sys_|do_syscall_64$)/.test(name) && /^t$/i.test(type))
        code.push({ address, name })
    } else if (module === bpfModule) {
      const found = /^bpf_prog_([0-9a-f]{16})/.exec(name)?.[1]
      if (found !== undefined) bpfTags.add(found)
    } else if (!module.startsWith('__builtin')) modules.set(module, (modules.get(module) ?? 0) + 1)
  }
  const addressless = start === '' || /^0+$/.test(start)
  const outside = addressless ? [] : code.filter(({ address }) => address < start || address >= end)
  return { modules, bpfTags, count, addressless, outside: outside.map(({ name }) => name).slice(0, 1000) }
}

function splitThree(line: string): [string, string, string] {
  const first = line.indexOf(' ')
  return [line.slice(0, first), line.slice(first + 1, first + 2), line.slice(first + 3)]
}

function* saneSymbols({ count, addressless, outside, bpfTags }: Symbols): Generator<Part, void> {
  const known = bpfProgramTags()
  const unlisted = known === undefined ? [] : [...bpfTags].filter((tag) => !known.has(tag))
  yield rowsPart('kernel-symbols', [
    {
      symbols: count,
      addresses_hidden: addressless,
      system_calls_outside: outside,
      // Compiled code of a program that the list by ids does not have.
      bpf_programs: bpfTags.size,
      bpf_unlisted_tags: unlisted,
    },
  ])
  if (addressless) yield notePart('the kernel hides the addresses of its symbols: they could not be checked')
}

function bpfProgramTags(): ReadonlySet<string> | undefined {
  try {
    return new Set(listBpfPrograms().map(({ tag }) => tag))
  } catch {
    return undefined
  }
}
