// The running kernel: what is loaded into it, what traces it, how it is set.

import { messageOf } from '../../base/app-error.ts'
import { listBpfLinks, listBpfMaps, listBpfPrograms } from '../../platform/linux/bpf/objects.ts'
import { mountDetached } from '../../platform/linux/detached-mount.ts'
import { binaryFormats } from './binary-formats.ts'
import { kernelLog } from './kernel-log.ts'
import { kernelModules, taintOf } from './kernel-modules.ts'
import { ownProc } from './own-proc.ts'
import { notePart, type Part, rowsPart } from './parts.ts'
import { readText } from './proc-files.ts'
import { settings } from './settings.ts'

const maxTraceBytes = 16 * 1024 * 1024
const maxLines = 100_000

export function* readKernel(): Generator<Part, void> {
  const parts: readonly (readonly [what: string, read: () => Generator<Part, void>])[] = [
    ['the kernel', kernelItself],
    ['modules', kernelModules],
    ['BPF programs', () => objects('bpf-programs', () => listBpfPrograms())],
    ['BPF maps', () => objects('bpf-maps', () => listBpfMaps())],
    ['BPF links', () => objects('bpf-links', () => listBpfLinks())],
    ['tracing', tracing],
    ['kprobes', kprobes],
    ['binary formats', binaryFormats],
    ['settings', settings],
    ['the log of the kernel', kernelLog],
  ]
  for (const [what, read] of parts) {
    try {
      yield* read()
    } catch (thrown) {
      yield notePart(`${what}: ${messageOf(thrown)}`)
    }
  }
}

function* objects(name: string, list: () => readonly object[]): Generator<Part, void> {
  yield rowsPart(name, list())
}

function* kernelItself(): Generator<Part, void> {
  const proc = ownProc().path
  const sys = (name: string): string | null => readText(`${proc}/sys/kernel/${name}`) ?? null
  const taint = Number(sys('tainted') ?? 0)
  yield rowsPart('kernel', [
    {
      version: readText(`${proc}/version`) ?? null,
      command_line: readText(`${proc}/cmdline`) ?? null,
      taint,
      taint_reasons: taintOf(taint),
      core_pattern: sys('core_pattern'),
      modprobe: sys('modprobe'),
      modules_disabled: sys('modules_disabled'),
      kexec_load_disabled: sys('kexec_load_disabled'),
      kexec_loaded: readText('/sys/kernel/kexec_loaded') ?? null,
      kptr_restrict: sys('kptr_restrict'),
      randomize_va_space: sys('randomize_va_space'),
      ptrace_scope: sys('yama/ptrace_scope'),
      unprivileged_bpf_disabled: sys('unprivileged_bpf_disabled'),
      ...security(),
    },
  ])
}

function security(): object {
  try {
    using own = mountDetached('securityfs')
    return {
      lsm: readText(`${own.path}/lsm`) ?? null,
      lockdown: readText(`${own.path}/lockdown`) ?? null,
      selinux_enforcing: readText('/sys/fs/selinux/enforce') ?? null,
      apparmor: readText('/sys/module/apparmor/parameters/enabled') ?? null,
    }
  } catch {
    return { lsm: readText('/sys/kernel/security/lsm') ?? null }
  }
}

const traceFiles = ['enabled_functions', 'kprobe_events', 'uprobe_events', 'touched_functions'] as const

function* tracing(): Generator<Part, void> {
  using own = mountDetached('tracefs')
  const tracer = readText(`${own.path}/current_tracer`) ?? null
  const on = readText(`${own.path}/tracing_on`) ?? null
  const filter =
    readText(`${own.path}/set_ftrace_filter`, maxTraceBytes)?.split('\n').slice(0, maxLines) ?? []
  yield rowsPart('tracing', [
    { what: 'current_tracer', line: tracer },
    { what: 'tracing_on', line: on },
    ...filter
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => ({ what: 'set_ftrace_filter', line })),
  ])
  for (const what of traceFiles) yield rowsPart('tracing', linesOf(`${own.path}/${what}`, what))
}

/** Those of the kernel's own probes that tracefs does not name too: a module that places one is seen here. */
function* kprobes(): Generator<Part, void> {
  using own = mountDetached('debugfs')
  yield rowsPart('tracing', linesOf(`${own.path}/kprobes/list`, 'kprobes'))
}

function linesOf(path: string, what: string): object[] {
  const lines = (readText(path, maxTraceBytes) ?? '').split('\n', maxLines)
  return lines.filter(Boolean).map((line) => ({ what, line }))
}
