// Lines of web servers' logs are requests; what is done to a log is somebody's, where a command names it.

import type { Observed, Seen } from './seen.ts'
import { shortName } from './things.ts'
import { namesPath, type World } from './world.ts'

const nothing: Seen = { actor: undefined, others: [], subjects: [], isSilent: true }
/** A log is looked at every second; its loss is told when it is seen. */
const beforeMs = 15_000

export function observeLog(world: World, observed: Observed): Seen {
  const { event, request, detections } = observed
  if (request !== undefined && request.client !== '' && request.client !== '-') {
    const node = world.web.request(request, event, detections.length > 0)
    if (node === undefined) return nothing
    return { actor: node, others: [world.things.address(request.client)], subjects: [node] }
  }
  if (event.event.kind === 'alert') return wiped(world, observed)
  if (detections.length === 0) return nothing
  if (event.source?.ip !== undefined) {
    const address = world.things.address(event.source.ip)
    return { actor: address, others: [], subjects: [address] }
  }
  if (event.process !== undefined) {
    const actor = world.things.process(event.process, event)
    if (actor?.process !== undefined && actor.process.boundary === undefined)
      return { actor, others: [], subjects: [actor] }
  }
  const path = event.log?.file?.path
  if (path === undefined) return nothing
  const log = world.things.file(path, event)
  return { actor: log, others: [], subjects: [log] }
}

function wiped(world: World, { event, ms }: Observed): Seen {
  const path = event.log?.file?.path ?? event.file?.path
  if (path === undefined) return nothing
  const log = world.things.file(path, event)
  const told = event.process === undefined ? undefined : world.things.process(event.process, event)
  const actor = told ?? world.commands.find(ms, beforeMs, (node, typed) => namesPath(node, path, typed))
  if (actor === undefined) return { actor: log, others: [], subjects: [log] }
  const why = `the command of ${shortName(actor)} names ${path}`
  world.memory.link({ from: actor, to: log, kind: 'changed', why, event })
  return { actor, others: [log], subjects: [actor] }
}
