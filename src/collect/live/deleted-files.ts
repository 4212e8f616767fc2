// Files that are open or mapped and have no name any more: logs that were wiped, tools that removed themselves, code in memfds.

import { pidsIn } from './mount-table.ts'
import { ownProc } from './own-proc.ts'
import { notePart, type Part, rowsPart } from './parts.ts'
import { readDescriptors } from './process-descriptors.ts'
import { isDeleted, isExecutable, readRegions } from './process-maps.ts'

const maxDescriptors = 65_536
const maxFilesOfProcess = 1024

export function* listDeletedFiles(): Generator<Part, void> {
  const proc = ownProc().path
  for (const pid of pidsIn(proc)) {
    const folder = `${proc}/${pid}`
    const descriptors = readDescriptors(folder, pid, maxDescriptors)
    const open = (descriptors?.listed ?? []).filter(({ deleted, kind }) => deleted || kind === 'memfd')
    const rows = open.slice(0, maxFilesOfProcess).map(({ fd, target, flags, position }) => ({
      pid,
      how: 'descriptor',
      fd,
      path: target,
      flags,
      position,
      executable: null,
    }))
    // Its first part is there even when its memory never answers.
    yield rowsPart('deleted-files', rows)
    yield rowsPart('deleted-files', mappedOf(folder, pid))
    if (open.length > maxFilesOfProcess)
      yield notePart(`process ${pid} has ${open.length} deleted files open: ${maxFilesOfProcess} are listed`)
  }
}

function mappedOf(folder: string, pid: number): object[] {
  const paths = new Map<string, boolean>()
  for (const region of readRegions(folder)?.regions ?? [])
    if (isDeleted(region) && paths.size < maxFilesOfProcess)
      paths.set(region.path, paths.get(region.path) === true || isExecutable(region))
  return [...paths].map(([path, executable]) => ({
    pid,
    how: 'mapping',
    fd: null,
    path,
    flags: null,
    position: null,
    executable,
  }))
}
