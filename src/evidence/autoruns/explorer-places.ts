// Autostart places of the shell and of Internet Explorer: handlers that are loaded into their process, and commands of file types.

import {
  classes,
  classNames,
  everyValue,
  named,
  type Place,
  type PlaceRow,
  places,
  unnamed,
} from './place.ts'

const explorer = 'Microsoft\\Windows\\CurrentVersion\\Explorer'
const com = 'T1546.015'

/** Kinds of objects that the shell asks handlers for; `*` is the key of that name: all files. */
const objects = [
  '*',
  'AllFileSystemObjects',
  'AudioCD',
  'CompressedFolder',
  'DesktopBackground',
  'Directory',
  'Directory\\Background',
  'Drive',
  'exefile',
  'Folder',
  'InternetShortcut',
  'LibraryFolder',
  'LibraryFolder\\background',
  'lnkfile',
  'Network',
  'NetServer',
  'NetShare',
  'Printers',
  'SystemFileAssociations\\<any>',
  'Unknown',
] as const

const handlers = [
  'ContextMenuHandlers',
  'CopyHookHandlers',
  'ColumnHandlers',
  'DragDropHandlers',
  'PropertySheetHandlers',
  'ExtShellFolderViews',
] as const

function handlerRows(): PlaceRow[] {
  return objects.flatMap((object) =>
    handlers.map((handler): PlaceRow => ['C', `${object}\\ShellEx\\${handler}`, classes, com]),
  )
}

export const explorerPlaces: readonly Place[] = [
  ...places('Explorer', [
    ...handlerRows(),
    ['MU', `${explorer}\\ShellExecuteHooks`, classNames, com],
    ['MU', `${explorer}\\ShellIconOverlayIdentifiers`, classes, com],
    ['MU', `${explorer}\\ShellServiceObjects`, classes, com],
    ['MU', 'Microsoft\\Windows\\CurrentVersion\\ShellServiceObjectDelayLoad', everyValue, com],
    ['MU', `${explorer}\\SharedTaskScheduler`, classNames, com],
    ['MU', `${explorer}\\FindExtensions\\<any>`, unnamed, com],
    ['MU', `${explorer}\\FindExtensions\\Static\\<any>`, unnamed, com],
    ['MU', `${explorer}\\VolumeCaches\\<any>`, unnamed, com],
    ['MU', `${explorer}\\MyComputer\\<any>`, unnamed, 'T1546'],
    ['MU', `${explorer}\\MyComputer\\<any>\\command`, unnamed, 'T1546'],
    ['M', 'Microsoft\\Windows\\CurrentVersion\\Control Panel\\CPLs', everyValue, 'T1218.002'],
    ['U', 'Microsoft\\Windows\\CurrentVersion\\Control Panel\\CPLs', everyValue, 'T1218.002'],
    ['N', 'Control Panel\\MMCPL', everyValue, 'T1218.002'],
    [
      'U',
      'Microsoft\\Internet Explorer\\Desktop\\Components\\<any>',
      named('Source'),
      'T1491',
      ['about:home'],
    ],
    ['C', 'Protocols\\Filter\\<any>', named('CLSID'), com],
    ['C', 'Protocols\\Handler\\<any>', named('CLSID'), com],
    ['C', 'Protocols\\Name-Space Handler\\<any>\\<any>', named('CLSID'), com],
    ['C', 'Folder\\shellex\\IconHandler', unnamed, com],
    ['C', 'lnkfile\\shellex\\IconHandler', unnamed, com, ['{00021401-0000-0000-c000-000000000046}']],
  ]),
  ...places('Internet Explorer', [
    ['MU', `${explorer}\\Browser Helper Objects`, classes, 'T1176'],
    ['MU', 'Microsoft\\Internet Explorer\\Toolbar', classNames, 'T1176'],
    ['U', 'Microsoft\\Internet Explorer\\Toolbar\\ShellBrowser', classNames, 'T1176'],
    ['U', 'Microsoft\\Internet Explorer\\Toolbar\\WebBrowser', classNames, 'T1176'],
    ['MU', 'Microsoft\\Internet Explorer\\Explorer Bars', classes, 'T1176'],
    [
      'MU',
      'Microsoft\\Internet Explorer\\Extensions\\<any>',
      named('ClsidExtension', 'Exec', 'Script', 'CLSID', 'BandCLSID'),
      'T1176',
    ],
    [
      'U',
      'Microsoft\\Internet Explorer\\UrlSearchHooks',
      classNames,
      'T1176',
      ['{cfbfae00-17a6-11d0-99cb-00c04fd64497}'],
    ],
    ['U', 'Microsoft\\Internet Explorer\\MenuExt\\<any>', unnamed, 'T1176'],
    ['M', 'Microsoft\\Internet Explorer\\Plugins\\Extension\\<any>', named('Location'), 'T1176'],
    [
      'M',
      'Microsoft\\Internet Explorer\\Low Rights\\ElevationPolicy\\<any>',
      named('AppName', 'CLSID'),
      'T1176',
    ],
    ['M', 'Microsoft\\Internet Explorer\\Low Rights\\DragDrop\\<any>', named('AppName'), 'T1176'],
    ['MU', 'Microsoft\\Windows\\CurrentVersion\\Internet Settings', named('AutoConfigURL'), 'T1557'],
    [
      'M',
      'Microsoft\\Code Store Database\\Distribution Units\\<any>\\DownloadInformation',
      named('CODEBASE'),
      'T1176',
    ],
  ]),
  ...places('COM', [
    ['c', 'CLSID\\<any>\\InprocServer32', named(''), com],
    ['c', 'CLSID\\<any>\\LocalServer32', named(''), com],
    ['c', 'CLSID\\<any>\\TreatAs', named(''), com],
    ['c', 'CLSID\\<any>\\ScriptletURL', named(''), com],
    ['c', 'CLSID\\<any>\\ProgID', named('ScriptletURL'), com],
  ]),
]
