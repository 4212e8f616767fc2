// How the system was started and will be: the command line of the running kernel, those that boot loaders are told to give, and
// digests of kernels and initial file systems, which no package verifies.

import { readFileSync } from 'node:fs'

import { digestOf } from './autostart.ts'
import type { Host } from './host.ts'
import { bootConfiguration, bootImages, found } from './places.ts'

export interface CommandLineRow {
  readonly path: string
  readonly line: number
  readonly command_line: string
  /** What weakens the system, or starts something else than usual. */
  readonly remarkable: readonly string[]
}

const commandLine =
  /^[ \t]*(?:linux(?:16|efi)?[ \t]+|options[ \t]+|APPEND[ \t]+|GRUB_CMDLINE_LINUX\w*=)(.{0,4096})/gim
const remarkable =
  /^(?:(?:rd)?init=.*|(?:apparmor|selinux|audit|mitigations|enforcing|module\.sig_enforce|lockdown|ima_appraise)=.*|lsm=.*|nokaslr|nosmep|nosmap|single|s|1|emergency|rescue|systemd\.(?:unit|debug[-_]shell|run)=?.*|rd\.break.*|systemd\.mask=.*|kernel\.modules_disabled=.*|iommu=.*|intel_iommu=off)$/

export function* commandLines(host: Host): Generator<CommandLineRow> {
  if (host.isRunning) yield rowOf('/proc/cmdline', 1, runningCommandLine())
  for (const { path } of found(host, bootConfiguration)) {
    const text = host.text(path) ?? ''
    for (const match of text.matchAll(commandLine))
      yield rowOf(path, text.slice(0, match.index).split('\n').length, match[1] ?? '')
    if (/cmdline(?:\.txt)?$/.test(path)) yield rowOf(path, 1, text.trim())
  }
}

function runningCommandLine(): string {
  try {
    return readFileSync('/proc/cmdline', 'utf8').trim()
  } catch {
    return ''
  }
}

function rowOf(path: string, line: number, text: string): CommandLineRow {
  const words = text.replaceAll(/^["']|["']$/g, '').split(/\s+/)
  return {
    path,
    line,
    command_line: text.slice(0, 4096),
    remarkable: words.filter((word) => remarkable.test(word)),
  }
}

export interface BootImageRow {
  readonly path: string
  readonly size: number
  readonly sha256: string | null
  readonly modified: string | null
  readonly changed: string | null
}

export function* bootImageRows(host: Host): Generator<BootImageRow> {
  for (const { path } of found(host, bootImages)) {
    const file = host.tree.stat(path)
    if (file?.kind !== 'file') continue
    const { size, times } = file
    yield {
      path,
      size,
      sha256: digestOf(host, path),
      modified: times.modified ?? null,
      changed: times.changed ?? null,
    }
  }
}
