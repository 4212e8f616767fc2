// Which groups of an RTF document hold what (Rich Text Format Specification 1.9.1).

/** Destinations whose text is bytes in hexadecimal, with the name of what is in them. */
export const dataDestinations: ReadonlyMap<string, string> = new Map([
  ['objdata', 'object'],
  ['pict', 'picture'],
  ['datastore', 'datastore'],
  ['themedata', 'themedata'],
  ['colorschememapping', 'colorschememapping'],
  ['fontemb', 'font'],
  ['fontfile', 'font'],
  ['svb', 'svb'],
])

/** Destinations whose text says where something else lies, or what an object is. */
export const linkDestinations: ReadonlyMap<string, string> = new Map([
  ['template', 'template'],
  ['fldinst', 'field'],
  ['objclass', 'class'],
  ['objname', 'name'],
  ['mmconnectstr', 'mail-merge'],
  ['mmconnectstrdata', 'mail-merge'],
  ['mmdatasource', 'mail-merge'],
  ['mmheadersource', 'mail-merge'],
  ['mmquery', 'mail-merge'],
])

/** Other destinations: what is in them is not part of the data around them. */
export const otherDestinations: ReadonlySet<string> = new Set([
  'annotation',
  'author',
  'blipuid',
  'bkmkend',
  'bkmkstart',
  'colortbl',
  'comment',
  'company',
  'datafield',
  'doccomm',
  'docvar',
  'field',
  'filetbl',
  'fldrslt',
  'fonttbl',
  'footer',
  'footnote',
  'generator',
  'header',
  'info',
  'keywords',
  'listtable',
  'nonshppict',
  'object',
  'operator',
  'picprop',
  'result',
  'revtbl',
  'rtf',
  'shp',
  'shpinst',
  'shppict',
  'sn',
  'sp',
  'stylesheet',
  'subject',
  'sv',
  'title',
  'xe',
])

export const objectTraits: ReadonlySet<string> = new Set([
  'objautlink',
  'objemb',
  'objhtml',
  'objicemb',
  'objlink',
  'objocx',
  'objpub',
  'objsub',
  'objupdate',
])
