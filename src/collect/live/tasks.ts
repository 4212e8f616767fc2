// What the reading process can do: a function for each task.

import { readContent } from './executable.ts'
import { listDeletedFiles } from './deleted-files.ts'
import { readKernel } from './kernel-facts.ts'
import { readMemory } from './memory-regions.ts'
import { readMounts } from './mounts.ts'
import { listNamespaces, readNetwork } from './network-facts.ts'
import { findHidden } from './socket-facts.ts'
import type { Parts, Task } from './parts.ts'
import { listProcesses } from './process-listing.ts'
import { readProcesses } from './process-reading.ts'

export function runTask(task: Task): Parts {
  switch (task.task) {
    case 'processes':
      return readProcesses(task)
    case 'content':
      return readContent(task)
    case 'memory':
      return readMemory(task)
    case 'network':
      return readNetwork(task)
    case 'listing':
      return listProcesses()
    case 'namespaces':
      return listNamespaces()
    case 'hidden-ports':
      return findHidden()
    case 'kernel':
      return readKernel()
    case 'mounts':
      return readMounts()
    case 'deleted-files':
      return listDeletedFiles()
  }
}
