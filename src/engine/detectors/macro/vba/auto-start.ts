// Procedures that Office calls by itself, without anybody choosing a macro.

export interface AutoStart {
  readonly name: string
  /** When the document is opened, closed or made; else at an event of a control or window that comes soon by itself. */
  readonly isCertain: boolean
}

const certain = new Set(
  `autoexec autoopen autonew autoclose autoexit auto_open auto_close auto_activate auto_deactivate auto_exec document_open
  document_new document_close documentopen documentnew documentbeforeclose workbook_open workbook_activate workbook_close
  workbook_beforeclose workbook_newsheet workbook_windowactivate application_startup application_quit
  presentation_open onload_ribbon ribbon_onload`.split(/\s+/),
)
const byItself =
  /_(?:painted|layout|resize|mousemove|mousehover|gotfocus|lostfocus|beforenavigate2|navigatecomplete2|documentcomplete|downloadbegin|downloadcomplete|statustextchange|titlechange|progresschange|onconnecting|ondisconnected|onautoreconnecting|onloginscomplete|oninfo|contentcontrolonenter|contentcontrolonexit|documentbeforeprint|beforeprint|deactivate|activate|sheetactivate|calculate|sheetcalculate|sheetchange|beforesave|windowdeactivate|windowactivate)$/

const header =
  /^[ \t]*(?:(?:public|private|friend|static)[ \t]+)*(?:sub|function)[ \t]+([\p{L}_][\p{L}\p{N}_]*)/gimu

/** Of a module's text. */
export function autoStartsOf(module: string): AutoStart[] {
  const found: AutoStart[] = []
  for (const [, name = ''] of module.matchAll(header)) {
    const lower = name.toLowerCase()
    if (certain.has(lower)) found.push({ name, isCertain: true })
    else if (byItself.test(lower)) found.push({ name, isCertain: false })
  }
  return found
}
