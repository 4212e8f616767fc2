// Single system calls as facts: tracing of another process, files without a name, modules, changes of credentials.

import { readlinkSync } from 'node:fs'

import type { ProcessSink } from '../tier.ts'
import { ptraceSeize } from './call-programs.ts'
import type { CallRecord } from './decode.ts'
import { calls } from './record.ts'

export class CallReader {
  readonly #sink: ProcessSink

  constructor(sink: ProcessSink) {
    this.#sink = sink
  }

  read(record: CallRecord): void {
    const name = calls[record.call]?.name
    const subject = { pid: record.pid, startNs: record.startNs, time: { bootNs: record.bootNs } }
    const error = record.result < 0 ? -record.result : 0
    switch (name) {
      case undefined:
        return
      case 'ptrace': {
        const request = record.first === ptraceSeize ? 'seize' : 'attach'
        this.#sink.ptrace({ ...subject, request, targetPid: record.second, error })
        return
      }
      case 'process_vm_writev':
        // A process that writes its own memory this way does nothing of note.
        if (record.first !== record.pid)
          this.#sink.ptrace({ ...subject, request: name, targetPid: record.first, error })
        return
      case 'memfd_create':
        if (error === 0) this.#sink.memfd({ ...subject, name: record.text })
        return
      case 'init_module':
        this.#sink.module({ ...subject, name: '', error })
        return
      case 'finit_module': {
        const path = pathOfDescriptor(record.pid, record.first)
        this.#sink.module({ ...subject, name: moduleName(path), error, ...(path === '' ? {} : { path }) })
        return
      }
      default:
        if (error === 0) this.#sink.change({ ...subject, call: name, credentials: record.credentials })
    }
  }
}

/** Empty when the process has closed it, or is gone. */
function pathOfDescriptor(pid: number, descriptor: number): string {
  try {
    return readlinkSync(`/proc/${pid}/fd/${descriptor}`)
  } catch {
    return ''
  }
}

/** Modules are named as their files, with underscores (`snd-pcm.ko.zst` is snd_pcm). */
function moduleName(path: string): string {
  const file = path.slice(path.lastIndexOf('/') + 1)
  const end = file.indexOf('.ko')
  return end < 0 ? '' : file.slice(0, end).replaceAll('-', '_')
}
