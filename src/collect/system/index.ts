// Steps 7 to 12 of the collection from a Linux host, running or mounted below a folder: what lies on its disks.

import type { CollectStep } from '../step.ts'
import { accountsStep } from './accounts-step.ts'
import { applicationsStep } from './applications-step.ts'
import { fileSystemStep } from './file-system-step.ts'
import type { Secrets } from './host-tree.ts'
import { logsStep } from './logs-step.ts'
import { machineStep } from './machine-step.ts'
import { persistenceStep } from './persistence-step.ts'
import type { ScanFile } from './programs.ts'

export { HostTree, type Secrets } from './host-tree.ts'
export type { ScanFile } from './programs.ts'

/** Of a Linux host that runs or is mounted. */
export interface SystemOptions {
  /** Judges programs, and files at temporary places and below web roots. */
  readonly scan?: ScanFile
  /** `left-out` unless told: hashes of passwords and private keys stay where they are. */
  readonly secrets?: Secrets
}

/** In order of volatility. */
export function systemStepsWith({ scan, secrets = 'left-out' }: SystemOptions): readonly CollectStep[] {
  return [
    fileSystemStep(scan === undefined ? {} : { scan }),
    persistenceStep,
    accountsStep(secrets),
    logsStep,
    applicationsStep,
    machineStep,
  ]
}

export const systemSteps: readonly CollectStep[] = systemStepsWith({})
