// The table of artefacts: a kind is added by one line here and its own file.

import type { ArtefactKind } from './artefact.ts'
import { bodyfile } from './bodyfile.ts'
import { eseDatabase, thumbnails } from './databases.ts'
import { eventLog } from './event-log.ts'
import { registryHive } from './hive.ts'
import { journal } from './journal.ts'
import { logFile } from './log-file.ts'
import { masterFileTable, usnJournal } from './ntfs.ts'
import { linuxLog } from './linux-logs.ts'
import { lastLogins, loginRecords } from './linux-logins.ts'
import { accountFile, linuxAutostart, packages, release } from './linux-host.ts'
import { jumpList, prefetch, recycleBin, shortcut, zoneIdentifier } from './shell.ts'
import { shellHistory } from './shell-histories.ts'
import { browsers, hostsFile, powershell } from './user-traces.ts'
import { scheduledTask } from './tasks.ts'
import { wmiRepository } from './wmi.ts'

/** In this order a file is tried; those with a mark of their own come first. */
export const artefactKinds: readonly ArtefactKind[] = [
  eventLog,
  registryHive,
  prefetch,
  shortcut,
  jumpList,
  masterFileTable,
  usnJournal,
  logFile,
  recycleBin,
  zoneIdentifier,
  scheduledTask,
  journal,
  browsers,
  powershell,
  eseDatabase,
  wmiRepository,
  thumbnails,
  hostsFile,
  loginRecords,
  lastLogins,
  shellHistory,
  release,
  accountFile,
  linuxAutostart,
  packages,
  linuxLog,
  bodyfile,
]
