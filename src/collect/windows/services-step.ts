// Services and drivers, by their manager and by the registry: one that only the registry has was hidden from the list of the
// manager (by its access rights), or is to be deleted.

import { imageOf } from '../../evidence/autoruns/index.ts'
import { type Service, servicesIn } from '../../evidence/services/index.ts'
import { listServices, type RunningService } from '../../platform/windows/services.ts'
import type { CollectStep, StepContext } from '../step.ts'
import { type FileDigests, judged } from './file-digests.ts'
import { resolveImage } from './image-path.ts'
import { liveHive } from './live-hive.ts'

export function servicesStep(digests: FileDigests): CollectStep {
  return {
    id: 'services',
    title: 'services and drivers as their manager and as the registry has them',
    profiles: ['quick', 'full'],
    maxMs: { quick: 10_000, full: 300_000 },
    async *collect(context) {
      yield { kind: 'rows', name: 'services', rows: serviceRows(digests, context) }
    },
  }
}

async function* serviceRows(digests: FileDigests, context: StepContext): AsyncGenerator<object> {
  const hive = liveHive('SYSTEM', 'HKLM', 'SYSTEM')
  if (hive === undefined) context.note('the registry of services may not be read')
  const installed = new Map((hive === undefined ? [] : servicesIn(hive)).map((one) => [keyOf(one), one]))
  for (const service of listServices()) {
    const own = installed.get(keyOf(service))
    installed.delete(keyOf(service))
    yield { ...(await rowOf(service, own, { digests, context })), seen_by: seenBy(own) }
  }
  for (const own of installed.values())
    yield { ...(await rowOf(undefined, own, { digests, context })), seen_by: ['registry'] }
}

function keyOf({ name }: { readonly name: string }): string {
  return name.toLowerCase()
}

function seenBy(own: Service | undefined): readonly string[] {
  return own === undefined ? ['manager'] : ['manager', 'registry']
}

async function rowOf(
  service: RunningService | undefined,
  own: Service | undefined,
  { digests, context }: { readonly digests: FileDigests; readonly context: StepContext },
): Promise<object> {
  const command = service?.command ?? own?.command ?? ''
  // What lives in a host is its library.
  const image = own?.library === undefined || own.library === '' ? imageOf(command) : own.library
  const path = resolveImage(image, process.env)
  const file = path === '' ? undefined : await digests.of(path, context)
  return {
    ...installedFacts(own),
    ...(service === undefined ? {} : managedFacts(service)),
    command,
    path: path === '' ? null : path,
    sha256: file?.sha256 ?? null,
    ...judged(file),
  }
}

function installedFacts(own: Service | undefined): object {
  if (own === undefined) return {}
  return {
    name: own.name,
    display_name: own.displayName,
    description: own.description,
    driver: own.isDriver,
    start_type: own.start,
    library: own.library,
    account: own.account,
    failure_command: own.failureCommand,
    delayed: own.isDelayed,
    triggers: own.hasTriggers,
    // Last write to its key.
    time: own.time,
  }
}

/** What the manager may not tell stays as the registry has it. */
function managedFacts({ name, displayName, isDriver, state, pid, start, account }: RunningService): object {
  return {
    name,
    display_name: displayName,
    driver: isDriver,
    state,
    pid,
    ...(start === undefined ? {} : { start_type: start }),
    ...(account === undefined ? {} : { account }),
  }
}
