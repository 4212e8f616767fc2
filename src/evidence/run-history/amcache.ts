// Amcache.hve: programs and drivers that Windows took stock of, with SHA-1 and publisher. Windows 8 writes Root\File, 10 and 11 the
// Inventory keys.

import { filetime } from '../fields.ts'
import type { Hive, HiveKey } from '../hive.ts'
import { type Activity, at } from './activity.ts'

/** Names of values in Root\File\VOLUME\ENTRY are numbers in hexadecimal. */
const oldNames: Readonly<Record<string, string>> = {
  '0': 'ProductName',
  '1': 'CompanyName',
  '2': 'FileVersionNumber',
  '5': 'FileVersion',
  '6': 'Size',
  '9': 'PeHeaderHash',
  c: 'FileDescription',
  '100': 'ProgramId',
}

const inventories = ['InventoryApplicationFile', 'InventoryDriverBinary'] as const
const pathNames = ['LowerCaseLongPath', 'DriverName', 'Name'] as const
const idNames = ['FileId', 'DriverId'] as const

export function* amcacheOf(hive: Hive): Generator<Activity> {
  for (const volume of hive.find('Root\\File')?.subkeys() ?? []) {
    for (const key of volume.subkeys()) yield oldEntry(key)
  }
  for (const inventory of inventories) {
    for (const key of hive.find(`Root\\${inventory}`)?.subkeys() ?? []) yield inventoryEntry(key, inventory)
  }
}

function oldEntry(key: HiveKey): Activity {
  const details: Record<string, string | number> = {}
  for (const [name, meaning] of Object.entries(oldNames)) {
    const value = key.value(name)
    const told = value?.number() ?? value?.text()
    if (told !== undefined && told !== '') details[meaning] = told
  }
  const sha1 = sha1Of(key.value('101')?.text())
  if (sha1 !== '') details['sha1'] = sha1
  const linked = key.value('f')?.number()
  if (linked !== undefined && linked > 0) details['linked'] = new Date(linked * 1000).toISOString()
  const modified = filetime(key.value('17')?.data ?? new Uint8Array(0), 0)
  if (modified !== undefined) details['modified'] = modified
  const what = key.value('15')?.text() ?? ''
  return { source: 'Amcache', what, ...at(key.time, 'entry written'), key: key.path, details }
}

function inventoryEntry(key: HiveKey, inventory: string): Activity {
  const details: Record<string, string | number> = { inventory }
  let what = ''
  for (const value of key.values()) {
    const { name } = value
    const told = value.number() ?? value.text()
    if ((idNames as readonly string[]).includes(name)) details['sha1'] = sha1Of(String(told))
    else if (told !== '' && !(pathNames as readonly string[]).includes(name)) details[name] = told
  }
  for (const name of pathNames) what ||= key.value(name)?.text() ?? ''
  // A driver's key is named by its path.
  if (inventory === 'InventoryDriverBinary' && key.name.includes('/')) what = key.name.replaceAll('/', '\\')
  return { source: 'Amcache', what, ...at(key.time, 'entry written'), key: key.path, details }
}

/** Four zeros stand before the digest (of the first 31,457,280 bytes of the file). */
function sha1Of(text: string | undefined): string {
  return text?.length === 44 && text.startsWith('0000') ? text.slice(4) : ''
}
