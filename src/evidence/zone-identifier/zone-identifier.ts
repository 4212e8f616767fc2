// The stream Zone.Identifier that browsers and mail programs put on what they download ("mark of the web"; [MS-FSCC] 5.6.1):
// an INI text with the zone and, since Windows 10, the addresses.

const maxBytes = 64 * 1024
const zones = ['local-machine', 'intranet', 'trusted', 'internet', 'untrusted'] as const

export interface ZoneIdentifier {
  /** 0 to 4 are known: this computer, the intranet, trusted sites, the internet, restricted sites. */
  readonly zoneId: number
  readonly zone?: (typeof zones)[number]
  readonly referrerUrl?: string
  readonly hostUrl?: string
  readonly hostIpAddress?: string
  readonly lastWriterPackageFamilyName?: string
}

/** Undefined: there is no zone in it. */
export function readZoneIdentifier(bytes: Uint8Array): ZoneIdentifier | undefined {
  const values = new Map<string, string>()
  let inSection = false
  for (const line of textOf(bytes.subarray(0, maxBytes)).split(/\r\n|\r|\n/)) {
    const text = line.trim()
    if (text.startsWith('[')) inSection = text.toLowerCase() === '[zonetransfer]'
    const equals = text.indexOf('=')
    if (inSection && equals > 0)
      values.set(text.slice(0, equals).trim().toLowerCase(), text.slice(equals + 1).trim())
  }
  const zoneText = values.get('zoneid') ?? ''
  if (!/^\d{1,9}$/.test(zoneText)) return undefined
  const zone = zones[Number(zoneText)]
  return {
    zoneId: Number(zoneText),
    ...(zone === undefined ? {} : { zone }),
    ...field('referrerUrl', values.get('referrerurl')),
    ...field('hostUrl', values.get('hosturl')),
    ...field('hostIpAddress', values.get('hostipaddress')),
    ...field('lastWriterPackageFamilyName', values.get('lastwriterpackagefamilyname')),
  }
}

function field<K extends string>(name: K, value: string | undefined): { [key in K]?: string } {
  return (value === undefined || value === '' ? {} : { [name]: value }) as { [key in K]?: string }
}

function textOf(bytes: Uint8Array): string {
  const isWide = bytes[0] === 0xff && bytes[1] === 0xfe
  return isWide ? new TextDecoder('utf-16le').decode(bytes) : new TextDecoder().decode(bytes)
}
