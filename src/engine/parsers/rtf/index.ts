// Documents of RTF: their data, objects and links.

export { RtfData } from './data.ts'
export { readRtf, type RtfBlob } from './document.ts'
export { linksTitle, linkText, type ObjectFacts } from './link-text.ts'
