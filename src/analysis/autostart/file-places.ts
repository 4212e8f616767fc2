// Places of a Windows where a file starts by itself, or says what does: those of Autoruns that are no keys, and what ATT&CK adds.

import {
  type FileReader,
  jobs,
  scripts,
  startup,
  tasks,
  unusual,
  usual,
  whole,
  winIni,
} from './file-readers.ts'

export interface FilePlace {
  readonly category: string
  /** Paths in the tree: `*` is any part of a name, `**` any folders. */
  readonly globs: readonly string[]
  readonly technique: string
  readonly read: FileReader
}

const profiles = ['/Users/*', '/Documents and Settings/*', '/Windows/System32/config/systemprofile']
const office = [
  '/Program Files/Microsoft Office/**',
  '/Program Files (x86)/Microsoft Office/**',
  '/Users/*/AppData/Roaming/Microsoft',
]

function below(folders: readonly string[], ...rests: readonly string[]): string[] {
  return folders.flatMap((folder) => rests.map((rest) => `${folder}/${rest}`))
}

export const filePlaces: readonly FilePlace[] = [
  {
    category: 'Logon',
    globs: [
      '/ProgramData/Microsoft/Windows/Start Menu/Programs/StartUp/*',
      ...below(
        profiles,
        'AppData/Roaming/Microsoft/Windows/Start Menu/Programs/Startup/*',
        // Windows 2000 and XP in the languages whose names are known here.
        'Start Menu/Programs/Startup/*',
        'Startmenü/Programme/Autostart/*',
        '시작 메뉴/프로그램/시작프로그램/*',
      ),
    ],
    technique: 'T1547.001',
    read: startup,
  },
  {
    category: 'Scheduled Tasks',
    globs: ['/Windows/System32/Tasks/**/*', '/Windows/SysWOW64/Tasks/**/*'],
    technique: 'T1053.005',
    read: tasks,
  },
  { category: 'Scheduled Tasks', globs: ['/Windows/Tasks/*.job'], technique: 'T1053.005', read: jobs },
  {
    category: 'Logon',
    globs: below(
      [
        '/Windows/System32/GroupPolicy/Machine',
        '/Windows/System32/GroupPolicy/User',
        '/Windows/System32/GroupPolicyUsers/*/User',
        '/Windows/SYSVOL/domain/Policies/*/Machine',
        '/Windows/SYSVOL/domain/Policies/*/User',
      ],
      'Scripts/scripts.ini',
      'Scripts/psscripts.ini',
    ),
    technique: 'T1037.001',
    read: scripts,
  },
  {
    category: 'Logon',
    globs: [
      ...below(
        ['/Windows/System32', '/Windows/SysWOW64'],
        'WindowsPowerShell/v1.0/profile.ps1',
        'WindowsPowerShell/v1.0/Microsoft.*_profile.ps1',
      ),
      '/Program Files/PowerShell/*/profile.ps1',
      '/Program Files/PowerShell/*/Microsoft.*_profile.ps1',
      ...below(
        ['/Users/*/Documents', '/Users/*/OneDrive/Documents', '/Documents and Settings/*/My Documents'],
        'WindowsPowerShell/*profile.ps1',
        'PowerShell/*profile.ps1',
      ),
    ],
    technique: 'T1546.013',
    read: whole,
  },
  {
    category: 'Office',
    globs: below(office, 'STARTUP/*', 'XLSTART/*', 'Word/STARTUP/*', 'Excel/XLSTART/*'),
    technique: 'T1137',
    read: whole,
  },
  {
    category: 'Office',
    globs: ['/Users/*/AppData/Roaming/Microsoft/Outlook/VbaProject.OTM'],
    technique: 'T1137',
    read: whole,
  },
  {
    // Every user of Word has it: what matters is whether it carries macros, which the engine says.
    category: 'Office',
    globs: ['/Users/*/AppData/Roaming/Microsoft/Templates/Normal.dot*'],
    technique: 'T1137.001',
    read: usual,
  },
  {
    category: 'Office',
    globs: ['/Users/*/AppData/Roaming/Microsoft/AddIns/*'],
    technique: 'T1137.006',
    read: whole,
  },
  {
    category: 'Logon',
    globs: ['/Windows/win.ini', '/Windows/system.ini'],
    technique: 'T1547.001',
    read: winIni,
  },
  {
    category: 'Boot Execute',
    globs: [
      '/autoexec.bat',
      '/Windows/winstart.bat',
      '/Windows/dosstart.bat',
      '/Windows/Setup/Scripts/SetupComplete.cmd',
      '/Windows/Setup/Scripts/ErrorHandler.cmd',
    ],
    technique: 'T1547',
    read: unusual,
  },
]
