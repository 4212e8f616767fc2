// What an event says of the graph: whose doing it is, what it is about, and which links it shows. One reader per dataset.

import type { EventDataset } from '../model/index.ts'
import { observeFile, observeJob, observeVerdict } from './observe-file.ts'
import { observeLog } from './observe-log.ts'
import { observeLogin } from './observe-login.ts'
import { observeNetwork } from './observe-network.ts'
import { observeHistory, observeProcess } from './observe-process.ts'
import type { Observed, Observer, Seen } from './seen.ts'
import type { World } from './world.ts'

const nothing: Seen = { actor: undefined, others: [], subjects: [], isSilent: true }

const observers: Readonly<Partial<Record<EventDataset, Observer>>> = {
  'hx.process': observeProcess,
  'hx.network': observeNetwork,
  'hx.dns': observeNetwork,
  'hx.file': observeFile,
  'hx.login': observeLogin,
  'hx.history': observeHistory,
  'hx.service': observeJob,
  'hx.schedule': observeJob,
  'hx.log': observeLog,
  'hx.verdict': observeVerdict,
}

export function observe(world: World, observed: Observed): Seen {
  const observer = observers[observed.event.event.dataset]
  return observer === undefined ? nothing : observer(world, observed)
}
