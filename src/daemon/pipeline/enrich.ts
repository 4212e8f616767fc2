// What every event gets before it is stored: names of users, and the container that its process runs in.

import type { Event, ProcessInfo, UserInfo } from '../../model/index.ts'
import type { ProcessTable } from '../../sensors/process-table.ts'
import { userName } from '../users.ts'
import type { Containers } from './containers/index.ts'

export interface Enrichment {
  readonly processes: ProcessTable
  readonly containers: Containers
}

export function enrich(event: Event, { processes, containers }: Enrichment): void {
  const { process, user, file } = event
  nameUser(user)
  if (file?.uid !== undefined && file.owner === undefined) file.owner = userName(Number(file.uid))
  if (process === undefined) return
  nameProcess(process)
  if (event.container !== undefined || process.pid <= 0) return
  const container = containers.of(processes.get(process.pid)?.cgroupId ?? 0n, process.pid)
  if (container !== undefined) event.container = container
}

function nameProcess(process: ProcessInfo): void {
  nameUser(process.user)
  nameUser(process.real_user)
  nameUser(process.saved_user)
  if (process.parent !== undefined) nameUser(process.parent.user)
}

function nameUser(user: UserInfo | undefined): void {
  if (user === undefined) return
  if (user.id !== undefined && user.name === undefined) user.name = userName(Number(user.id))
  const { effective } = user
  if (effective?.id !== undefined && effective.name === undefined)
    effective.name = userName(Number(effective.id))
}
