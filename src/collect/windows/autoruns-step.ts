// What starts by itself, in the registry as it is loaded now: the machine's, and that of the users who are logged on.

import { type Autorun, autoruns } from '../../evidence/autoruns/index.ts'
import type { CollectStep, StepContext } from '../step.ts'
import { type FileDigests, judged } from './file-digests.ts'
import { resolveImage } from './image-path.ts'
import { liveHives } from './live-hive.ts'

export function autorunsStep(digests: FileDigests): CollectStep {
  return {
    id: 'autoruns',
    title: 'what starts by itself, in the registry as it is loaded',
    profiles: ['quick', 'full'],
    maxMs: { quick: 15_000, full: 300_000 },
    async *collect(context) {
      yield { kind: 'rows', name: 'autoruns', rows: autorunRows(digests, context) }
    },
  }
}

async function* autorunRows(digests: FileDigests, context: StepContext): AsyncGenerator<object> {
  for (const entry of autoruns(liveHives())) {
    if (context.leftMs() <= 0) {
      context.note('the time was over before all that starts by itself was listed')
      return
    }
    yield await rowOf(entry, digests, context)
  }
}

async function rowOf(entry: Autorun, digests: FileDigests, context: StepContext): Promise<object> {
  const { isEnabled, isUsual, classId, image, ...rest } = entry
  const path = resolveImage(image, process.env)
  const file = path === '' ? undefined : await digests.of(path, context)
  return {
    ...rest,
    image,
    enabled: isEnabled,
    usual: isUsual,
    ...(classId === undefined ? {} : { class_id: classId }),
    path: path === '' ? null : path,
    sha256: file?.sha256 ?? null,
    ...judged(file),
  }
}
