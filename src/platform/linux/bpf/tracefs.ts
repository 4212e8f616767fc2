// Ids of classic tracepoints, from tracefs. Where nobody has mounted it, it is opened without a mount point
// (fsopen(2), fsmount(2)): nothing of the host changes.

import { readFileSync } from 'node:fs'

import { libc } from '../libc.ts'
import { BpfObject } from './system-call.ts'

const fsopen = libc.func('long syscall(long number, const char *type, long flags)')
const fsconfig = libc.func(
  'long syscall(long number, long fd, long command, void *key, void *value, long aux)',
)
const fsmount = libc.func('long syscall(long number, long fd, long flags, long attributes)')

/** The same on every architecture that came after 2019's unification, and on x86-64. */
const callNumber = { fsopen: 430, fsconfig: 431, fsmount: 432 } as const
const cloexec = 1
const create = 6
/** MOUNT_ATTR_RDONLY | NOSUID | NODEV | NOEXEC */
const readOnly = 0xf

const places = ['/sys/kernel/tracing', '/sys/kernel/debug/tracing']

/** tracefs while tracepoints are being attached; closed when disposed. */
export class Tracefs {
  readonly #folders: string[]
  readonly #mount: BpfObject | undefined

  constructor() {
    this.#mount = openDetached()
    const own = this.#mount === undefined ? [] : [`/proc/self/fd/${this.#mount.fd}`]
    this.#folders = [...places, ...own]
  }

  /** Id of e.g. `syscalls/sys_enter_ptrace`; undefined when the kernel has no such tracepoint, or there is no tracefs. */
  tracepointId(event: string): number | undefined {
    for (const folder of this.#folders) {
      try {
        const id = Number(readFileSync(`${folder}/events/${event}/id`, 'latin1'))
        if (id > 0) return id
      } catch {
        // Not mounted here, or no such tracepoint: the next place knows.
      }
    }
    return undefined
  }

  [Symbol.dispose](): void {
    this.#mount?.[Symbol.dispose]()
  }
}

/** Undefined when refused: then only a mounted one helps. */
function openDetached(): BpfObject | undefined {
  const context: number = fsopen(callNumber.fsopen, 'tracefs', cloexec)
  if (context < 0) return undefined
  using holder = new BpfObject(context)
  const made: number = fsconfig(callNumber.fsconfig, holder.fd, create, null, null, 0)
  if (made < 0) return undefined
  const fd: number = fsmount(callNumber.fsmount, holder.fd, cloexec, readOnly)
  return fd < 0 ? undefined : new BpfObject(fd)
}
