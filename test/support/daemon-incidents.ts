// Asks the daemon under test for its incidents.

import { setTimeout as delay } from 'node:timers/promises'

import { ask } from '../../src/daemon/index.ts'
import type { Incident, IncidentHead, IncidentLevel } from '../../src/model/index.ts'
import type { HostUnderTest } from './host.ts'

const timeoutMs = 20_000

/** Open ones of this level or above. */
async function incidentHeads(host: HostUnderTest, level: IncidentLevel): Promise<readonly IncidentHead[]> {
  const answer = await ask(host.daemon.socket, { command: 'incidents', level }, timeoutMs)
  return (answer as { readonly incidents: readonly IncidentHead[] }).incidents
}

async function incidentOf(host: HostUnderTest, id: number): Promise<Incident> {
  return (await ask(host.daemon.socket, { command: 'incident', id }, timeoutMs)) as Incident
}

/** The single incident of level high or above, once `isWhole`; after the time as it is. Throws when there are more, or none. */
export async function theIncident(
  host: HostUnderTest,
  isWhole: (incident: Incident) => boolean,
  patienceMs = 8000,
): Promise<Incident> {
  const end = performance.now() + patienceMs
  for (;;) {
    const heads = await incidentHeads(host, 'high')
    const [head] = heads
    const incident = head === undefined ? undefined : await incidentOf(host, head.id)
    const isDone = incident !== undefined && heads.length === 1 && isWhole(incident)
    if (!isDone && performance.now() < end) {
      await delay(200)
      continue
    }
    if (incident !== undefined && heads.length === 1) return incident
    const titles = heads.map((one) => `${one.id} ${one.level} ${one.title}`)
    throw new Error(`${heads.length} incidents instead of one:\n${titles.join('\n')}\n${host.daemon.stderr}`)
  }
}
