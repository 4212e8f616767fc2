// What is mounted where, in every mount namespace that a process is in.

import { namespaceMounts } from './mount-table.ts'
import { ownProc } from './own-proc.ts'
import { notePart, type Part, rowsPart } from './parts.ts'

export function* readMounts(): Generator<Part, void> {
  for (const { namespace, pid, mounts, cut } of namespaceMounts(ownProc().path)) {
    yield rowsPart(
      'mounts',
      mounts.map(
        ({ id, parent, device, root, point, options, propagation, fsType, source, superOptions }) => ({
          namespace,
          pid,
          id,
          parent,
          device,
          root,
          point,
          options,
          propagation,
          file_system: fsType,
          source,
          super_options: superOptions,
          // A folder of a process that is covered: the process is meant to be hidden.
          covers_process: /^\/proc\/\d+(?:\/|$)/.test(point),
        }),
      ),
    )
    if (cut) yield notePart(`mount namespace ${namespace} has more mounts than were read`)
  }
}
